package stacks_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/mock/policies"
	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

func TestPolicies_HoldOnEveryCommittedStack(t *testing.T) {
	for _, stack := range []string{"testnet", "mainnet", "regtest"} {
		t.Run(stack, func(t *testing.T) {
			require.Empty(t, policies.Refused(t, deploy(t, stack), stack))
		})
	}
}

// edits are what somebody may undo of the hardening, each with the rule that has to see it.
func edits() map[string]edit {
	const (
		set      = "kubernetes:apps/v1:StatefulSet"
		claim    = "kubernetes:core/v1:PersistentVolumeClaim"
		template = "aws:ec2/launchTemplate:LaunchTemplate"
	)
	return map[string]edit{
		"two lnd":                 {set, "testnet4-lnd", []string{"spec", "replicas"}, 2, "lnd-single-replica"},
		"a shared volume":         {claim, "testnet4-lnd-data", []string{"spec", "accessModes"}, []string{"ReadWriteMany"}, "volume-read-write-once-pod"},
		"a quick kill":            {set, "testnet4-lnd", []string{"spec", "template", "spec", "terminationGracePeriodSeconds"}, 30, "lnd-stop-grace"},
		"an open RPC":             {"kubernetes:networking.k8s.io/v1:NetworkPolicy", "testnet4-lnd-bitcoind-rpc-from-lnd", []string{"spec", "ingress"}, []any{map[string]any{}}, "rpc-not-exposed"},
		"the host's network":      {set, "testnet4-bitcoind", []string{"spec", "template", "spec", "hostNetwork"}, true, "host-network"},
		"an open namespace":       {"kubernetes:core/v1:Namespace", "testnet4", []string{"metadata", "labels"}, map[string]any{}, "psa-labels"},
		"two metadata hops":       {template, "cluster-bitcoin", []string{"metadataOptions", "httpPutResponseHopLimit"}, 2, "imds-hop-limit"},
		"metadata without IMDSv2": {template, "cluster-system", []string{"metadataOptions", "httpTokens"}, "optional", "imdsv2-required"},
		"a public address":        {template, "cluster-bitcoin", []string{"networkInterfaces"}, []any{map[string]any{"associatePublicIpAddress": "true"}}, "no-public-node-ip"},
		"a role that changes":     {"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "baseline-operator-read", []string{"rules"}, []any{map[string]any{"apiGroups": []string{"*"}, "resources": []string{"*"}, "verbs": []string{"*"}}}, "rbac-wildcards"},
	}
}

// edit gives one property of one resource another value; Rule is what refuses it.
type edit struct {
	Type, Name string
	Path       []string
	Value      any
	Rule       string
}

func TestPolicies_RefuseWhatUndoesTheHardening(t *testing.T) {
	for name, e := range edits() {
		t.Run(name, func(t *testing.T) {
			recording := deploy(t, "testnet")
			require.Empty(t, found(policies.Judge(t, recording, "testnet"), e.Rule, e.Name))
			recording.Change(t, e.Type, e.Name, e.Value, e.Path...)
			require.NotEmpty(t, found(policies.Judge(t, recording, "testnet"), e.Rule, e.Name), "rule %s says nothing", e.Rule)
		})
	}
}

// The same in the real engine: the preview of the edited program stops, and says which rule, what is wrong and how to mend it.
func TestEngine_StopsThePreviewOfAnEditThatUndoesTheHardening(t *testing.T) {
	program := filepath.Join(t.TempDir(), "edited")
	build, err := exec.Command("go", "build", "-p", "2", "-buildvcs=false", "-o", program, "./testdata/edited").CombinedOutput()
	require.NoError(t, err, string(build))
	fixes := map[string]string{}
	for _, rule := range rules.All() {
		fixes[rule.Name] = rule.Fix
	}
	for name, change := range edits() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := json.Marshal(change)
			require.NoError(t, err)
			out, ok := newEngine(t).run([]string{"SANDBOX_PROGRAM=" + program, "EDIT=" + string(text)}, "preview", "-s", "testnet")
			require.False(t, ok, out)
			require.Regexp(t, `\[mandatory\] \[severity: (critical|high)\]\s+`+change.Rule+` .*`+change.Name, out)
			require.Contains(t, out, "Fix: "+fixes[change.Rule])
		})
	}
}

func TestEngine_ShowsTheExemptionsAndTheSameVerdictOnAState(t *testing.T) {
	e := newEngine(t)
	out := e.must("up", "-s", "testnet")
	for _, rule := range []string{"guardduty-eks", "host-network", "host-path"} {
		require.Regexp(t, `\[advisory\] \[severity: high\]\s+`+rule, out)
	}
	require.Regexp(t, `exempt: .*\n.*owner platform, expires [0-9-]+, [0-9]+ days left`, out)

	file := filepath.Join(t.TempDir(), "state.json")
	e.must("stack", "export", "-s", "testnet", "--file", file)
	pack, err := filepath.Abs(filepath.Join("..", "bin", "pulumi-analyzer-satkube"))
	require.NoError(t, err)
	out = e.must("policy", "analyze", "--policy-pack", pack, "--file", file)
	require.Contains(t, out, "satkube@v")
	require.NotContains(t, out, "[mandatory]")
}

// found returns the decided verdicts of that rule on that resource.
func found(verdicts []pack.Verdict, rule, name string) []pack.Verdict {
	var hits []pack.Verdict
	for _, v := range verdicts {
		if v.Rule.Name == rule && strings.HasSuffix(v.URN, "::"+name) && !strings.HasPrefix(v.Message, "undecided: ") {
			hits = append(hits, v)
		}
	}
	return hits
}
