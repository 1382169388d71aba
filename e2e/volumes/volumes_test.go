package volumes

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"github.com/stretchr/testify/require"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

func TestServe_AnswersKubeletsQuestionsAtRegistration(t *testing.T) {
	b := newBench(t)
	b.stop()
	var lines lines
	b.config.Log = lines.add
	b.start()
	kubelet := registration.NewRegistrationClient(dial(t, b.config.RegistrationSocket))
	info, err := kubelet.GetInfo(t.Context(), &registration.InfoRequest{})
	require.NoError(t, err)
	require.Equal(t, registration.CSIPlugin, info.GetType())
	require.Equal(t, Driver, info.GetName())
	require.Equal(t, b.config.Socket, info.GetEndpoint())
	require.Equal(t, []string{"1.0.0"}, info.GetSupportedVersions())

	driver := csi.NewIdentityClient(dial(t, info.GetEndpoint()))
	plugin, err := driver.GetPluginInfo(t.Context(), &csi.GetPluginInfoRequest{})
	require.NoError(t, err)
	require.Equal(t, info.GetName(), plugin.GetName(), "kubelet and the provisioner must mean the same driver")

	_, err = kubelet.NotifyRegistrationStatus(t.Context(), &registration.RegistrationStatus{PluginRegistered: true})
	require.NoError(t, err)
	_, err = kubelet.NotifyRegistrationStatus(t.Context(), &registration.RegistrationStatus{Error: "no such node"})
	require.NoError(t, err)
	require.Contains(t, lines.String(), "kubelet registered "+Driver)
	require.Contains(t, lines.String(), "kubelet did not register "+Driver+": no such node")
}

func TestServe_ReturnsNilWhenItsContextEndsAndRemovesItsSockets(t *testing.T) {
	b := newBench(t)
	for _, socket := range []string{b.config.Socket, b.config.RegistrationSocket} {
		info, err := os.Stat(socket)
		require.NoError(t, err)
		require.Equal(t, "Srw-------", info.Mode().String(), "whoever reaches the socket may have any volume")
	}
	b.stop()
	require.NoFileExists(t, b.config.Socket)
	require.NoFileExists(t, b.config.RegistrationSocket)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, Serve(ended, b.config))
	require.NoFileExists(t, b.config.Socket)
}

func TestServe_ReplacesSocketsOfAProcessThatWasKilled(t *testing.T) {
	b := newBench(t)
	b.stop()
	for _, socket := range []string{b.config.Socket, b.config.RegistrationSocket} {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket})
		require.NoError(t, err)
		l.SetUnlinkOnClose(false)
		require.NoError(t, l.Close())
		require.FileExists(t, socket)
	}
	b.start()
	b.create("data", onePod)
}

func TestServe_TakesNothingAwayFromOthers(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.ErrorContains(t, Serve(ctx, b.config), "another driver holds it")
	elsewhere := b.config
	elsewhere.Root = filepath.Join(filepath.Dir(b.config.Root), "elsewhere")
	require.ErrorContains(t, Serve(ctx, elsewhere), "another process answers")
	b.create("data", onePod)

	elsewhere.Socket = filepath.Join(filepath.Dir(b.config.Root), "file")
	require.NoError(t, os.WriteFile(elsewhere.Socket, []byte("kept"), 0o600))
	require.ErrorContains(t, Serve(ctx, elsewhere), "want a socket or nothing")
	require.FileExists(t, elsewhere.Socket)
}

func TestServe_RefusesAConfigurationThatCannotWork(t *testing.T) {
	good := Config{Root: "/r", Socket: "/s", RegistrationSocket: "/g", Node: "n"}
	require.NoError(t, good.validate())
	for name, c := range map[string]struct {
		change func(*Config)
		words  string
	}{
		"no root":                        {func(c *Config) { c.Root = "" }, `root is "", want an absolute path`},
		"a relative socket":              {func(c *Config) { c.Socket = "csi.sock" }, `socket is "csi.sock"`},
		"a relative registration socket": {func(c *Config) { c.RegistrationSocket = "r.sock" }, `registration socket is "r.sock"`},
		"a long socket":                  {func(c *Config) { c.Socket = "/" + strings.Repeat("x", 107) }, "socket has 108 bytes, want at most 107"},
		"no node":                        {func(c *Config) { c.Node = "" }, "node is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			config := good
			c.change(&config)
			require.ErrorContains(t, Serve(t.Context(), config), c.words)
		})
	}
}

func TestServe_SaysNoSecretWhenItRefuses(t *testing.T) {
	b := newBench(t)
	b.stop()
	var lines lines
	b.config.Log = lines.add
	b.start()
	secrets := map[string]string{"key": "hunter2"}
	_, err := b.controller.CreateVolume(t.Context(), &csi.CreateVolumeRequest{Name: "data", Secrets: secrets, Parameters: map[string]string{"password": "hunter2"}})
	require.Error(t, err)
	_, err = b.node.NodePublishVolume(t.Context(), &csi.NodePublishVolumeRequest{VolumeId: "a", TargetPath: "/a", Secrets: secrets})
	require.Error(t, err)
	require.Contains(t, lines.String(), "/csi.v1.Controller/CreateVolume")
	require.Contains(t, lines.String(), "/csi.v1.Node/NodePublishVolume")
	require.NotContains(t, lines.String(), "hunter2")
}

// lines keeps what the driver says.
type lines struct {
	sync.Mutex
	strings.Builder
}

func (l *lines) add(format string, args ...any) {
	l.Lock()
	defer l.Unlock()
	fmt.Fprintf(&l.Builder, format+"\n", args...)
}

func (l *lines) String() string {
	l.Lock()
	defer l.Unlock()
	return l.Builder.String()
}
