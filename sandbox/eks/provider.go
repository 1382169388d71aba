// Package eks stands in for the pulumi-eks component provider, so that a preview or an update of the real program
// needs neither Node.js nor an AWS account.
//
// The genuine provider makes nothing itself: it registers the children of a cluster with the engine. The stand-in
// registers the same children, under the same types, names and parents and with the same inputs; testdata keeps the
// record it is held to. Whatever it does not model it refuses by name, because an option that is silently ignored
// would let a policy pass here that fails on AWS.
package eks

import (
	"context"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Version is the pulumi-eks release whose children are reproduced. The engine compares it with the SDK's version and
// warns about an older one.
const Version = "4.0.1"

// New returns the stand-in. One value serves any number of engine runs, one after the other.
func New() pulumirpc.ResourceProviderServer {
	return &component{}
}

type component struct {
	pulumirpc.UnimplementedResourceProviderServer

	mu     sync.Mutex
	engine string
}

// Attach remembers where the engine listens: a component logs through it.
func (c *component) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	c.attach(req.GetAddress())
	return &emptypb.Empty{}, nil
}

// Handshake remembers where the engine listens and says which kinds of value the stand-in understands.
func (c *component) Handshake(
	_ context.Context, req *pulumirpc.ProviderHandshakeRequest,
) (*pulumirpc.ProviderHandshakeResponse, error) {
	c.attach(req.GetEngineAddress())
	return &pulumirpc.ProviderHandshakeResponse{AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true}, nil
}

// GetPluginInfo answers with the reproduced release.
func (c *component) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: Version}, nil
}

// CheckConfig accepts every configuration: the genuine provider has none of its own.
func (c *component) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: req.GetNews()}, nil
}

// DiffConfig never asks for a replacement, as there is no configuration to differ in.
func (c *component) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
}

// Configure says that the stand-in previews and understands secrets, resource references and output values.
func (c *component) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{
		SupportsPreview: true,
		AcceptSecrets:   true,
		AcceptResources: true,
		AcceptOutputs:   true,
	}, nil
}

// Cancel has nothing to stop: a Construct ends with its own context.
func (c *component) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// Construct registers a cluster and its children with the engine that asks.
func (c *component) Construct(
	ctx context.Context, req *pulumirpc.ConstructRequest,
) (*pulumirpc.ConstructResponse, error) {
	if req.GetType() != clusterType {
		return nil, status.Errorf(codes.Unimplemented, "%s: type is %s, want %s: the sandbox models no other component of "+
			"pulumi-eks; use the aws resource instead", req.GetName(), req.GetType(), clusterType)
	}
	given, err := plugin.UnmarshalProperties(req.GetInputs(), plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: read inputs: %w", req.GetName(), err)
	}
	if err := validate(req.GetName(), given); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	req.Inputs, err = plugin.MarshalProperties(unknownOutputs(given), plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: write inputs: %w", req.GetName(), err)
	}
	conn, err := c.dial()
	if err != nil {
		return nil, err
	}
	// Each call has its own connection, as engines come and go while the stand-in stays.
	defer func() { _ = conn.Close() }()

	return provider.Construct(ctx, req, conn, func(
		ctx *pulumi.Context, _, name string, inputs provider.ConstructInputs, opts pulumi.ResourceOption,
	) (*provider.ConstructResult, error) {
		args := clusterArgs{given: given}
		if err := inputs.CopyTo(&args); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return newCluster(ctx, name, &args, opts)
	})
}

// GetSchema is refused: an SDK is generated from the genuine provider.
func (c *component) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return nil, status.Error(codes.Unimplemented, "eks: the sandbox's stand-in has no schema; ask pulumi-eks "+Version)
}

// Invoke is refused: pulumi-eks 4.0.1 has no functions.
func (c *component) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, "%s: the sandbox's stand-in for pulumi-eks has no functions", req.GetTok())
}

// Call is refused: Cluster.getKubeconfig is the only method of pulumi-eks, and the kubeconfig output replaces it.
func (c *component) Call(_ context.Context, req *pulumirpc.CallRequest) (*pulumirpc.CallResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, "%s: the sandbox's stand-in for pulumi-eks has no methods; "+
		"use the cluster's kubeconfig output", req.GetTok())
}

// Check is refused, as are the other operations on custom resources: pulumi-eks 4.0.1 has components only.
func (c *component) Check(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return nil, noCustomResource(req.GetUrn())
}

// Diff is refused; see Check.
func (c *component) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return nil, noCustomResource(req.GetUrn())
}

// Create is refused; see Check.
func (c *component) Create(_ context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	return nil, noCustomResource(req.GetUrn())
}

// Read is refused; see Check.
func (c *component) Read(_ context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	return nil, noCustomResource(req.GetUrn())
}

// Update is refused; see Check.
func (c *component) Update(_ context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	return nil, noCustomResource(req.GetUrn())
}

// Delete is refused; see Check.
func (c *component) Delete(_ context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return nil, noCustomResource(req.GetUrn())
}

func noCustomResource(urn string) error {
	return status.Errorf(codes.Unimplemented, "%s: the sandbox's stand-in for pulumi-eks has components only", urn)
}

func (c *component) attach(engine string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if engine != "" {
		c.engine = engine
	}
}

func (c *component) dial() (*grpc.ClientConn, error) {
	c.mu.Lock()
	engine := c.engine
	c.mu.Unlock()
	if engine == "" {
		return nil, status.Error(codes.FailedPrecondition, "eks: no engine is attached, want Attach or Handshake before Construct")
	}
	conn, err := grpc.NewClient(engine, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, fmt.Errorf("eks: dial engine: %w", err)
	}
	return conn, nil
}
