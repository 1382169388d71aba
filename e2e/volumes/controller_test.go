package volumes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
)

func request(name string) *csi.CreateVolumeRequest {
	return &csi.CreateVolumeRequest{
		Name: name, CapacityRange: &csi.CapacityRange{RequiredBytes: 1 << 20}, VolumeCapabilities: []*csi.VolumeCapability{capability(onePod)},
		Parameters: map[string]string{reserved + "pvc/name": "data-lnd-0", reserved + "pvc/namespace": "lnd"},
	}
}

func TestCreateVolume_IsTheSameVolumeForTheSameName(t *testing.T) {
	b := newBench(t)
	first, err := b.controller.CreateVolume(t.Context(), request("pvc-1"))
	require.NoError(t, err)
	b.restart()
	second, err := b.controller.CreateVolume(t.Context(), request("pvc-1"))
	require.NoError(t, err)
	require.Equal(t, first.GetVolume().GetVolumeId(), second.GetVolume().GetVolumeId())
	require.Equal(t, int64(1<<20), second.GetVolume().GetCapacityBytes())
	other, err := b.controller.CreateVolume(t.Context(), request("pvc-2"))
	require.NoError(t, err)
	require.NotEqual(t, first.GetVolume().GetVolumeId(), other.GetVolume().GetVolumeId())

	bigger := request("pvc-1")
	bigger.CapacityRange.RequiredBytes++
	_, err = b.controller.CreateVolume(t.Context(), bigger)
	refused(t, err, codes.AlreadyExists, "capacity is 1048576 bytes")
	smaller := request("pvc-1")
	smaller.CapacityRange = &csi.CapacityRange{LimitBytes: 1<<20 - 1}
	_, err = b.controller.CreateVolume(t.Context(), smaller)
	refused(t, err, codes.AlreadyExists, "capacity is 1048576 bytes")
	shareable := request("pvc-1")
	shareable.VolumeCapabilities = []*csi.VolumeCapability{capability(manyPods)}
	_, err = b.controller.CreateVolume(t.Context(), shareable)
	refused(t, err, codes.AlreadyExists, "access modes are [SINGLE_NODE_SINGLE_WRITER]")
}

func TestCreateVolume_RecordsWhatItIsFor(t *testing.T) {
	b := newBench(t)
	resp, err := b.controller.CreateVolume(t.Context(), request("pvc-1"))
	require.NoError(t, err)
	dir := filepath.Join(b.config.Root, "volumes")
	content, err := os.ReadFile(filepath.Join(dir, resp.GetVolume().GetVolumeId()+".json"))
	require.NoError(t, err)
	require.JSONEq(t, `{"name": "pvc-1", "claim": "lnd/data-lnd-0", "capacityBytes": 1048576, "accessModes": ["SINGLE_NODE_SINGLE_WRITER"]}`, string(content))
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, "drwx------", info.Mode().String(), "nobody but root reaches the data of all volumes")
	info, err = os.Stat(filepath.Join(dir, resp.GetVolume().GetVolumeId()))
	require.NoError(t, err)
	require.Equal(t, "drwxr-xr-x", info.Mode().String())
}

func TestCreateVolume_RefusesWhatADirectoryCannotGive(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		change func(*csi.CreateVolumeRequest)
		words  string
	}{
		"no name":       {func(r *csi.CreateVolumeRequest) { r.Name = "" }, "name is missing"},
		"no capability": {func(r *csi.CreateVolumeRequest) { r.VolumeCapabilities = nil }, "volume capabilities are missing"},
		"many nodes": {func(r *csi.CreateVolumeRequest) {
			r.VolumeCapabilities = []*csi.VolumeCapability{capability(csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER)}
		}, "access mode is MULTI_NODE_MULTI_WRITER"},
		"many readers beside one node": {func(r *csi.CreateVolumeRequest) {
			r.VolumeCapabilities = append(r.VolumeCapabilities, capability(csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY))
		}, "access mode is MULTI_NODE_READER_ONLY"},
		"one writer, many nodes": {func(r *csi.CreateVolumeRequest) {
			r.VolumeCapabilities = []*csi.VolumeCapability{capability(csi.VolumeCapability_AccessMode_MULTI_NODE_SINGLE_WRITER)}
		}, "access mode is MULTI_NODE_SINGLE_WRITER"},
		"no access mode": {func(r *csi.CreateVolumeRequest) { r.VolumeCapabilities[0].AccessMode = nil }, "access mode is UNKNOWN"},
		"a block device": {func(r *csi.CreateVolumeRequest) {
			r.VolumeCapabilities[0].AccessType = &csi.VolumeCapability_Block{Block: &csi.VolumeCapability_BlockVolume{}}
		}, "no block device"},
		"a snapshot to start from": {func(r *csi.CreateVolumeRequest) { r.VolumeContentSource = &csi.VolumeContentSource{} }, "content source is set"},
		"a parameter":              {func(r *csi.CreateVolumeRequest) { r.Parameters["encrypted"] = "true" }, "parameter encrypted is set"},
	} {
		t.Run(name, func(t *testing.T) {
			req := request("pvc-refused")
			c.change(req)
			_, err := b.controller.CreateVolume(t.Context(), req)
			refused(t, err, codes.InvalidArgument, c.words)
		})
	}
	left, err := os.ReadDir(filepath.Join(b.config.Root, "volumes"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestDeleteVolume_KeepsNothing(t *testing.T) {
	b := newBench(t)
	id := b.create("data", manyPods)
	data := filepath.Join(b.config.Root, "volumes", id)
	require.NoError(t, os.MkdirAll(filepath.Join(data, "a", "b"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(data, "a", "file"), []byte("old"), 0o400))
	outside := b.target("outside")
	require.NoError(t, os.WriteFile(outside, nil, 0o600))
	require.NoError(t, os.Symlink(filepath.Dir(outside), filepath.Join(data, "way-out")))
	require.NoError(t, b.delete(id))
	left, err := os.ReadDir(filepath.Join(b.config.Root, "volumes"))
	require.NoError(t, err)
	require.Empty(t, left)
	require.FileExists(t, outside)
	require.NoError(t, b.delete(id), "done already")
	require.Equal(t, id, b.create("data", manyPods))
	left, err = os.ReadDir(data)
	require.NoError(t, err)
	require.Empty(t, left, "a new volume of an old name is empty")
}

func TestCreateVolume_BeginsEmptyAfterADeletionThatWasCutShort(t *testing.T) {
	b := newBench(t)
	data := filepath.Join(b.config.Root, "volumes", idOf("data"))
	require.NoError(t, os.MkdirAll(filepath.Join(data, "old"), 0o700))
	b.create("data", onePod)
	left, err := os.ReadDir(data)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestDeleteVolume_RefusesAVolumeThatIsMounted(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	id := b.create("channels", onePod)
	require.NoError(t, b.publish(id, "lnd-0", onePod))
	require.NoError(t, os.WriteFile(filepath.Join(b.target("lnd-0"), "channel.db"), nil, 0o600))
	b.restart()
	refused(t, b.delete(id), codes.FailedPrecondition, "mounted at "+b.target("lnd-0"))
	require.FileExists(t, filepath.Join(b.target("lnd-0"), "channel.db"))
	require.NoError(t, b.unpublish(id, "lnd-0"))

	inside := filepath.Join(b.config.Root, "volumes", id, "inside")
	require.NoError(t, os.Mkdir(inside, 0o755))
	require.NoError(t, os.Mkdir(b.target("other"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(b.target("other"), "file"), nil, 0o600))
	require.NoError(t, unix.Mount(b.target("other"), inside, "", unix.MS_BIND, ""))
	refused(t, b.delete(id), codes.FailedPrecondition, "mounted at "+inside)
	require.FileExists(t, filepath.Join(b.target("other"), "file"), "what is mounted in a volume is not its data")
	require.NoError(t, unix.Unmount(inside, 0))
	require.NoError(t, b.delete(id))
}

func TestDeleteVolume_NeverLeavesItsFolder(t *testing.T) {
	b := newBench(t)
	kept := b.create("kept", onePod)
	require.NoError(t, os.WriteFile(filepath.Join(b.config.Root, "outside.json"), []byte("{}"), 0o600))
	for _, id := range []string{"../outside", "..", ".", "../volumes/" + kept, strings.ToUpper(kept), kept + "/", kept + "\n"} {
		require.NoError(t, b.delete(id), id)
	}
	require.FileExists(t, filepath.Join(b.config.Root, "outside.json"))
	require.FileExists(t, filepath.Join(b.config.Root, "volumes", kept+".json"))
	require.DirExists(t, filepath.Join(b.config.Root, "volumes", kept))
}

func TestValidateVolumeCapabilities_ConfirmsWhatTheVolumeIsFor(t *testing.T) {
	b := newBench(t)
	single, several := b.create("single", onePod), b.create("several", manyPods)
	for name, c := range map[string]struct {
		id        string
		mode      csi.VolumeCapability_AccessMode_Mode
		confirmed bool
	}{
		"one pod of one":          {single, onePod, true},
		"several pods of one":     {single, manyPods, false},
		"one pod of several":      {several, onePod, true},
		"several pods of several": {several, manyPods, true},
		"many nodes":              {several, csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER, false},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := b.controller.ValidateVolumeCapabilities(t.Context(), &csi.ValidateVolumeCapabilitiesRequest{
				VolumeId: c.id, VolumeCapabilities: []*csi.VolumeCapability{capability(c.mode)},
			})
			require.NoError(t, err)
			require.Equal(t, c.confirmed, resp.GetConfirmed() != nil)
			require.Equal(t, c.confirmed, resp.GetMessage() == "", "a refusal says why")
		})
	}
}
