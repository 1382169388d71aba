package volumes

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// node mounts volumes where kubelet wants them. It lives in kubelet's mount namespace, so a plain bind mount is seen by kubelet and by
// the containers that kubelet starts.
type node struct {
	csi.UnimplementedNodeServer
	name    string
	volumes *store
	log     func(format string, args ...any)
}

// NodeGetCapabilities says that the node gives statistics, and that it knows ReadWriteOncePod from ReadWriteOnce: without the second,
// kubelet asks for SINGLE_NODE_WRITER in both cases.
func (*node) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	resp := &csi.NodeGetCapabilitiesResponse{}
	for _, t := range []csi.NodeServiceCapability_RPC_Type{
		csi.NodeServiceCapability_RPC_GET_VOLUME_STATS,
		csi.NodeServiceCapability_RPC_SINGLE_NODE_MULTI_WRITER,
	} {
		resp.Capabilities = append(resp.Capabilities, &csi.NodeServiceCapability{
			Type: &csi.NodeServiceCapability_Rpc{Rpc: &csi.NodeServiceCapability_RPC{Type: t}},
		})
	}
	return resp, nil
}

// NodeGetInfo names the node. A node takes any number of volumes.
func (n *node) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: n.name}, nil
}

// NodePublishVolume mounts a volume at a target. What a second call gets is CSI's table for drivers with SINGLE_NODE_MULTI_WRITER
// (spec.md, NodePublishVolume): the same again is fine, another way at the same target is ALREADY_EXISTS, and another target is
// FAILED_PRECONDITION unless every publication is SINGLE_NODE_MULTI_WRITER.
func (n *node) NodePublishVolume(_ context.Context, req *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	id := req.GetVolumeId()
	if id == "" {
		return nil, status.Error(codes.InvalidArgument, "volume id is missing")
	}
	if !filepath.IsAbs(req.GetTargetPath()) {
		return nil, status.Errorf(codes.InvalidArgument, "volume %s: target path is %q, want an absolute path", id, req.GetTargetPath())
	}
	if req.GetVolumeCapability() == nil {
		return nil, status.Errorf(codes.InvalidArgument, "volume %s: volume capability is missing", id)
	}
	if err := supports(req.GetVolumeCapability()); err != nil {
		return nil, status.Errorf(codes.FailedPrecondition, "volume %s: %v", id, err)
	}
	n.volumes.Lock()
	defer n.volumes.Unlock()
	r, err := n.volumes.load(id)
	if err != nil {
		return nil, loadStatus(id, err)
	}
	target, err := resolve(req.GetTargetPath())
	if err != nil {
		return nil, status.Errorf(codes.FailedPrecondition, "volume %s: target: %v", id, err)
	}
	mode := req.GetVolumeCapability().GetAccessMode().GetMode()
	p := publication{
		target: target, mode: mode.String(),
		readOnly: req.GetReadonly() || mode == csi.VolumeCapability_AccessMode_SINGLE_NODE_READER_ONLY,
	}
	done, err := n.volumes.admit(id, r, p)
	if err != nil {
		return nil, err
	}
	if !done {
		if err := n.volumes.publish(id, r, p); err != nil {
			return nil, status.Error(codes.Internal, err.Error())
		}
		n.log("volumes: published %s at %s, %s", id, p.target, p.mode)
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

// NodeUnpublishVolume unmounts a target and removes it. A target that is not there is done already.
func (n *node) NodeUnpublishVolume(_ context.Context, req *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	id := req.GetVolumeId()
	if id == "" {
		return nil, status.Error(codes.InvalidArgument, "volume id is missing")
	}
	if !filepath.IsAbs(req.GetTargetPath()) {
		return nil, status.Errorf(codes.InvalidArgument, "volume %s: target path is %q, want an absolute path", id, req.GetTargetPath())
	}
	n.volumes.Lock()
	defer n.volumes.Unlock()
	r, err := n.volumes.load(id)
	if err != nil {
		return nil, loadStatus(id, err)
	}
	target, err := resolve(req.GetTargetPath())
	if errors.Is(err, fs.ErrNotExist) {
		return &csi.NodeUnpublishVolumeResponse{}, nil
	}
	if err != nil {
		return nil, status.Errorf(codes.Internal, "volume %s: target: %v", id, err)
	}
	if err := n.volumes.unpublish(id, r, target); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	n.log("volumes: unpublished %s at %s", id, target)
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

// NodeGetVolumeStats gives the numbers behind kubelet_volume_stats_*: those of the file system that all volumes share.
func (n *node) NodeGetVolumeStats(_ context.Context, req *csi.NodeGetVolumeStatsRequest) (*csi.NodeGetVolumeStatsResponse, error) {
	id := req.GetVolumeId()
	if id == "" || req.GetVolumePath() == "" {
		return nil, status.Error(codes.InvalidArgument, "volume id or volume path is missing, want both")
	}
	n.volumes.Lock()
	defer n.volumes.Unlock()
	if _, err := n.volumes.load(id); err != nil {
		return nil, loadStatus(id, err)
	}
	uses, err := n.volumes.uses(id)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	path, err := resolve(req.GetVolumePath())
	if err != nil || !at(uses, path) {
		return nil, status.Errorf(codes.NotFound, "volume %s: not published at %s", id, req.GetVolumePath())
	}
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return nil, status.Errorf(codes.Internal, "volume %s: statistics: %v", id, err)
	}
	// Available is what a process that is not root may still write (statfs(2)); used counts against all blocks, as df does.
	size := s.Bsize
	return &csi.NodeGetVolumeStatsResponse{Usage: []*csi.VolumeUsage{
		{Unit: csi.VolumeUsage_BYTES, Total: int64(s.Blocks) * size, Available: int64(s.Bavail) * size, Used: int64(s.Blocks-s.Bfree) * size},
		{Unit: csi.VolumeUsage_INODES, Total: int64(s.Files), Available: int64(s.Ffree), Used: int64(s.Files - s.Ffree)},
	}}, nil
}

// resolve gives a target as the mount table names it: without symbolic links. Its last part need not be there.
func resolve(target string) (string, error) {
	target = filepath.Clean(target)
	parent, err := filepath.EvalSymlinks(filepath.Dir(target))
	if err != nil {
		return "", err
	}
	target = filepath.Join(parent, filepath.Base(target))
	if info, err := os.Lstat(target); err == nil && !info.IsDir() {
		return "", fmt.Errorf("%s is %s, want a directory or nothing", target, info.Mode().Type())
	}
	return target, nil
}
