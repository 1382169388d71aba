package monitoring

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/internal/golden"
)

func alert() Alert { return bitcoin("alice", "mainnet").Alerts[0] }

func TestRenderRules_MakesOneRuleOfWhatSeveralNodesRegister(t *testing.T) {
	alice, bob := bitcoin("alice", "mainnet").Alerts[0], bitcoin("bob", "testnet4").Alerts[0]
	rules, err := RenderRules("https://example.org/runbooks/", []Alert{alice, bob})
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(rules, "alert: BitcoindSample"))
	require.Contains(t, rules, "runbook_url: https://example.org/runbooks/BitcoindSample.md")
	other := bob
	other.Expr = "bitcoin_uptime < 1"
	rules, err = RenderRules("https://example.org", []Alert{alice, other})
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(rules, "alert: BitcoindSample"), "variants have expressions of their own")
	kept, err := Distinct([]Alert{alice, bob})
	require.NoError(t, err)
	require.Len(t, kept[0].Fires, 2, "the samples of both are asked")
}

func TestRenderRules_DoesNotDependOnTheOrder(t *testing.T) {
	alerts := args(t).Watch().Alerts
	forward, err := RenderRules("https://example.org", alerts)
	require.NoError(t, err)
	slices.Reverse(alerts)
	backward, err := RenderRules("https://example.org", alerts)
	require.NoError(t, err)
	require.Equal(t, forward, backward)
}

func TestRenderRules_RefusesMoreThanAConfigMapHolds(t *testing.T) {
	large := alert()
	large.Expr = strings.Repeat("bitcoin_uptime == 0 or ", 50_000) + "bitcoin_uptime == 1"
	_, err := RenderRules("https://example.org", []Alert{large})
	require.ErrorContains(t, err, "want 1032192 at most")
}

func TestRenderRules_RefusesAlertsThatHelpNobody(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Alert)
		want   string
	}{
		"a name with spaces":      {func(a *Alert) { a.Name = "Bitcoind down" }, `name is "Bitcoind down", want letters and digits`},
		"no expression":           {func(a *Alert) { a.Expr = " " }, "expr is empty"},
		"a negative duration":     {func(a *Alert) { a.For = -time.Second }, "for is -1s"},
		"a fraction of a second":  {func(a *Alert) { a.For = time.Millisecond }, "for is 1ms, want whole seconds"},
		"a severity of its own":   {func(a *Alert) { a.Severity = "page" }, `severity is "page", want critical or warning`},
		"no summary":              {func(a *Alert) { a.Summary = "" }, `summary is ""`},
		"nothing that fires it":   {func(a *Alert) { a.Fires = nil }, "fires is empty"},
		"nothing that does not":   {func(a *Alert) { a.Silent = nil }, "silent is empty"},
		"a sample without series": {func(a *Alert) { a.Fires = map[string]Sample{"x": {}} }, `sample "x": series is empty`},
	} {
		t.Run(name, func(t *testing.T) {
			a := alert()
			c.change(&a)
			_, err := RenderRules("https://example.org", []Alert{a})
			require.ErrorContains(t, err, c.want)
		})
	}
	other := alert()
	other.For = time.Hour
	_, err := RenderRules("https://example.org", []Alert{alert(), other})
	require.ErrorContains(t, err, "alert BitcoindSample: stands twice with one expression")
}

func TestRenderRuleTests_AsksEachSampleOnce(t *testing.T) {
	alerts := args(t).Watch().Alerts
	tests, err := RenderRuleTests("rules.yml", alerts)
	require.NoError(t, err)
	golden.Equal(t, "rules_test.yml", tests)
	samples := 0
	for _, a := range alerts {
		samples += len(a.Fires) + len(a.Silent)
	}
	var file ruleTestFile
	require.NoError(t, yaml.UnmarshalStrict([]byte(tests), &file))
	require.Len(t, file.Tests, samples)
}
