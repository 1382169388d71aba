package pack

import pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

// unreviewed is the verdict on a resource, or on the stack, that could not be reviewed.
func (s *Server) unreviewed(plan *plan, urn string) []Verdict {
	level := plan.level(resourcesAreReviewed.Name)
	if level == Disabled {
		return nil
	}
	return []Verdict{{
		Rule: &resourcesAreReviewed, URN: urn, Level: level,
		Message: "Its properties are of a shape that the pack cannot read, so no rule was decided.\nFix: " + resourcesAreReviewed.Fix,
	}}
}

// response turns verdicts into the engine's form.
func (s *Server) response(verdicts []Verdict) *pulumirpc.AnalyzeResponse {
	resp := &pulumirpc.AnalyzeResponse{}
	for _, v := range verdicts {
		resp.Diagnostics = append(resp.Diagnostics, &pulumirpc.AnalyzeDiagnostic{
			PolicyName:        v.Rule.Name,
			PolicyPackName:    s.pack.Name,
			PolicyPackVersion: s.pack.Version,
			Description:       v.Rule.Must,
			Message:           v.Message,
			EnforcementLevel:  protoLevel(v.Level),
			Urn:               v.URN,
			Severity:          protoSeverity(v.Rule.Severity),
		})
	}
	return resp
}
