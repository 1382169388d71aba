// Package standin is the machinery of the sandbox's providers: it answers Pulumi's provider protocol from a table of resource
// kinds, keeps a record of what exists, and can fail or delay calls on purpose.
package standin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
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

func (s *server) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	if err := s.delay(ctx); err != nil {
		return nil, err
	}
	kind, err := s.kind(req.GetUrn())
	if err != nil {
		return nil, err
	}
	olds, err := unmarshal(req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	if news == nil {
		news = resource.PropertyMap{}
	}
	c := s.call(ctx, req.GetUrn(), "", news, olds)

	var problems []error
	if err := autoname(kind, req, c.Name, olds, news); err != nil {
		problems = append(problems, err)
	}
	if kind.Prepare != nil {
		if err := kind.Prepare(c, req, news); err != nil {
			problems = append(problems, err)
		}
	}
	for _, key := range kind.Required {
		if v, given := news[resource.PropertyKey(key)]; !given || bare(v).IsNull() {
			problems = append(problems, fmt.Errorf("%s %s: missing required property %s", c.Type, c.Name, key))
		}
	}
	problems = append(problems, c.broken(kind.Refuse)...)

	inputs, err := marshal(news)
	if err != nil {
		return nil, err
	}
	resp := &pulumirpc.CheckResponse{Inputs: inputs}
	for _, p := range problems {
		resp.Failures = append(resp.Failures, &pulumirpc.CheckFailure{Reason: p.Error()})
	}
	return resp, nil
}

func (s *server) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	if err := s.delay(ctx); err != nil {
		return nil, err
	}
	kind, err := s.kind(req.GetUrn())
	if err != nil {
		return nil, err
	}
	olds, err := unmarshal(req.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	if kind.ImmutableHere != nil {
		here := *kind
		here.Immutable = slices.Concat(kind.Immutable, kind.ImmutableHere(s.call(ctx, req.GetUrn(), req.GetId(), news, olds)))
		kind = &here
	}
	d := compare(kind, olds, news)
	resp := diffResponse(d)
	if len(d.replaces) > 0 && kind.Claims != nil {
		// A new object cannot take a name that the old one still holds.
		held := set(s.claims(ctx, kind, req.GetUrn(), olds))
		for _, claim := range s.claims(ctx, kind, req.GetUrn(), news) {
			resp.DeleteBeforeReplace = resp.DeleteBeforeReplace || held[claim]
		}
	}
	return resp, nil
}

func (s *server) claims(ctx context.Context, kind *Kind, urn string, inputs resource.PropertyMap) []string {
	c := s.call(ctx, urn, "", inputs, nil)
	var claims []string
	if _, unknown := c.decide(func(sub *Call) { claims = kind.Claims(sub) }); unknown {
		return nil
	}
	return claims
}

func diffResponse(d *comparison) *pulumirpc.DiffResponse {
	resp := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, DetailedDiff: d.found, HasDetailedDiff: true, Replaces: d.replaces,
	}
	if len(d.found) > 0 {
		resp.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	for path := range d.found {
		resp.Diffs = append(resp.Diffs, path)
	}
	return resp
}

func (s *server) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	if err := s.delay(ctx); err != nil {
		return nil, err
	}
	kind, err := s.kind(req.GetUrn())
	if err != nil {
		return nil, err
	}
	inputs, err := unmarshal(req.GetProperties())
	if err != nil {
		return nil, err
	}
	c := s.call(ctx, req.GetUrn(), "", inputs, nil)
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
	if err := s.delay(ctx); err != nil {
		return nil, err
	}
	kind, err := s.kind(req.GetUrn())
	if err != nil {
		return nil, err
	}
	olds, err := unmarshal(req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	c := s.call(ctx, req.GetUrn(), req.GetId(), news, olds)
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
	if err := s.delay(ctx); err != nil {
		return nil, err
	}
	kind, err := s.kind(req.GetUrn())
	if err != nil {
		return nil, err
	}
	inputs, err := unmarshal(req.GetInputs())
	if err != nil {
		return nil, err
	}
	state, err := unmarshal(req.GetProperties())
	if err != nil {
		return nil, err
	}
	c := s.call(ctx, req.GetUrn(), req.GetId(), inputs, state)
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
		c.Inputs = state
		return readResponse(c.ID, state, c.outputs(kind))
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
	if err := s.delay(ctx); err != nil {
		return nil, err
	}
	kind, err := s.kind(req.GetUrn())
	if err != nil {
		return nil, err
	}
	state, err := unmarshal(req.GetProperties())
	if err != nil {
		return nil, err
	}
	c := s.call(ctx, req.GetUrn(), req.GetId(), state, state)
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

// object is what the record keeps of the call's resource.
func (c *Call) object(kind *Kind) Object {
	o := Object{Type: c.Type, ID: c.ID, URN: string(c.URN), SHA256: fingerprint(c.Inputs)}
	if kind.Claims != nil {
		secret, _ := c.decide(func(sub *Call) { o.Claims = kind.Claims(sub) })
		if secret {
			o.Claims = hashed(o.Claims)
		}
	}
	for name, fact := range kind.Facts {
		var v any
		if secret, unknown := c.decide(func(sub *Call) { v = fact(sub) }); secret || unknown {
			continue
		}
		if text, ok := v.(string); ok && text != "" {
			if o.Facts == nil {
				o.Facts = map[string]string{}
			}
			o.Facts[name] = text
		}
	}
	return o
}

// outputs are the inputs plus what the kind computes. What rests on an unknown value is unknown, and for an object that does not
// exist yet so is everything that only its creation decides.
func (c *Call) outputs(kind *Kind) resource.PropertyMap {
	out := resource.PropertyMap{}
	for k, v := range c.Inputs {
		if !strings.HasPrefix(string(k), "__") {
			out[k] = v
		}
	}
	isNew := c.preview && c.ID == ""
	compute := func(name string, f Output) {
		key := resource.PropertyKey(name)
		if _, input := c.Inputs[key]; isNew && !input {
			out[key] = resource.MakeComputed(resource.NewProperty(""))
			return
		}
		var v any
		secret, unknown := c.decide(func(sub *Call) { v = f(sub) })
		switch {
		case unknown:
			out[key] = resource.MakeComputed(resource.NewProperty(""))
		case v != nil:
			out[key] = value(v, secret)
		}
	}
	for name, f := range kind.Defaults {
		if v, given := c.Inputs[resource.PropertyKey(name)]; !given || bare(v).IsNull() {
			compute(name, f)
		}
	}
	for name, f := range kind.Outputs {
		compute(name, f)
	}
	for _, name := range kind.Kept {
		key := resource.PropertyKey(name)
		if v, known := c.Outputs[key]; known {
			out[key] = v
		} else if isNew {
			out[key] = resource.MakeComputed(resource.NewProperty(""))
		}
	}
	for _, name := range kind.Secret {
		if v, there := out[resource.PropertyKey(name)]; there && !v.IsSecret() {
			out[resource.PropertyKey(name)] = resource.MakeSecret(v)
		}
	}
	return out
}

// Later returns what f computes, or an unknown in a preview of an object that does not exist yet; for values inside a larger one
// that is otherwise known.
func (c *Call) Later(f func() any) any {
	if c.preview && c.ID == "" {
		return resource.MakeComputed(resource.NewProperty(""))
	}
	return f()
}

func value(v any, secret bool) resource.PropertyValue {
	p := resource.NewPropertyValue(v)
	if secret {
		return resource.MakeSecret(p)
	}
	return p
}

// hashed replaces names that came from secrets, so that they can be compared but not read.
func hashed(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "sha256:" + fingerprint(resource.PropertyMap{"name": resource.NewProperty(n)})
	}
	return out
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
