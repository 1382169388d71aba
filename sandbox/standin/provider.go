// Package standin is the machinery of the sandbox's providers: it answers Pulumi's provider protocol from a table of resource
// kinds, keeps a record of what exists, and can fail or delay calls on purpose.
package standin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// Provider is one stand-in: a package's name, its table, and where it keeps its objects.
type Provider struct {
	// Package is the provider's name in a type token, such as aws.
	Package string
	// Version is the version that it answers with: that of the SDK which the program uses, else the CLI warns.
	Version string
	// Kind finds a type's table entry; its error names the type and the file to extend.
	Kind func(token string) (*Kind, error)
	// Invoke answers a function call with Call.Inputs as its arguments; nil refuses all.
	Invoke func(token string, c *Call) (map[string]any, error)
	// CheckConfig returns what the provider refuses in its own configuration.
	CheckConfig []Rule
	// Cloud is the record.
	Cloud *Cloud
	// Fault makes one create fail; nil makes none.
	Fault *Fault
	// Latency delays each call.
	Latency time.Duration
}

// Server returns the stand-in as a plugin server.
func (p Provider) Server() pulumirpc.ResourceProviderServer {
	return &server{provider: p, settings: map[string]resource.PropertyMap{}}
}

type server struct {
	pulumirpc.UnimplementedResourceProviderServer
	provider Provider

	mu sync.Mutex
	// settings holds the configuration of each provider instance. All instances of a package are attached to this one server and
	// a request does not say which one sent it, but each has a connection of its own.
	settings map[string]resource.PropertyMap
}

func (s *server) Attach(context.Context, *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (s *server) Handshake(
	context.Context, *pulumirpc.ProviderHandshakeRequest,
) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{
		AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true, SupportsAutonamingConfiguration: true,
	}, nil
}

func (s *server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: s.provider.Version}, nil
}

func (s *server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (s *server) CheckConfig(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	c := s.call(ctx, req.GetUrn(), "", news, nil)
	c.Inputs = decoded(news)
	resp := &pulumirpc.CheckResponse{Inputs: req.GetNews()}
	for _, err := range c.broken(s.provider.CheckConfig) {
		resp.Failures = append(resp.Failures, &pulumirpc.CheckFailure{Reason: err.Error()})
	}
	return resp, nil
}

func (s *server) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal(req.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	delete(olds, "version")
	delete(news, "version")
	return diffResponse(compare(&Kind{}, olds, news)), nil
}

func (s *server) Configure(ctx context.Context, req *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	args, err := unmarshal(req.GetArgs())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.settings[sender(ctx)] = decoded(args)
	s.mu.Unlock()
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, AcceptResources: true, AcceptOutputs: true,
		SupportsAutonamingConfiguration: true,
	}, nil
}

func (s *server) Invoke(ctx context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	if err := s.delay(ctx); err != nil {
		return nil, err
	}
	if s.provider.Invoke == nil {
		return nil, fmt.Errorf("%s: the sandbox answers no functions of this provider", req.GetTok())
	}
	args, err := unmarshal(req.GetArgs())
	if err != nil {
		return nil, err
	}
	c := &Call{Context: ctx, Cloud: s.provider.Cloud, Settings: s.configured(ctx), Inputs: args}
	result, err := s.provider.Invoke(req.GetTok(), c)
	if err != nil {
		return nil, err
	}
	out := resource.PropertyMap{}
	for k, v := range result {
		out[resource.PropertyKey(k)] = value(v, c.secret)
	}
	properties, err := marshal(out)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.InvokeResponse{Return: properties}, nil
}

// begin is what every call on a resource starts with: the delay, the table's entry, and the resource's two property maps.
func (s *server) begin(ctx context.Context, urn, id string, inputs, outputs *structpb.Struct) (*Kind, *Call, error) {
	if err := s.delay(ctx); err != nil {
		return nil, nil, err
	}
	kind, err := s.kind(urn)
	if err != nil {
		return nil, nil, err
	}
	in, err := unmarshal(inputs)
	if err != nil {
		return nil, nil, err
	}
	out, err := unmarshal(outputs)
	if err != nil {
		return nil, nil, err
	}
	return kind, s.call(ctx, urn, id, in, out), nil
}

func (s *server) kind(urn string) (*Kind, error) {
	kind, err := s.provider.Kind(string(resource.URN(urn).Type()))
	if err != nil {
		return nil, status.Error(codes.Unimplemented, err.Error())
	}
	return kind, nil
}

func (s *server) call(ctx context.Context, urn, id string, inputs, outputs resource.PropertyMap) *Call {
	u := resource.URN(urn)
	return &Call{
		Context: ctx, URN: u, Type: string(u.Type()), Name: u.Name(), ID: id,
		Cloud: s.provider.Cloud, Settings: s.configured(ctx), Inputs: inputs, Outputs: outputs,
	}
}

func (s *server) configured(ctx context.Context) resource.PropertyMap {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings[sender(ctx)]
}

func (s *server) delay(ctx context.Context) error {
	if s.provider.Latency <= 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(s.provider.Latency):
		return nil
	}
}

// sender names the connection that a request came over.
func sender(ctx context.Context) string {
	if p, ok := peer.FromContext(ctx); ok {
		return p.Addr.String()
	}
	return ""
}

// decoded opens configuration values that are JSON texts: SDKs encode a provider's nested arguments that way.
func decoded(args resource.PropertyMap) resource.PropertyMap {
	out := resource.PropertyMap{}
	for k, v := range args {
		secret := v.IsSecret()
		b := bare(v)
		if b.IsString() && strings.HasPrefix(b.StringValue(), "{") {
			var m map[string]any
			if json.Unmarshal([]byte(b.StringValue()), &m) == nil {
				v = value(m, secret)
			}
		}
		out[k] = v
	}
	return out
}

func unmarshal(s *structpb.Struct) (resource.PropertyMap, error) {
	// References to resources become their ids, which is what every input of these providers means by one.
	return plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, PropagateNil: true})
}

func marshal(m resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(m, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
}
