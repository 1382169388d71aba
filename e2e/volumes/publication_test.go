package volumes

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
)

func TestNodePublishVolume_RefusesASecondTargetOfAVolumeForOnePod(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("channels", onePod)
	require.NoError(t, b.publish(id, "lnd-0", onePod))
	refused(t, b.publish(id, "lnd-1", onePod), codes.FailedPrecondition, "in use at "+b.target("lnd-0"))
	require.NoFileExists(t, b.target("lnd-1"))
	require.NoError(t, b.publish(id, "lnd-0", onePod), "the same again is no second use")

	require.NoError(t, b.unpublish(id, "lnd-0"))
	require.NoError(t, b.publish(id, "lnd-1", onePod))
	refused(t, b.publish(id, "lnd-0", onePod), codes.FailedPrecondition, "in use at "+b.target("lnd-1"))
}

func TestNodePublishVolume_RefusesASecondTargetAfterARestart(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("channels", onePod)
	require.NoError(t, b.publish(id, "lnd-0", onePod))
	b.restart()
	refused(t, b.publish(id, "lnd-1", onePod), codes.FailedPrecondition, "in use at "+b.target("lnd-0"))
	require.NoError(t, b.publish(id, "lnd-0", onePod), "kubelet repeats its calls after a restart")
	require.NoError(t, b.unpublish(id, "lnd-0"))
	require.NoError(t, b.publish(id, "lnd-1", onePod))
}

func TestNodePublishVolume_BelievesTheMountTableAndNotItsRecords(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("channels", onePod)
	data := filepath.Join(b.config.Root, "volumes", id)
	by := func(folder string) {
		require.NoError(t, os.MkdirAll(b.target("by-hand"), 0o755))
		require.NoError(t, unix.Mount(folder, b.target("by-hand"), "", unix.MS_BIND, ""))
	}
	by(data)
	refused(t, b.publish(id, "lnd-0", onePod), codes.FailedPrecondition, "in use at "+b.target("by-hand"))
	require.NoError(t, unix.Unmount(b.target("by-hand"), 0))

	require.NoError(t, os.Mkdir(filepath.Join(data, "graph"), 0o755))
	by(filepath.Join(data, "graph"))
	refused(t, b.publish(id, "lnd-0", onePod), codes.FailedPrecondition, "in use at "+b.target("by-hand"))
	require.NoError(t, unix.Unmount(b.target("by-hand"), 0))

	require.NoError(t, b.publish(id, "lnd-0", onePod))
	require.NoError(t, unix.Unmount(b.target("lnd-0"), 0))
	require.NoError(t, b.publish(id, "lnd-1", onePod), "a mount that somebody else took away is no use any more")
}

func TestNodePublishVolume_AdmitsOneOfManyAtTheSameTime(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	// Many rounds: two calls that overtake each other do so seldom.
	for round := range 25 {
		id := b.create(fmt.Sprint("channels-", round), onePod)
		failures := make([]error, 16)
		var all sync.WaitGroup
		for i := range failures {
			all.Go(func() { failures[i] = b.publish(id, fmt.Sprint("lnd-", round, "-", i), onePod) })
		}
		all.Wait()
		admitted := 0
		for _, err := range failures {
			if err == nil {
				admitted++
				continue
			}
			refused(t, err, codes.FailedPrecondition, "in use at ")
		}
		require.Equal(t, 1, admitted)
	}
}

func TestNodePublishVolume_FollowsTheTableOfSecondCalls(t *testing.T) {
	needsMounts(t)
	writer := csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER
	for name, c := range map[string]struct {
		made, first, second csi.VolumeCapability_AccessMode_Mode
		pod                 string
		readOnly            bool
		code                codes.Code
	}{
		"one pod, same":                        {onePod, onePod, onePod, "a", false, codes.OK},
		"one pod, read-only at the same":       {onePod, onePod, onePod, "a", true, codes.AlreadyExists},
		"one pod, read-only elsewhere":         {onePod, onePod, onePod, "b", true, codes.FailedPrecondition},
		"many pods, same":                      {manyPods, manyPods, manyPods, "a", false, codes.OK},
		"many pods, elsewhere":                 {manyPods, manyPods, manyPods, "b", false, codes.OK},
		"many pods, read-only elsewhere":       {manyPods, manyPods, manyPods, "b", true, codes.OK},
		"many pods, read-only at the same":     {manyPods, manyPods, manyPods, "a", true, codes.AlreadyExists},
		"many pods, then one at the same":      {manyPods, manyPods, onePod, "a", false, codes.AlreadyExists},
		"many pods, then one elsewhere":        {manyPods, manyPods, onePod, "b", false, codes.FailedPrecondition},
		"narrowed to one pod, then many":       {manyPods, onePod, manyPods, "b", false, codes.FailedPrecondition},
		"made for one pod, then many":          {onePod, onePod, manyPods, "b", false, codes.FailedPrecondition},
		"the mode of old orchestrators, same":  {writer, writer, writer, "a", false, codes.OK},
		"the mode of old orchestrators, other": {writer, writer, writer, "b", false, codes.FailedPrecondition},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			id := b.create("data", c.made)
			require.NoError(t, b.publish(id, "a", c.first))
			b.restart()
			_, err := b.node.NodePublishVolume(t.Context(), &csi.NodePublishVolumeRequest{
				VolumeId: id, TargetPath: b.target(c.pod), VolumeCapability: capability(c.second), Readonly: c.readOnly,
			})
			if c.code == codes.OK {
				require.NoError(t, err)
				return
			}
			refused(t, err, c.code, "volume "+id)
		})
	}
}

func TestNodePublishVolume_NeverSharesAVolumeMadeForOnePod(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("channels", onePod)
	refused(t, b.publish(id, "lnd-0", manyPods), codes.FailedPrecondition, "it was made for one user")
	require.NoDirExists(t, b.target("lnd-0"))
}

func TestNodePublishVolume_SharesAVolumeOfWhichAPodUsesAPart(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("data", manyPods)
	require.NoError(t, b.publish(id, "a", manyPods))
	require.NoError(t, os.Mkdir(filepath.Join(b.target("a"), "part"), 0o755))
	require.NoError(t, os.Mkdir(b.target("a-part"), 0o755))
	require.NoError(t, unix.Mount(filepath.Join(b.target("a"), "part"), b.target("a-part"), "", unix.MS_BIND, ""))
	require.NoError(t, b.publish(id, "b", manyPods))
}

func TestNodePublishVolume_LeavesATargetAloneThatSomethingElseHas(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id, other := b.create("data", onePod), b.create("other", onePod)
	require.NoError(t, b.publish(other, "a", onePod))
	refused(t, b.publish(id, "a", onePod), codes.AlreadyExists, "has another mount")
	require.ErrorContains(t, b.unpublish(id, "a"), "has another mount")
	require.NoError(t, b.publish(other, "a", onePod), "the other volume is still there")

	require.NoError(t, os.WriteFile(b.target("file"), nil, 0o600))
	refused(t, b.publish(id, "file", onePod), codes.FailedPrecondition, "want a directory or nothing")
	require.NoError(t, os.Symlink(b.target("elsewhere"), b.target("link")))
	refused(t, b.publish(id, "link", onePod), codes.FailedPrecondition, "want a directory or nothing")
}

func TestNodePublishVolume_FindsATargetBehindASymbolicLink(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("data", onePod)
	require.NoError(t, os.Mkdir(b.target("real"), 0o755))
	require.NoError(t, os.Symlink(b.target("real"), b.target("link")))
	require.NoError(t, b.publish(id, "link/a", onePod))
	require.NoError(t, b.publish(id, "real/a", onePod), "the same place under another name")
	require.NoError(t, b.unpublish(id, "link/a"))
	require.NoDirExists(t, b.target("real/a"))
}
