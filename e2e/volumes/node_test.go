package volumes

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
)

func TestNodePublishVolume_ReadOnlyCannotBeWritten(t *testing.T) {
	needsMounts(t)
	for name, c := range map[string]struct {
		mode     csi.VolumeCapability_AccessMode_Mode
		readOnly bool
	}{
		"asked for":            {manyPods, true},
		"by the access mode":   {csi.VolumeCapability_AccessMode_SINGLE_NODE_READER_ONLY, false},
		"asked for by one pod": {onePod, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			id := b.create("data", c.mode)
			inside := filepath.Join(b.config.Root, "volumes", id)
			require.NoError(t, os.WriteFile(filepath.Join(inside, "file"), []byte("kept"), 0o644))
			req := &csi.NodePublishVolumeRequest{VolumeId: id, TargetPath: b.target("a"), VolumeCapability: capability(c.mode), Readonly: c.readOnly}
			for range 2 {
				_, err := b.node.NodePublishVolume(t.Context(), req)
				require.NoError(t, err)
			}
			require.ErrorIs(t, os.WriteFile(filepath.Join(b.target("a"), "file"), []byte("lost"), 0o644), unix.EROFS)
			require.ErrorIs(t, os.Remove(filepath.Join(b.target("a"), "file")), unix.EROFS)
			content, err := os.ReadFile(filepath.Join(b.target("a"), "file"))
			require.NoError(t, err)
			require.Equal(t, "kept", string(content))
			require.NoError(t, os.WriteFile(filepath.Join(inside, "other"), nil, 0o644), "only the mount is read-only")
		})
	}
}

func TestNodePublishVolume_RefusesWhatADirectoryCannotGive(t *testing.T) {
	b := newBench(t)
	id := b.create("data", manyPods)
	for name, c := range map[string]struct {
		change func(*csi.NodePublishVolumeRequest)
		code   codes.Code
		words  string
	}{
		"no such volume":          {func(r *csi.NodePublishVolumeRequest) { r.VolumeId = idOf("nobody") }, codes.NotFound, "does not exist"},
		"an id with a way":        {func(r *csi.NodePublishVolumeRequest) { r.VolumeId = "../volumes/" + id }, codes.NotFound, "does not exist"},
		"a relative target":       {func(r *csi.NodePublishVolumeRequest) { r.TargetPath = "pods/a" }, codes.InvalidArgument, "want an absolute path"},
		"no parent of the target": {func(r *csi.NodePublishVolumeRequest) { r.TargetPath = b.target("no/such") }, codes.FailedPrecondition, "no such file"},
		"many nodes": {func(r *csi.NodePublishVolumeRequest) {
			r.VolumeCapability = capability(csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER)
		}, codes.FailedPrecondition, "a directory is on one node"},
		"a block device": {func(r *csi.NodePublishVolumeRequest) {
			r.VolumeCapability.AccessType = &csi.VolumeCapability_Block{Block: &csi.VolumeCapability_BlockVolume{}}
		}, codes.FailedPrecondition, "no block device"},
		"a file system": {func(r *csi.NodePublishVolumeRequest) { r.VolumeCapability.GetMount().FsType = "ext4" }, codes.FailedPrecondition, `file system is "ext4"`},
		"mount flags": {
			func(r *csi.NodePublishVolumeRequest) { r.VolumeCapability.GetMount().MountFlags = []string{"noatime"} },
			codes.FailedPrecondition, "mount flags",
		},
	} {
		t.Run(name, func(t *testing.T) {
			req := &csi.NodePublishVolumeRequest{VolumeId: id, TargetPath: b.target("a"), VolumeCapability: capability(manyPods)}
			c.change(req)
			_, err := b.node.NodePublishVolume(t.Context(), req)
			refused(t, err, c.code, c.words)
			require.NoDirExists(t, b.target("a"))
		})
	}
}

func TestNodeUnpublishVolume_KeepsTheData(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("channels", onePod)
	require.NoError(t, b.publish(id, "lnd-0", onePod))
	require.NoError(t, os.WriteFile(filepath.Join(b.target("lnd-0"), "channel.db"), []byte("state 7"), 0o600))
	require.NoError(t, b.unpublish(id, "lnd-0"))
	require.NoDirExists(t, b.target("lnd-0"))
	require.NoError(t, b.unpublish(id, "lnd-0"), "done already")
	require.NoError(t, b.unpublish(id, "never/there"), "done already")
	record, err := os.ReadFile(filepath.Join(b.config.Root, "volumes", id+".json"))
	require.NoError(t, err)
	require.NotContains(t, string(record), "lnd-0", "the record forgets what is over")

	b.restart()
	require.NoError(t, b.publish(id, "lnd-1", onePod))
	content, err := os.ReadFile(filepath.Join(b.target("lnd-1"), "channel.db"))
	require.NoError(t, err)
	require.Equal(t, "state 7", string(content))
}

func TestNodeUnpublishVolume_FailsWhileSomebodyUsesTheVolume(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("channels", onePod)
	require.NoError(t, b.publish(id, "lnd-0", onePod))
	file, err := os.Create(filepath.Join(b.target("lnd-0"), "channel.db"))
	require.NoError(t, err)
	defer file.Close()
	refused(t, b.unpublish(id, "lnd-0"), codes.Internal, "device or resource busy")
	refused(t, b.publish(id, "lnd-1", onePod), codes.FailedPrecondition, "in use at "+b.target("lnd-0"))
	require.NoError(t, file.Close())
	require.NoError(t, b.unpublish(id, "lnd-0"))
	require.NoError(t, b.publish(id, "lnd-1", onePod))
}

func TestNodeUnpublishVolume_KeepsFilesThatLieInATargetWithoutAMount(t *testing.T) {
	b := newBench(t)
	id := b.create("data", manyPods)
	require.NoError(t, os.Mkdir(b.target("a"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(b.target("a"), "file"), nil, 0o600))
	refused(t, b.unpublish(id, "a"), codes.Internal, "directory not empty")
	require.FileExists(t, filepath.Join(b.target("a"), "file"))
}

func TestNodeGetVolumeStats_IsThatOfTheFileSystem(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("data", manyPods)
	stats := func(path string) (*csi.NodeGetVolumeStatsResponse, error) {
		return b.node.NodeGetVolumeStats(t.Context(), &csi.NodeGetVolumeStatsRequest{VolumeId: id, VolumePath: path})
	}
	_, err := stats(b.target("a"))
	refused(t, err, codes.NotFound, "not published at")
	require.NoError(t, b.publish(id, "a", manyPods))
	_, err = stats(filepath.Dir(b.target("a")))
	refused(t, err, codes.NotFound, "not published at")
	resp, err := stats(b.target("a"))
	require.NoError(t, err)
	var s unix.Statfs_t
	require.NoError(t, unix.Statfs(b.config.Root, &s))
	require.Len(t, resp.GetUsage(), 2)
	bytes, inodes := resp.GetUsage()[0], resp.GetUsage()[1]
	require.Equal(t, csi.VolumeUsage_BYTES, bytes.GetUnit())
	require.Equal(t, int64(s.Blocks)*s.Bsize, bytes.GetTotal())
	require.Positive(t, bytes.GetUsed())
	require.LessOrEqual(t, bytes.GetUsed()+bytes.GetAvailable(), bytes.GetTotal())
	require.Equal(t, csi.VolumeUsage_INODES, inodes.GetUnit())
	require.Equal(t, int64(s.Files), inodes.GetTotal())
	require.Equal(t, inodes.GetTotal(), inodes.GetUsed()+inodes.GetAvailable())
}

func TestNodeGetInfo_HasKubeletsNameOfTheNode(t *testing.T) {
	b := newBench(t)
	info, err := b.node.NodeGetInfo(t.Context(), &csi.NodeGetInfoRequest{})
	require.NoError(t, err)
	require.Equal(t, "node-1", info.GetNodeId())
	require.Zero(t, info.GetMaxVolumesPerNode())
}
