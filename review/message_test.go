package review

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/emptypb"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

// written are the verdicts of the pack itself on one resource that one rule refuses, so that the reader here follows the writer there.
func written(t *testing.T, replicas any, exemptions ...pack.Exemption) pack.Verdict {
	t.Helper()
	rule := pack.Rule{
		Name: "two", Types: pack.Kinds("Deployment"), Severity: pack.High, Fix: "Set replicas to 2.\nOr more.",
		Check: func(r pack.Resource, violate pack.Report) {
			if !r.At("replicas").Is(2) {
				violate("replicas is not 2.")
			}
		},
	}
	input := pack.Input{
		Type: "kubernetes:apps/v1:Deployment", Name: "d", URN: urnOf("kubernetes:apps/v1:Deployment", "d"), Props: map[string]any{"replicas": replicas},
	}
	verdicts := pack.Judge([]pack.Rule{rule}, []pack.Input{input}, exemptions, "testnet")
	require.NotEmpty(t, verdicts)
	return verdicts[0]
}

func TestTake_ReadsWhatThePackWrites(t *testing.T) {
	exemption := pack.Exemption{Rule: "two", Resource: "kubernetes:apps/v1:Deployment::d", Reason: "One is enough.\nFor now.", Owner: "platform", Expires: "2999-12-31"}
	for name, test := range map[string]struct {
		verdict pack.Verdict
		want    sentence
	}{
		"a violation":          {written(t, 1), sentence{text: "replicas is not 2.", fix: "Set replicas to 2.\nOr more."}},
		"undecided":            {written(t, pack.Unknown), sentence{text: "replicas is not 2.", undecided: true}},
		"exempt":               {written(t, 1, exemption), sentence{text: "replicas is not 2.", exempted: true}},
		"undecided and exempt": {written(t, pack.Unknown, exemption), sentence{text: "replicas is not 2.", undecided: true, exempted: true}},
	} {
		t.Run(name, func(t *testing.T) {
			// The engine ends each message with a line break.
			got := take(test.verdict.Message+"\n", test.verdict.Level == pack.Mandatory, []string{exemption.Reason})
			require.Equal(t, test.want, got)
		})
	}
}

func TestTake_NeverTakesAMandatoryViolationForAnExemptOne(t *testing.T) {
	for _, message := range []string{
		"exempt: it is bad.\nbecause (owner x, expires 2027-01-01, 3 days left)", "undecided: it is bad.\nFix: x",
		"undecided: it is bad.\nShould it turn out to be a violation, it is exempt: y",
	} {
		r := reviewed(t, logOf(violation("satkube", "image-digest", "mandatory", "", message), wholePack))
		require.Len(t, r.Mandatory(), 1)
		require.False(t, r.Findings[0].Exempted)
		require.False(t, r.Findings[0].Undecided)
	}
}

func TestTake_OfAnotherPackIsTakenAsItIs(t *testing.T) {
	r := reviewed(t, logOf(violation("other", "image-digest", "advisory", "", "exempt: no\n (owner x, expires 2027-01-01, 3 days left)"), wholePack))
	require.False(t, r.Findings[0].Exempted)
	require.Empty(t, r.Findings[0].Domain)
	require.Empty(t, r.Findings[0].URL)
	for _, d := range r.Domains {
		require.Zero(t, d.Advisory+d.Exempted)
	}
}

func TestBuild_TakesAnUnknownLevelForAMandatoryOne(t *testing.T) {
	r := reviewed(t, logOf(violation("satkube", "image-digest", "remediate", "", "it is bad"), wholePack))
	require.Len(t, r.Mandatory(), 1)
	require.True(t, r.Failed)
}

func TestTitleOf_IsWhatThePackTellsTheEngine(t *testing.T) {
	server, err := pack.NewServer(pack.Pack{Name: "satkube", Version: "0.0.0", Docs: "docs/policies.md", Rules: rules.All()})
	require.NoError(t, err)
	info, err := server.GetAnalyzerInfo(context.Background(), &emptypb.Empty{})
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, p := range info.GetPolicies() {
		if framework := p.GetFramework(); framework != nil {
			key := domainOf(framework.GetReference())
			require.True(t, strings.HasPrefix(framework.GetSpecification(), titleOf(key)+": "), key)
			seen[key] = true
		}
	}
	require.Len(t, seen, len(domainKeys())-1)
}
