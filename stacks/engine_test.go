package stacks_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// These tests run the real engine on the real program in the sandbox. They need what `make build` leaves in bin/.

// engine is a sandbox of its own for one test.
type engine struct {
	t       *testing.T
	dir     string
	project string
}

func newEngine(t *testing.T) engine {
	t.Helper()
	for _, name := range []string{"sandbox", "satkube", "pulumi-analyzer-satkube"} {
		require.FileExists(t, filepath.Join("..", "bin", name), "the engine's tests need the binaries: run make build")
	}
	return engine{t: t, dir: t.TempDir(), project: ".."}
}

// run runs bin/sandbox and returns what it printed and whether it succeeded.
func (e engine) run(env []string, args ...string) (string, bool) {
	e.t.Helper()
	sandbox, err := filepath.Abs(filepath.Join("..", "bin", "sandbox"))
	require.NoError(e.t, err)
	command := exec.Command(sandbox, args...)
	command.Dir = e.project
	command.Env = append(append(os.Environ(), "SANDBOX_DIR="+e.dir, "PULUMI_OPTION_COLOR=never"), env...)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err = command.Run()
	var exit *exec.ExitError
	if err != nil {
		require.ErrorAs(e.t, err, &exit)
	}
	return out.String(), err == nil
}

// must runs bin/sandbox and fails the test when it fails.
func (e engine) must(args ...string) string {
	e.t.Helper()
	out, ok := e.run(nil, args...)
	require.True(e.t, ok, "sandbox %s:\n%s", strings.Join(args, " "), out)
	return out
}

// inState is what the tests read of a resource in the state.
type inState struct {
	URN    string         `json:"urn"`
	Type   string         `json:"type"`
	ID     string         `json:"id"`
	Custom bool           `json:"custom"`
	Inputs map[string]any `json:"inputs"`
}

// state returns the stack's resources; with their secrets only when those are asked for.
func (e engine) state(stack string, flags ...string) []inState {
	e.t.Helper()
	file := filepath.Join(e.t.TempDir(), "state.json")
	e.must(append([]string{"stack", "export", "-s", stack, "--file", file}, flags...)...)
	raw, err := os.ReadFile(file)
	require.NoError(e.t, err)
	var export struct {
		Deployment struct {
			Resources []inState `json:"resources"`
		} `json:"deployment"`
	}
	require.NoError(e.t, json.Unmarshal(raw, &export))
	return export.Deployment.Resources
}

// exists returns the names of the objects that the stand-ins hold, one record each.
func (e engine) exists(stack string) []string {
	e.t.Helper()
	records, err := filepath.Glob(filepath.Join(e.dir, "cloud", stack, "*.json"))
	require.NoError(e.t, err)
	var urns []string
	for _, path := range records {
		raw, err := os.ReadFile(path)
		require.NoError(e.t, err)
		var record struct {
			URN string `json:"urn"`
		}
		require.NoError(e.t, json.Unmarshal(raw, &record))
		urns = append(urns, record.URN)
	}
	slices.Sort(urns)
	return urns
}

// held returns the URNs of the resources that exist as objects of their own, sorted: no providers, no random values, which
// live in the state only, and no patches, which belong to somebody else's object.
func held(resources []inState) []string {
	var urns []string
	for _, r := range resources {
		if r.Custom && !strings.HasPrefix(r.Type, "pulumi:") && !strings.HasPrefix(r.Type, "random:") && !strings.HasSuffix(r.Type, "Patch") {
			urns = append(urns, r.URN)
		}
	}
	slices.Sort(urns)
	return urns
}

func TestEngine_BringsTestnetUpKeepsItSteadyAndTakesItAway(t *testing.T) {
	e := newEngine(t)
	out := e.must("up", "-s", "testnet")
	for _, want := range []string{
		`clusterName *: "satkube-testnet"`, `\.eks\.amazonaws\.com"`, `namespace: "bitcoin-testnet4"`,
		`"bitcoind\.bitcoin-testnet4\.svc\.cluster\.local:48332"`, `"lnd\.bitcoin-testnet4\.svc\.cluster\.local:10009"`, `kubeconfig *: \[secret\]`,
		`grafana *: "http://grafana\.monitoring\.svc\.cluster\.local:3000"`, `grafanaAdminPassword: \[secret\]`,
		`kibana *: "https://kibana\.logging\.svc\.cluster\.local:5601"`, `kibanaPassword *: \[secret\]`,
	} {
		require.Regexp(t, want, out)
	}
	e.must("preview", "-s", "testnet", "--expect-no-changes")
	e.must("refresh", "-s", "testnet", "--expect-no-changes")
	require.Equal(t, held(e.state("testnet")), e.exists("testnet"))

	e.must("destroy", "-s", "testnet")
	require.Empty(t, e.state("testnet"))
	require.Empty(t, e.exists("testnet"), "with the cluster, everything on it is gone; only EBS volumes stay, which the CSI driver made")
}

func TestEngine_LeavesOnlyWhatFundsNeedOnAnExistingCluster(t *testing.T) {
	e := newEngine(t)
	e.must("up", "-s", "regtest")
	e.must("preview", "-s", "regtest", "--expect-no-changes")
	e.must("refresh", "-s", "regtest", "--expect-no-changes")
	e.must("destroy", "-s", "regtest")
	require.Empty(t, e.state("regtest"))
	var left []string
	for _, urn := range e.exists("regtest") {
		_, name, _ := strings.Cut(urn, "$kubernetes:")
		left = append(left, name)
	}
	require.Equal(t, []string{
		"core/v1:Namespace::regtest",
		"core/v1:PersistentVolumeClaim::regtest-bitcoind-data",
		"core/v1:PersistentVolumeClaim::regtest-lnd-data",
		"core/v1:Secret::regtest-lnd-wallet",
	}, left)
}

// A wallet whose password is overwritten cannot be opened any more.
func TestEngine_RefusesToReplaceTheWalletsPasswordThatItFinds(t *testing.T) {
	e := newEngine(t)
	e.must("up", "-s", "regtest")
	e.must("destroy", "-s", "regtest")
	out, ok := e.run(nil, "up", "-s", "regtest")
	require.False(t, ok)
	require.Contains(t, out, `Secret "lnd-wallet" is invalid: data: Forbidden: field is immutable`)
}

func TestEngine_PreviewsEveryCommittedStack(t *testing.T) {
	for _, stack := range []string{"testnet", "mainnet", "regtest"} {
		t.Run(stack, func(t *testing.T) {
			out := newEngine(t).must("preview", "-s", stack)
			require.Contains(t, out, "to create")
			require.NotContains(t, out, "error:")
		})
	}
}

func TestEngine_RefusesToDestroyAProtectedStack(t *testing.T) {
	e := newEngine(t)
	e.must("up", "-s", "mainnet")
	before := e.exists("mainnet")
	out, ok := e.run(nil, "destroy", "-s", "mainnet")
	require.False(t, ok)
	require.Contains(t, out, "protect")
	require.Equal(t, before, e.exists("mainnet"), "nothing is deleted, not even what is unprotected")
}

func TestEngine_PrintsEveryMistakeOfAConfigurationAndRegistersNothing(t *testing.T) {
	e := newEngine(t)
	e.project = t.TempDir()
	for name, text := range map[string]string{
		"Pulumi.yaml": "name: satkube\nruntime: go\n",
		"Pulumi.bad.yaml": "config:\n  satkube:platform:\n    cluster: {kind: existing, name: Bad Name}\n" +
			"    nodes: [{name: a, network: testnet5, bitcoind: {storage: 1Gi, txindex: true, pruneMiB: 600}}]\n    colour: blue\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(e.project, name), []byte(text), 0o644))
	}
	out, ok := e.run(nil, "preview", "-s", "bad")
	require.False(t, ok)
	require.Contains(t, out, "satkube:platform in Pulumi.bad.yaml is refused:")
	for _, mistake := range []string{`cluster.name is "Bad Name", want `, `colour is "blue", want `, `nodes[0].network is "testnet5", want `} {
		require.Contains(t, out, mistake)
	}
	require.NotContains(t, out, "satkube:cluster")
	require.NotContains(t, out, "kubernetes:")
	out, ok = e.run(nil, "up", "-s", "bad")
	require.False(t, ok)
	require.Empty(t, held(e.state("bad")), out)
}

func TestEngine_LeaksNoSecret(t *testing.T) {
	e := newEngine(t)
	printed := e.must("up", "-s", "testnet", "--diff") + e.must("stack", "output", "-s", "testnet") + e.must("preview", "-s", "testnet", "--diff")
	secrets := secretValues(e.state("testnet", "--show-secrets"))
	require.GreaterOrEqual(t, len(secrets), 10, "passwords, salts, hashed lines, cookies and kubeconfigs")

	file := filepath.Join(t.TempDir(), "state.json")
	e.must("stack", "export", "-s", "testnet", "--file", file)
	places := map[string]string{"the log": printed}
	err := filepath.WalkDir(e.dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			raw, err := os.ReadFile(path)
			places[path] = string(raw)
			return err
		}
		return err
	})
	require.NoError(t, err)
	exported, err := os.ReadFile(file)
	require.NoError(t, err)
	places["stack export"] = string(exported)
	require.Greater(t, len(places), 50, "the sandbox's whole folder was read")
	for place, text := range places {
		for name, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s stands in clear in %s", name, place)
			}
		}
	}
}

// secretValues returns every secret of the state that is text of its own, by where it stands. The state has been exported with its secrets shown.
func secretValues(resources []inState) map[string]string {
	found := map[string]string{}
	for _, r := range resources {
		collectSecrets(r.URN, r.Inputs, false, found)
		raw := map[string]any{"inputs": r.Inputs}
		collectSecrets(r.URN, raw, false, found)
	}
	return found
}

// collectSecrets walks a value; below a secret's envelope every longer text counts.
func collectSecrets(path string, value any, secret bool, found map[string]string) {
	switch value := value.(type) {
	case map[string]any:
		if plaintext, enveloped := value["plaintext"].(string); enveloped {
			var inner any
			if json.Unmarshal([]byte(plaintext), &inner) == nil {
				collectSecrets(path, inner, true, found)
			}
			return
		}
		for key, inner := range value {
			collectSecrets(path+"."+key, inner, secret, found)
		}
	case []any:
		for _, inner := range value {
			collectSecrets(path+"[]", inner, secret, found)
		}
	case string:
		if secret && len(value) >= 16 {
			found[path] = value
		}
	}
}

// For every type of the stack: when its creation fails, the message names the resource, and the next run completes the stack
// with nothing lost and nothing doubled.
func TestEngine_RecoversFromAFaultAtEveryType(t *testing.T) {
	// Most types stand in a stack without monitoring and logging, which comes up in a third of the time. The policies are left out: what
	// the other stack is exempt from, nothing here needs.
	lean := leanProject(t)
	projects := map[string]string{}
	all := map[string][]string{}
	for _, project := range []string{"..", lean} {
		e := newEngine(t)
		e.project = project
		e.must("up", "-s", "testnet", "--no-policy")
		all[project] = e.exists("testnet")
		for _, r := range e.state("testnet") {
			if r.Custom && !strings.HasPrefix(r.Type, "pulumi:") {
				projects[r.Type] = project
			}
		}
	}
	require.Greater(t, len(projects), 45)
	for token, project := range projects {
		t.Run(strings.ReplaceAll(token, "/", "."), func(t *testing.T) {
			t.Parallel()
			e, want := newEngine(t), all[project]
			e.project = project
			out, ok := e.run([]string{"SANDBOX_FAULT=" + token}, "up", "-s", "testnet", "--no-policy")
			require.False(t, ok, out)
			require.Regexp(t, `create `+token+` \S+: injected fault`, out)
			require.Less(t, len(e.exists("testnet")), len(want))

			e.must("up", "-s", "testnet", "--no-policy")
			require.Equal(t, want, e.exists("testnet"), "the stand-ins hold each object once")
			require.Equal(t, want, held(e.state("testnet")), "and the state knows each of them")
			e.must("preview", "-s", "testnet", "--no-policy", "--expect-no-changes")
		})
	}
}

// leanProject is a project with the testnet stack, without monitoring, logging and ingress.
func leanProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	project, err := os.ReadFile(filepath.Join("..", "Pulumi.yaml"))
	require.NoError(t, err)
	raw, err := os.ReadFile(filepath.Join("..", "Pulumi.testnet.yaml"))
	require.NoError(t, err)
	var file map[string]any
	require.NoError(t, yaml.Unmarshal(raw, &file))
	platform := file["config"].(map[string]any)["satkube:platform"].(map[string]any)
	delete(platform, "monitoring")
	delete(platform, "logging")
	delete(platform, "ingress")
	raw, err = yaml.Marshal(file)
	require.NoError(t, err)
	for name, text := range map[string][]byte{"Pulumi.yaml": project, "Pulumi.testnet.yaml": raw} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	return dir
}
