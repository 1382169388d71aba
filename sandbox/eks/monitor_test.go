package eks

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

const (
	testProject = "satkube"
	testStack   = "testnet"
)

// registration is one resource as the engine was asked to register it.
type registration struct {
	*pulumirpc.RegisterResourceRequest
	urn     resource.URN
	inputs  resource.PropertyMap
	outputs resource.PropertyMap
}

// engine is the part of Pulumi's engine that a component provider talks to.
type engine struct {
	pulumirpc.UnimplementedResourceMonitorServer
	pulumirpc.UnimplementedEngineServer

	preview   bool
	partition resource.PropertyMap
	existing  map[resource.URN]resource.PropertyMap

	mu         sync.Mutex
	registered []*registration
	logs       []string
	address    string
}

// startEngine serves an engine on loopback until the test ends.
func startEngine(t *testing.T, preview bool) *engine {
	t.Helper()
	e := &engine{
		preview: preview,
		partition: resource.PropertyMap{
			"partition": resource.NewProperty("aws"), "dnsSuffix": resource.NewProperty("amazonaws.com"),
		},
		existing: map[resource.URN]resource.PropertyMap{},
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	pulumirpc.RegisterResourceMonitorServer(server, e)
	pulumirpc.RegisterEngineServer(server, e)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	e.address = listener.Addr().String()
	return e
}

func (e *engine) SupportsFeature(
	_ context.Context, req *pulumirpc.SupportsFeatureRequest,
) (*pulumirpc.SupportsFeatureResponse, error) {
	supported := map[string]bool{
		"secrets": true, "resourceReferences": true, "outputValues": true, "aliasSpecs": true, "deletedWith": true,
	}
	return &pulumirpc.SupportsFeatureResponse{HasSupport: supported[req.GetId()]}, nil
}

func (e *engine) Log(_ context.Context, req *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.logs = append(e.logs, req.GetMessage())
	return &emptypb.Empty{}, nil
}

func (e *engine) Invoke(
	_ context.Context, req *pulumirpc.ResourceInvokeRequest,
) (*pulumirpc.ResourceInvokeResponse, error) {
	result := e.partition
	if req.GetTok() == "pulumi:pulumi:getResource" {
		urn := resource.URN(req.GetArgs().GetFields()["urn"].GetStringValue())
		result = resource.PropertyMap{
			"urn":   resource.NewProperty(string(urn)),
			"id":    resource.NewProperty("existing-id"),
			"state": resource.NewProperty(e.existing[urn]),
		}
	}
	out, err := e.marshal(result)
	return &pulumirpc.ResourceInvokeResponse{Return: out}, err
}

func (e *engine) RegisterResource(
	_ context.Context, req *pulumirpc.RegisterResourceRequest,
) (*pulumirpc.RegisterResourceResponse, error) {
	inputs, err := plugin.UnmarshalProperties(req.GetObject(), plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true,
	})
	if err != nil {
		return nil, err
	}
	var parent tokens.Type
	if req.GetParent() != "" {
		parent = resource.URN(req.GetParent()).QualifiedType()
	}
	if parent == "pulumi:pulumi:Stack" {
		parent = ""
	}
	urn := resource.NewURN(testStack, testProject, parent, tokens.Type(req.GetType()), req.GetName())
	e.mu.Lock()
	e.registered = append(e.registered, &registration{RegisterResourceRequest: req, urn: urn, inputs: inputs})
	e.mu.Unlock()

	response := &pulumirpc.RegisterResourceResponse{Urn: string(urn)}
	state := inputs.Copy()
	if req.GetCustom() && !e.preview {
		response.Id = req.GetName() + "-id"
		for key, value := range created(req.GetType(), req.GetName()) {
			state[key] = value
		}
	}
	response.Object, err = e.marshal(state)
	return response, err
}

func (e *engine) RegisterResourceOutputs(
	_ context.Context, req *pulumirpc.RegisterResourceOutputsRequest,
) (*emptypb.Empty, error) {
	outputs, err := plugin.UnmarshalProperties(req.GetOutputs(), plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true,
	})
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.registered {
		if string(r.urn) == req.GetUrn() {
			r.outputs = outputs
		}
	}
	return &emptypb.Empty{}, nil
}

func (e *engine) marshal(properties resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true,
	})
}

// created are the outputs that AWS would add to a resource.
func created(token, name string) resource.PropertyMap {
	arn := resource.NewProperty("arn:aws:eks:eu-central-1:123456789012:thing/" + name)
	switch token {
	case "aws:eks/cluster:Cluster":
		return resource.NewPropertyMapFromMap(map[string]any{
			"arn":                  "arn:aws:eks:eu-central-1:123456789012:cluster/" + name,
			"name":                 name,
			"endpoint":             "https://api.example",
			"certificateAuthority": map[string]any{"data": "Q0E="},
			"identities":           []any{map[string]any{"oidcs": []any{map[string]any{"issuer": "https://oidc.example/id/1"}}}},
			"vpcConfig":            map[string]any{"clusterSecurityGroupId": "sg-eks"},
		})
	case "aws:ec2/securityGroupRule:SecurityGroupRule":
		return resource.PropertyMap{"securityGroupRuleId": resource.NewProperty("sgr-" + name)}
	}
	return resource.PropertyMap{"arn": arn}
}

// find returns the registration of that type and name.
func (e *engine) find(t *testing.T, token, name string) *registration {
	t.Helper()
	for _, r := range e.registered {
		if r.GetType() == token && r.GetName() == name {
			return r
		}
	}
	require.Failf(t, "not registered", "%s %s", token, name)
	return nil
}

// names lists what was registered, as "type name".
func (e *engine) names() []string {
	var names []string
	for _, r := range e.registered {
		names = append(names, r.GetType()+" "+r.GetName())
	}
	return names
}
