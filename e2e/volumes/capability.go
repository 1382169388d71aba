package volumes

import (
	"errors"
	"fmt"
	"slices"

	"github.com/container-storage-interface/spec/lib/go/csi"
)

// The access modes of one node. Kubernetes asks for the last two, ReadWriteOnce and ReadWriteOncePod, of a driver that has the
// capability SINGLE_NODE_MULTI_WRITER; the first two are what CSI wants accepted beside them.
var singleNode = []csi.VolumeCapability_AccessMode_Mode{
	csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER,
	csi.VolumeCapability_AccessMode_SINGLE_NODE_READER_ONLY,
	csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER,
	csi.VolumeCapability_AccessMode_SINGLE_NODE_SINGLE_WRITER,
}

// shared is the only mode in which a volume may be published at more than one target.
var shared = csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER.String()

// supports says what about a capability a directory cannot give.
func supports(c *csi.VolumeCapability) error {
	var all []error
	if c.GetMount() == nil {
		all = append(all, errors.New("access type is not mount, want mount: a directory is no block device"))
	}
	if mode := c.GetAccessMode().GetMode(); !slices.Contains(singleNode, mode) {
		all = append(all, fmt.Errorf("access mode is %s, want one of %v: a directory is on one node", mode, singleNode))
	}
	if fs := c.GetMount().GetFsType(); fs != "" {
		all = append(all, fmt.Errorf("file system is %q, want none named: a directory has that of the machine", fs))
	}
	if flags := c.GetMount().GetMountFlags(); len(flags) > 0 {
		all = append(all, fmt.Errorf("mount flags are %q, want none: a bind mount has those of the machine's file system", flags))
	}
	return errors.Join(all...)
}

// supportsAll says the same of a list.
func supportsAll(list []*csi.VolumeCapability) error {
	if len(list) == 0 {
		return errors.New("volume capabilities are missing, want at least one")
	}
	var all []error
	for _, c := range list {
		all = append(all, supports(c))
	}
	return errors.Join(all...)
}

// allows says whether a volume may be published in a mode. One that was made for several pods may be given to one alone, as Kubernetes
// has it when a volume's access mode is changed to ReadWriteOncePod. One that was made for one pod is never shared.
func (r record) allows(mode string) bool {
	return mode != shared || slices.Contains(r.AccessModes, shared)
}
