package volumes

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// reserved begins the parameters that the provisioner adds itself (--extra-create-metadata).
const reserved = "csi.storage.k8s.io/"

// controller makes and deletes volumes.
type controller struct {
	csi.UnimplementedControllerServer
	volumes *store
	log     func(format string, args ...any)
}

// ControllerGetCapabilities says that the driver makes volumes, and that it knows ReadWriteOncePod from ReadWriteOnce.
func (*controller) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	resp := &csi.ControllerGetCapabilitiesResponse{}
	for _, t := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_SINGLE_NODE_MULTI_WRITER,
	} {
		resp.Capabilities = append(resp.Capabilities, &csi.ControllerServiceCapability{
			Type: &csi.ControllerServiceCapability_Rpc{Rpc: &csi.ControllerServiceCapability_RPC{Type: t}},
		})
	}
	return resp, nil
}

// CreateVolume makes an empty volume, or finds the one that a call for the same name made.
func (c *controller) CreateVolume(_ context.Context, req *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	wanted, err := newRecord(req)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	c.volumes.Lock()
	defer c.volumes.Unlock()
	id := idOf(req.GetName())
	existing, err := c.volumes.load(id)
	switch {
	case err == nil:
		if limit := req.GetCapacityRange().GetLimitBytes(); existing.CapacityBytes < wanted.CapacityBytes || limit > 0 && existing.CapacityBytes > limit {
			return nil, status.Errorf(codes.AlreadyExists, "volume %s: capacity is %d bytes, want %d to %d (0: no limit)",
				id, existing.CapacityBytes, wanted.CapacityBytes, limit)
		}
		if !slices.Equal(existing.AccessModes, wanted.AccessModes) {
			return nil, status.Errorf(codes.AlreadyExists, "volume %s: access modes are %v, want %v", id, existing.AccessModes, wanted.AccessModes)
		}
		wanted = existing
	case errors.Is(err, errNoVolume):
		if err := c.volumes.create(id, wanted); err != nil {
			return nil, status.Error(codes.Internal, err.Error())
		}
		c.log("volumes: made %s for %s, %v", id, cmp.Or(wanted.Claim, wanted.Name), wanted.AccessModes)
	default:
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{VolumeId: id, CapacityBytes: wanted.CapacityBytes}}, nil
}

// newRecord reads a request, and refuses what a directory cannot give rather than leaving it out in silence.
func newRecord(req *csi.CreateVolumeRequest) (record, error) {
	r := record{Name: req.GetName(), CapacityBytes: req.GetCapacityRange().GetRequiredBytes()}
	var all []error
	if r.Name == "" {
		all = append(all, errors.New("name is missing"))
	}
	all = append(all, supportsAll(req.GetVolumeCapabilities()))
	if req.GetVolumeContentSource() != nil {
		all = append(all, errors.New("content source is set, want none: volumes begin empty"))
	}
	for key := range req.GetParameters() {
		if !strings.HasPrefix(key, reserved) {
			all = append(all, errors.New("parameter "+key+" is set, want none: remove it from the storage class"))
		}
	}
	for _, v := range req.GetVolumeCapabilities() {
		r.AccessModes = append(r.AccessModes, v.GetAccessMode().GetMode().String())
	}
	slices.Sort(r.AccessModes)
	if claim := req.GetParameters()[reserved+"pvc/name"]; claim != "" {
		r.Claim = req.GetParameters()[reserved+"pvc/namespace"] + "/" + claim
	}
	return r, errors.Join(all...)
}

// DeleteVolume deletes a volume and its data. One that is mounted stays; one that does not exist is deleted already.
func (c *controller) DeleteVolume(_ context.Context, req *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	id := req.GetVolumeId()
	if id == "" {
		return nil, status.Error(codes.InvalidArgument, "volume id is missing")
	}
	c.volumes.Lock()
	defer c.volumes.Unlock()
	if _, err := c.volumes.load(id); errors.Is(err, errNoVolume) {
		return &csi.DeleteVolumeResponse{}, nil
	} else if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	uses, err := c.volumes.uses(id)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	inside, err := c.volumes.inside(id)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	if uses = append(uses, inside...); len(uses) > 0 {
		return nil, status.Errorf(codes.FailedPrecondition, "volume %s: mounted at %s, want no mount: unpublish it first", id, uses[0].target)
	}
	if err := c.volumes.remove(id); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	c.log("volumes: deleted %s with its data", id)
	return &csi.DeleteVolumeResponse{}, nil
}

// ValidateVolumeCapabilities confirms what a volume can be used for, or says why it cannot.
func (c *controller) ValidateVolumeCapabilities(_ context.Context, req *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	if req.GetVolumeId() == "" {
		return nil, status.Error(codes.InvalidArgument, "volume id is missing")
	}
	if len(req.GetVolumeCapabilities()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "volume capabilities are missing")
	}
	c.volumes.Lock()
	defer c.volumes.Unlock()
	r, err := c.volumes.load(req.GetVolumeId())
	if err != nil {
		return nil, loadStatus(req.GetVolumeId(), err)
	}
	if err := supportsAll(req.GetVolumeCapabilities()); err != nil {
		return &csi.ValidateVolumeCapabilitiesResponse{Message: err.Error()}, nil
	}
	for _, v := range req.GetVolumeCapabilities() {
		if mode := v.GetAccessMode().GetMode().String(); !r.allows(mode) {
			return &csi.ValidateVolumeCapabilitiesResponse{Message: "access mode is " + mode + ", the volume was made for one user"}, nil
		}
	}
	return &csi.ValidateVolumeCapabilitiesResponse{Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{
		VolumeContext: req.GetVolumeContext(), VolumeCapabilities: req.GetVolumeCapabilities(), Parameters: req.GetParameters(),
	}}, nil
}

// loadStatus gives the code that CSI wants for a volume that does not exist.
func loadStatus(id string, err error) error {
	if errors.Is(err, errNoVolume) {
		return status.Errorf(codes.NotFound, "volume %s: %v", id, err)
	}
	return status.Error(codes.Internal, err.Error())
}
