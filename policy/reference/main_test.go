package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/policy/cks"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

func TestReference_IsFresh(t *testing.T) {
	t.Chdir("../..")
	require.NoError(t, run(true))
}

func TestReference_SaysWhenItIsStale(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("docs", 0o755))
	require.NoError(t, run(false))
	require.NoError(t, run(true))
	require.NoError(t, os.WriteFile("docs/policies.md", []byte("edited"), 0o644))
	require.ErrorContains(t, run(true), "docs/policies.md is stale: run make generate")
}

func TestPolicies_ExplainEveryRuleWithBothSamples(t *testing.T) {
	all := rules.All()
	require.GreaterOrEqual(t, len(all), 115)
	text, err := policies(all)
	require.NoError(t, err)
	for _, r := range all {
		_, section, found := strings.Cut(text, "\n### "+r.Name+"\n")
		require.True(t, found, r.Name)
		section, _, _ = strings.Cut(section, "\n### ")
		for _, want := range []string{r.Must, "Accepted: ", "Refused: ", "| fix |", "| why |"} {
			require.Contains(t, section, want, r.Name)
		}
	}
}

func TestCoverage_HasEveryCompetencyOfBothCurricula(t *testing.T) {
	text := coverage(rules.All())
	count := map[string]int{}
	for _, c := range cks.Competencies() {
		require.Contains(t, text, c.Text)
		require.NotEmpty(t, c.Here, c.Key)
		for _, version := range c.Versions {
			count[version]++
		}
	}
	require.Equal(t, 26, count["1.34"], "the competencies of CKS v1.34")
	require.GreaterOrEqual(t, count["1.20"], 26)
}
