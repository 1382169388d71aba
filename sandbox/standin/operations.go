package standin

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/emptypb"
)

func (s *server) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	kind, c, err := s.begin(ctx, req.GetUrn(), "", req.GetProperties(), nil)
	if err != nil {
		return nil, err
	}
	c.preview = req.GetPreview()
	outputs, err := s.create(kind, c)
	if err != nil {
		return nil, err
	}
	properties, err := marshal(outputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Id: c.ID, Properties: properties}, nil
}

func (s *server) create(kind *Kind, c *Call) (resource.PropertyMap, error) {
	if !c.preview {
		if err := s.provider.Fault.strike(c.Type, c.Name); err != nil {
			return nil, err
		}
	}
	if kind.Remote != nil {
		return s.apply(kind, c)
	}
	if c.preview {
		return c.outputs(kind), nil
	}
	if errs := c.broken(kind.RefuseCreate); len(errs) > 0 {
		return nil, fmt.Errorf("create %s %s: %w", c.Type, c.Name, errors.Join(errs...))
	}
	if kind.Make != nil {
		made, err := kind.Make(c)
		if err != nil {
			return nil, fmt.Errorf("create %s %s: %w", c.Type, c.Name, err)
		}
		c.Outputs = resource.PropertyMap{}
		for k, v := range made {
			c.Outputs[resource.PropertyKey(k)] = value(v, false)
		}
	}
	c.ID = kind.ID(c)
	if kind.StateOnly {
		return c.outputs(kind), nil
	}
	now := c.object(kind)
	left, found, err := s.provider.Cloud.Find(c.Stack(), c.Type, c.ID)
	switch {
	case err != nil:
	case found && kind.Adopt != nil && left.URN == now.URN:
		if err = kind.Adopt(left, now); err == nil {
			err = s.provider.Cloud.Change(c.Stack(), now)
		}
	default:
		err = s.provider.Cloud.Add(c.Stack(), now)
	}
	if err != nil {
		return nil, fmt.Errorf("create %s %s: %w", c.Type, c.Name, err)
	}
	return c.outputs(kind), nil
}

// apply sends an object to a real API. One that still contains unknown values cannot be sent, not even for a dry run.
func (s *server) apply(kind *Kind, c *Call) (resource.PropertyMap, error) {
	if c.preview && c.Inputs.ContainsUnknowns() {
		return c.Inputs, nil
	}
	outputs, err := kind.Remote.Apply(c, c.preview)
	if err != nil {
		err = fmt.Errorf("apply %s %s: %w", c.Type, c.Name, err)
	}
	if outputs == nil {
		return nil, err
	}
	if !c.preview {
		c.ID = kind.ID(c)
	}
	if err == nil {
		return outputs, nil
	}
	properties, errMarshal := marshal(outputs)
	inputs, errInputs := marshal(c.Inputs)
	if errMarshal != nil || errInputs != nil {
		return nil, errors.Join(err, errMarshal, errInputs)
	}
	// The engine records an object that exists but is not ready, and tries again at the next update.
	return nil, rpcerror.WithDetails(rpcerror.New(codes.Unknown, err.Error()), &pulumirpc.ErrorResourceInitFailed{
		Id: c.ID, Properties: properties, Inputs: inputs, Reasons: []string{err.Error()},
	})
}

func (s *server) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	kind, c, err := s.begin(ctx, req.GetUrn(), req.GetId(), req.GetNews(), req.GetOlds())
	if err != nil {
		return nil, err
	}
	c.preview = req.GetPreview()
	outputs, err := s.update(kind, c)
	if err != nil {
		return nil, err
	}
	properties, err := marshal(outputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.UpdateResponse{Properties: properties}, nil
}

func (s *server) update(kind *Kind, c *Call) (resource.PropertyMap, error) {
	if kind.Remote != nil {
		return s.apply(kind, c)
	}
	if !c.preview && !kind.StateOnly {
		if err := s.provider.Cloud.Change(c.Stack(), c.object(kind)); err != nil {
			return nil, fmt.Errorf("update %s %s: %w", c.Type, c.Name, err)
		}
	}
	return c.outputs(kind), nil
}

func (s *server) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	kind, c, err := s.begin(ctx, req.GetUrn(), req.GetId(), req.GetInputs(), req.GetProperties())
	if err != nil {
		return nil, err
	}
	if kind.Remote != nil {
		inputs, outputs, found, err := kind.Remote.Read(c)
		if err != nil || !found {
			return &pulumirpc.ReadResponse{}, err
		}
		return readResponse(c.ID, inputs, outputs)
	}
	if !kind.StateOnly {
		_, found, err := s.provider.Cloud.Find(c.Stack(), c.Type, c.ID)
		if err != nil || !found {
			return &pulumirpc.ReadResponse{}, err
		}
	}
	if req.GetInputs() == nil {
		// A read or an import: the record holds no values, so the answer is what the caller knows plus what follows from it.
		c.Inputs = c.Outputs
		return readResponse(c.ID, c.Inputs, c.outputs(kind))
	}
	return &pulumirpc.ReadResponse{Id: c.ID, Inputs: req.GetInputs(), Properties: req.GetProperties()}, nil
}

func readResponse(id string, inputs, outputs resource.PropertyMap) (*pulumirpc.ReadResponse, error) {
	in, err := marshal(inputs)
	if err != nil {
		return nil, err
	}
	out, err := marshal(outputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.ReadResponse{Id: id, Inputs: in, Properties: out}, nil
}

func (s *server) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	kind, c, err := s.begin(ctx, req.GetUrn(), req.GetId(), req.GetProperties(), req.GetProperties())
	if err != nil {
		return nil, err
	}
	if errs := c.broken(kind.RefuseDelete); len(errs) > 0 {
		return nil, fmt.Errorf("delete %s %s: %w", c.Type, c.Name, errors.Join(errs...))
	}
	switch {
	case kind.Remote != nil:
		err = kind.Remote.Delete(c)
	case !kind.StateOnly:
		err = s.provider.Cloud.Remove(c.Stack(), c.Type, c.ID)
	}
	if err == nil && kind.Deleted != nil {
		err = kind.Deleted(c)
	}
	if err != nil {
		return nil, fmt.Errorf("delete %s %s: %w", c.Type, c.Name, err)
	}
	return &emptypb.Empty{}, nil
}
