package pack

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func exemption(rule, pattern, more string) string {
	return fmt.Sprintf("- {rule: %s, resource: %q, reason: It has to., owner: platform, %s}\n", rule, pattern, more)
}

const exemptLine = "no-privileged ADVISORY node: exempt: spec.containers[0].securityContext.privileged is true.\n" +
	"It has to. (owner platform, expires 2026-12-02, 10 days left)"

func TestExemption_MakesAViolationAdvisory(t *testing.T) {
	d := drive(t, testPack())
	require.NoError(t, d.handshake(exemption("no-privileged", "kubernetes:*:Pod::no*", "expires: 2026-12-02")))
	d.inStack("testnet")
	require.Equal(t, []string{exemptLine}, lines(d.analyze(podType, "node", pod(true))))
	require.Contains(t, lines(d.analyze(podType, "other", pod(true)))[0], "MANDATORY")
	require.Empty(t, lines(d.analyzeStack()))
}

func TestExemption_FallsBackOnTheOnesCompiledIn(t *testing.T) {
	p := testPack()
	p.Exemptions = []byte(exemption("no-privileged", "*::node", "expires: 9999-12-31"))
	require.Contains(t, lines(drive(t, p).analyze(podType, "node", pod(true)))[0], "ADVISORY")
}

func TestExemption_HoldsOnItsLastDay(t *testing.T) {
	d := drive(t, testPack())
	require.NoError(t, d.handshake(exemption("no-privileged", "*::node", "expires: 2026-11-22")))
	require.Contains(t, lines(d.analyze(podType, "node", pod(true)))[0], "0 days left")
}

func TestExemption_LeavesUndecidedFindingsVisible(t *testing.T) {
	d := drive(t, testPack())
	require.NoError(t, d.handshake(exemption("no-privileged", "*::node", "expires: 2026-12-02")))
	d.inStack("testnet")
	said := lines(d.analyze(podType, "node", pod(unknownText)))
	require.Equal(t, []string{
		"no-privileged ADVISORY node: undecided: spec.containers[0].securityContext.privileged is true.\n" +
			"Should it turn out to be a violation, it is exempt: It has to. (owner platform, expires 2026-12-02, 10 days left)",
	}, said)
	require.Empty(t, lines(d.analyzeStack()), "it may be needed")
}

func TestExemption_IsItselfReviewed(t *testing.T) {
	held := "expires: 2026-12-02"
	for name, test := range map[string]struct {
		exemptions, stack, want string
		level                   pulumirpc.EnforcementLevel
		covers                  bool
	}{
		"expired": {
			exemptions: exemption("no-privileged", "*::node", "expires: 2026-11-21"), stack: "testnet",
			want: "it expired on 2026-11-21, 1 days ago", level: pulumirpc.EnforcementLevel_MANDATORY,
		},
		"no reason, owner or expiry": {
			exemptions: `[{rule: no-privileged, resource: "*::node"}]`, stack: "testnet",
			want: "reason is missing; owner is missing; expires is missing", level: pulumirpc.EnforcementLevel_MANDATORY,
		},
		"no date": {
			exemptions: exemption("no-privileged", "*::node", "expires: soon"), stack: "testnet",
			want: `expires is "soon", want YYYY-MM-DD`, level: pulumirpc.EnforcementLevel_MANDATORY,
		},
		"no rule": {
			exemptions: exemption("no-privilege", "*::node", held), stack: "testnet",
			want: `rule is "no-privilege", want the name of a rule`, level: pulumirpc.EnforcementLevel_MANDATORY,
		},
		"no resource": {
			exemptions: exemption("no-privileged", "*", held), stack: "testnet",
			want: `resource is "*", want type::name`, level: pulumirpc.EnforcementLevel_MANDATORY,
		},
		"twice": {
			exemptions: exemption("no-privileged", "*::node", held) + exemption("no-privileged", "*::node", held), stack: "testnet", covers: true,
			want: "Exemption 2, of rule no-privileged for *::node: another entry exempts", level: pulumirpc.EnforcementLevel_MANDATORY,
		},
		"not needed": {
			exemptions: exemption("no-privileged", "*::gone", held), stack: "testnet",
			want: "nothing in this stack needs it", level: pulumirpc.EnforcementLevel_MANDATORY,
		},
		"not needed in its own stack": {
			exemptions: exemption("no-privileged", "*::gone", held+", stacks: [testnet, mainnet]"), stack: "testnet",
			want: "nothing in this stack needs it", level: pulumirpc.EnforcementLevel_MANDATORY,
		},
		"for another stack": {exemptions: exemption("no-privileged", "*::node", held+", stacks: [mainnet]"), stack: "testnet"},
		"once for each stack": {
			exemptions: exemption("no-privileged", "*::node", held+", stacks: [mainnet]") + exemption("no-privileged", "*::node", held+", stacks: [testnet]"),
			stack:      "testnet", covers: true,
		},
		"not needed, stack not told": {
			exemptions: exemption("no-privileged", "*::gone", held),
			want:       "it may be for another stack", level: pulumirpc.EnforcementLevel_ADVISORY,
		},
		"stack not told but in the URN": {exemptions: exemption("no-privileged", "*::node", held+", stacks: [testnet]"), covers: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := drive(t, testPack())
			require.NoError(t, d.handshake(test.exemptions))
			if test.stack != "" {
				d.inStack(test.stack)
			}
			said := lines(d.analyze(podType, "node", pod(true)))
			if test.covers {
				require.Equal(t, []string{exemptLine}, said)
			} else {
				require.Equal(t, []string{privilegedLine}, said)
			}
			resp := d.analyzeStack()
			if test.want == "" {
				require.Empty(t, lines(resp))
				return
			}
			require.Len(t, lines(resp), 1)
			require.Contains(t, resp.GetDiagnostics()[0].GetMessage(), test.want)
			require.Equal(t, "exemptions", resp.GetDiagnostics()[0].GetPolicyName())
			require.Equal(t, test.level, resp.GetDiagnostics()[0].GetEnforcementLevel())
			require.Empty(t, resp.GetDiagnostics()[0].GetUrn(), "it is about the stack")
		})
	}
}

func TestExemption_OfADisabledRuleIsShown(t *testing.T) {
	d := drive(t, testPack())
	require.NoError(t, d.handshake(exemption("no-privileged", "*::node", "expires: 2026-12-02")))
	d.inStack("testnet")
	require.NoError(t, d.configure(map[string]*pulumirpc.PolicyConfig{"no-privileged": {EnforcementLevel: pulumirpc.EnforcementLevel_DISABLED}}))
	d.analyze(podType, "node", pod(true))
	said := lines(d.analyzeStack())
	require.Len(t, said, 1)
	require.Contains(t, said[0], "exemptions ADVISORY : Exemption 1")
	require.Contains(t, said[0], "its rule is disabled")
}

func TestExemption_CoversStackRules(t *testing.T) {
	d := drive(t, testPack())
	require.NoError(t, d.handshake(exemption("volume-claimed", "*::node", "expires: 2026-12-02")))
	d.inStack("testnet")
	d.analyze(podType, "node", resource.PropertyMap{"claim": resource.NewProperty("none")})
	said := lines(d.analyzeStack(known(podType, "node")))
	require.Len(t, said, 1)
	require.Contains(t, said[0], "volume-claimed ADVISORY node: exempt: ")
}

func TestHandshake_RefusesAFileThatItCannotRead(t *testing.T) {
	for name, text := range map[string]string{"unknown key": "[{rulez: x}]", "no YAML": "{{{", "no list": "rule: x"} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, drive(t, testPack()).handshake(text), "exemptions.yaml")
		})
	}
}

func TestJudge_IsTheServerWithoutAnEngine(t *testing.T) {
	exemptions, err := ParseExemptions([]byte(exemption("no-privileged", "*::node", "expires: 9999-12-31") + exemption("loud", "*::gone", "expires: 9999-12-31")))
	require.NoError(t, err)
	container := map[string]any{"securityContext": map[string]any{"privileged": true}}
	input := func(name string) Input {
		return Input{Type: podType, Name: name, URN: urnOf(podType, name), Props: map[string]any{
			"spec": map[string]any{"containers": []any{container}},
		}}
	}
	verdicts := Judge(testRules()[:3], []Input{input("node"), input("other")}, exemptions, "testnet")
	require.Len(t, verdicts, 3)
	require.Equal(t, Advisory, verdicts[0].Level)
	require.Equal(t, Mandatory, verdicts[1].Level)
	require.Equal(t, "exemptions", verdicts[2].Rule.Name)
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"a::b", "a::b", true},
		{"a::b", "a::bc", false},
		{"a*::b", "a:x::b", true},
		{"*", "", true},
		{"a*a", "a", false},
		{"a*b*c", "abbc", true},
		{"a*b*c", "acb", false},
		{"*::*-x", "t::n-x", true},
		{"a**b", "ab", true},
		{"A::b", "a::b", false},
	} {
		require.Equal(t, test.want, matches(test.pattern, test.text), "%s on %s", test.pattern, test.text)
	}
}
