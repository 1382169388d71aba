package volumes

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

const (
	onePod   = csi.VolumeCapability_AccessMode_SINGLE_NODE_SINGLE_WRITER
	manyPods = csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER
)

// bench is a driver over folders of one test, with clients on its socket.
type bench struct {
	t          *testing.T
	config     Config
	controller csi.ControllerClient
	node       csi.NodeClient
	stop       func()
}

// newBench starts a driver. Its folder has a short name: a socket's path has 107 bytes.
func newBench(t *testing.T) *bench {
	t.Helper()
	dir, err := os.MkdirTemp("", "volumes")
	require.NoError(t, err)
	dir, err = filepath.EvalSymlinks(dir)
	require.NoError(t, err)
	t.Cleanup(func() {
		unmountBelow(t, dir)
		require.NoError(t, os.RemoveAll(dir))
	})
	require.NoError(t, os.Mkdir(filepath.Join(dir, "pods"), 0o755))
	b := &bench{t: t, config: Config{
		Root: filepath.Join(dir, "root"), Socket: filepath.Join(dir, "plugins", "csi.sock"),
		RegistrationSocket: filepath.Join(dir, "registry", Driver+"-reg.sock"), Node: "node-1", Log: t.Logf,
	}}
	b.start()
	t.Cleanup(func() { b.stop() })
	return b
}

// unmountBelow takes away what a test left mounted in a folder, the newest first.
func unmountBelow(t *testing.T, dir string) {
	t.Helper()
	table, err := mountTable()
	require.NoError(t, err)
	for _, m := range slices.Backward(table) {
		if within(dir, m.target) {
			require.NoError(t, unix.Unmount(m.target, unix.UMOUNT_NOFOLLOW), m.target)
		}
	}
}

func (b *bench) start() {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	config := b.config
	go func() { served <- Serve(ctx, config) }()
	stopped := false
	conn := dial(b.t, b.config.Socket)
	b.controller, b.node = csi.NewControllerClient(conn), csi.NewNodeClient(conn)
	b.stop = func() {
		if stopped {
			return
		}
		stopped = true
		conn.Close()
		cancel()
		require.NoError(b.t, <-served)
	}
	require.Eventually(b.t, func() bool {
		probe, err := net.Dial("unix", b.config.RegistrationSocket)
		if err == nil {
			probe.Close()
		}
		return err == nil
	}, 10*time.Second, 10*time.Millisecond, "the driver does not answer")
}

func (b *bench) restart() {
	b.t.Helper()
	b.stop()
	b.start()
}

func dial(t *testing.T, socket string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

func capability(mode csi.VolumeCapability_AccessMode_Mode) *csi.VolumeCapability {
	return &csi.VolumeCapability{
		AccessType: &csi.VolumeCapability_Mount{Mount: &csi.VolumeCapability_MountVolume{}},
		AccessMode: &csi.VolumeCapability_AccessMode{Mode: mode},
	}
}

// create makes a volume of 1 MiB and returns its id.
func (b *bench) create(name string, mode csi.VolumeCapability_AccessMode_Mode) string {
	b.t.Helper()
	resp, err := b.controller.CreateVolume(b.t.Context(), &csi.CreateVolumeRequest{
		Name: name, CapacityRange: &csi.CapacityRange{RequiredBytes: 1 << 20}, VolumeCapabilities: []*csi.VolumeCapability{capability(mode)},
	})
	require.NoError(b.t, err)
	return resp.GetVolume().GetVolumeId()
}

// target is where a pod of this name has its volume.
func (b *bench) target(pod string) string {
	return filepath.Join(filepath.Dir(b.config.Root), "pods", pod)
}

func (b *bench) publish(id, pod string, mode csi.VolumeCapability_AccessMode_Mode) error {
	_, err := b.node.NodePublishVolume(b.t.Context(), &csi.NodePublishVolumeRequest{
		VolumeId: id, TargetPath: b.target(pod), VolumeCapability: capability(mode),
	})
	return err
}

func (b *bench) unpublish(id, pod string) error {
	_, err := b.node.NodeUnpublishVolume(b.t.Context(), &csi.NodeUnpublishVolumeRequest{VolumeId: id, TargetPath: b.target(pod)})
	return err
}

func (b *bench) delete(id string) error {
	_, err := b.controller.DeleteVolume(b.t.Context(), &csi.DeleteVolumeRequest{VolumeId: id})
	return err
}

// refused asserts on the code and on words of the message.
func refused(t *testing.T, err error, code codes.Code, words string) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code.String(), status.Code(err).String(), err.Error())
	require.Contains(t, status.Convert(err).Message(), words)
}
