package images

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"

	"gitlab.com/thinkmassive/satkube/e2e/debian"
)

// importImages lets a containerd of its own take the archive in, and asks its CRI for the images as kubelet does.
func importImages(t *testing.T, cache string, result Result) {
	host, err := debian.Unpack(t.Context(), cache, debian.Host(), t.Logf)
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "ctrd-") // a socket's path is short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	socket, config := filepath.Join(dir, "s"), filepath.Join(dir, "config.toml")
	require.NoError(t, os.WriteFile(config, []byte(fmt.Sprintf("version = 2\nroot = %q\nstate = %q\n[grpc]\naddress = %q\n[plugins.\"io.containerd.grpc.v1.cri\"]\nsandbox_image = \"satkube.local/pause:1\"\n[plugins.\"io.containerd.grpc.v1.cri\".containerd]\nsnapshotter = \"native\"\n[plugins.\"io.containerd.grpc.v1.cri\".cni]\nconf_dir = %q\nbin_dir = %q\n",
		filepath.Join(dir, "root"), filepath.Join(dir, "state"), socket, filepath.Join(dir, "net.d"), filepath.Join(host.Dir, debian.CNI))), 0o600))
	env := append(os.Environ(), host.Environment(os.Getenv("PATH"))...)
	daemon := exec.Command(filepath.Join(host.Dir, "usr/bin/containerd"), "--config", config)
	var said strings.Builder
	daemon.Env, daemon.Stderr = env, &said
	require.NoError(t, daemon.Start())
	defer func() {
		require.NoError(t, daemon.Process.Signal(syscall.SIGTERM))
		_ = daemon.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	}()
	ctr := func(args ...string) string {
		t.Helper()
		command := exec.Command(filepath.Join(host.Dir, "usr/bin/ctr"), append([]string{"--address", socket, "--namespace", "k8s.io"}, args...)...)
		command.Env = env
		out, err := command.CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	require.Eventually(t, func() bool { _, err := os.Stat(socket); return err == nil }, 20*time.Second, 100*time.Millisecond)
	start := time.Now()
	ctr("images", "import", "--snapshotter", "native", result.Tar)
	t.Logf("imported in %s", time.Since(start).Round(100*time.Millisecond))
	listed := ctr("images", "list", "--quiet")
	connection, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer connection.Close()
	client := cri.NewImageServiceClient(connection)
	lookUp := func(image string) bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		status, err := client.ImageStatus(ctx, &cri.ImageStatusRequest{Image: &cri.ImageSpec{Image: image}})
		return err == nil && status.Image != nil
	}
	missing := map[string]bool{}
	for _, m := range result.Missing {
		missing[m.Name] = true
	}
	lock, _, err := readLock(lockPath)
	require.NoError(t, err)
	asked, found := askedFor(t), 0
	for _, l := range lock {
		image := l.Reference
		if l.Digest != "" {
			image += "@" + l.Digest
		}
		if !asked[image] {
			continue
		}
		if missing[l.Name] {
			require.False(t, lookUp(image), image)
			continue
		}
		found++
		require.Eventually(t, func() bool { return lookUp(image) }, 10*time.Second, 200*time.Millisecond, "the CRI does not know %s", image)
	}
	require.Equal(t, 6, found, "bitcoind, lnd, prometheus, alertmanager, node-exporter, kube-state-metrics")
	require.True(t, lookUp("satkube.local/pause:1"))
	require.Contains(t, listed, "docker.io/coredns/coredns:")
}
