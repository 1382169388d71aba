package standin

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func (s *server) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	kind, c, err := s.begin(ctx, req.GetUrn(), "", req.GetNews(), req.GetOlds())
	if err != nil {
		return nil, err
	}
	if c.Inputs == nil {
		c.Inputs = resource.PropertyMap{}
	}
	news, olds := c.Inputs, c.Outputs

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
	kind, c, err := s.begin(ctx, req.GetUrn(), req.GetId(), req.GetNews(), req.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, olds := c.Inputs, c.Outputs
	if kind.ImmutableHere != nil {
		here := *kind
		here.Immutable = slices.Concat(kind.Immutable, kind.ImmutableHere(c))
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
