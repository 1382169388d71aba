package rules_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// fixtures returns the fixture pods of a level, of the newest version that upstream has generated them for.
func fixtures(t *testing.T, level string) (version string, files []string) {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output()
	require.NoError(t, err)
	folders, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "test", "testdata", level, "v1.*"))
	require.NoError(t, err)
	minor := -1
	for _, folder := range folders {
		v, err := api.ParseVersion(filepath.Base(folder))
		require.NoError(t, err)
		if v.Minor() > minor {
			minor, version = v.Minor(), folder
		}
	}
	files, err = filepath.Glob(filepath.Join(version, "*", "*.yaml"))
	require.NoError(t, err)
	return filepath.Base(version), files
}

// The pods that upstream keeps for its own checks: our rules and the evaluator have one opinion of each.
func TestPodSecurityRules_AgreeOnTheUpstreamFixtures(t *testing.T) {
	rules := podSecurityRules(t)
	for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
		name, files := fixtures(t, string(level))
		require.Greater(t, len(files), 30, "fixtures of %s %s", level, name)
		version, err := api.ParseVersion("v1.35")
		require.NoError(t, err)
		evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
		require.NoError(t, err)
		for _, path := range files {
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			var pod object
			require.NoError(t, yaml.Unmarshal(raw, &pod))
			meta, spec := pod["metadata"].(object), pod["spec"].(object)
			podMeta, podSpec := decoded(t, meta, spec)
			restricted := policy.AggregateCheckResults(evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: version}, podMeta, podSpec))
			violated := review(t, rules, pack.Input{Type: "kubernetes:core/v1:Pod", Name: "pod", URN: "urn", Props: pod})
			require.Equal(t, restricted.Allowed, !violates(violated, all(same)), "%s %s: upstream says %s, violated are %v", level, filepath.Base(path), restricted.ForbiddenDetail(), violated)
		}
		t.Logf("%s %s: %d fixtures", level, name, len(files))
	}
}
