package stacks_test

import (
	"encoding/json"
	"encoding/xml"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reports are the files that a reviewer gets.
func reports() []string {
	return []string{"comment.md", "codequality.json", "junit.xml", "report.html"}
}

// reviewed runs a preview with an event log and what makes the reports of it, and returns the folder they are in.
func (e engine) reviewed(stack string, env ...string) string {
	e.t.Helper()
	require.FileExists(e.t, filepath.Join("..", "bin", "review"), "run make build")
	folder := e.t.TempDir()
	events := filepath.Join(folder, "events.jsonl")
	_, _ = e.run(append(env, "PULUMI_DEBUG_COMMANDS=true"), "preview", "-s", stack, "--event-log", events)
	out, err := exec.Command("../bin/review", "-stack", stack, "-events", events, "-out", filepath.Join(folder, "reports"),
		"-exemptions", "../policy/exemptions.yaml", "-docs", "https://gitlab.example/docs/policies.md").CombinedOutput()
	require.NoError(e.t, err, string(out))
	return filepath.Join(folder, "reports")
}

func TestReview_ShowsABrokenPropertyInAllReportsAndTheSameInTheNextRun(t *testing.T) {
	program := filepath.Join(t.TempDir(), "edited")
	build, err := exec.Command("go", "build", "-p", "2", "-buildvcs=false", "-o", program, "./testdata/edited").CombinedOutput()
	require.NoError(t, err, string(build))
	change, err := json.Marshal(edits()["two lnd"])
	require.NoError(t, err)
	var before string
	for range 2 {
		folder := newEngine(t).reviewed("testnet", "SANDBOX_PROGRAM="+program, "EDIT="+string(change))
		found := map[string]string{}
		for _, name := range reports() {
			raw, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			found[name] = string(raw)
			require.Contains(t, found[name], "lnd-single-replica", name)
			require.Contains(t, found[name], "testnet4-lnd", name)
		}
		var issues []struct {
			Rule        string `json:"check_name"`
			Severity    string `json:"severity"`
			Fingerprint string `json:"fingerprint"`
		}
		require.NoError(t, json.Unmarshal([]byte(found["codequality.json"]), &issues))
		var fingerprint string
		for _, issue := range issues {
			if issue.Rule == "lnd-single-replica" {
				fingerprint = issue.Fingerprint
				require.Equal(t, "blocker", issue.Severity)
			}
		}
		require.NotEmpty(t, fingerprint)
		require.Contains(t, html.UnescapeString(found["report.html"]), fingerprint[:12], "the page shows the fingerprint's beginning")
		var suites struct {
			Failures int `xml:"failures,attr"`
		}
		require.NoError(t, xml.Unmarshal([]byte(found["junit.xml"]), &suites))
		require.Equal(t, 1, suites.Failures, "one rule is broken, and no other")
		if before != "" {
			require.Equal(t, before, fingerprint)
		}
		before = fingerprint
	}
}

// Whatever the state keeps secret, and whatever the job's environment has, is in no report: not when a stack is new, and not when all of
// it is replaced.
func TestReview_HoldsNothingThatTheStateKeepsSecret(t *testing.T) {
	e := newEngine(t)
	canaries := []string{"AWS_SECRET_ACCESS_KEY=canary-of-aws", "GITLAB_TOKEN=canary-of-gitlab", "CI_JOB_TOKEN=canary-of-the-job"}
	folders := []string{e.reviewed("testnet", canaries...)}
	e.must("up", "-s", "testnet")
	secrets := secretsOf(e.state("testnet", "--show-secrets"))
	require.Greater(t, len(secrets), 10, "the state has passwords, salts, keys")
	lean := e
	lean.project = leanProject(t)
	folders = append(folders, e.reviewed("testnet", canaries...), lean.reviewed("testnet", canaries...))
	for _, folder := range folders {
		for _, name := range reports() {
			raw, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			for _, secret := range append(secrets, "canary-of-aws", "canary-of-gitlab", "canary-of-the-job") {
				require.False(t, strings.Contains(string(raw), secret), "%s holds a secret of %d characters", name, len(secret))
			}
		}
	}
	raw, err := os.ReadFile(filepath.Join(folders[2], "comment.md"))
	require.NoError(t, err)
	require.Contains(t, string(raw), "delete", "the lean stack lacks what the state has")
}

// secretsOf returns the texts of all secret inputs, those long enough not to stand somewhere by chance.
func secretsOf(resources []inState) []string {
	var found []string
	var walk func(value any, secret bool)
	walk = func(value any, secret bool) {
		switch value := value.(type) {
		case map[string]any:
			if text, ok := value["plaintext"].(string); ok && value["4dabf18193072939515e22adb298388d"] != nil {
				var inner any
				if json.Unmarshal([]byte(text), &inner) == nil {
					walk(inner, true)
				}
				return
			}
			for _, v := range value {
				walk(v, secret)
			}
		case []any:
			for _, v := range value {
				walk(v, secret)
			}
		case string:
			if secret && len(value) >= 12 {
				found = append(found, value)
			}
		}
	}
	for _, r := range resources {
		walk(map[string]any(r.Inputs), false)
	}
	return found
}
