package systemhardening

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/pack/packtest"
)

func TestRules_HoldOnTheirOwnSamples(t *testing.T) {
	packtest.Prove(t, Rules())
}

// Samples carry no dependencies, so what the rules read from them is proved here.
func TestVPCFlowLogs_TiesALogToTheVPCItDependsOn(t *testing.T) {
	inputs := packtest.Inputs(pack.Case{vpc("network"), vpc("other"), flowLog("ALL", object{"vpcId": pack.Unknown})})
	inputs[2].Dependencies = []string{inputs[1].URN}

	findings := pack.Review([]pack.Rule{vpcFlowLogs}, inputs, nil)

	require.Len(t, findings, 1)
	require.Equal(t, inputs[0].URN, findings[0].URN)
	require.False(t, findings[0].Undecided)
}

func TestNodeRoleMinimal_TiesAnAttachmentToTheRoleItDependsOn(t *testing.T) {
	inputs := packtest.Inputs(onRole("ec2.amazonaws.com", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"))
	inputs[1].Props["role"] = pack.Unknown

	for name, want := range map[string]struct {
		dependencies []string
		undecided    []bool
	}{
		"on the node's role": {dependencies: []string{inputs[0].URN}, undecided: []bool{false}},
		"on another role":    {dependencies: []string{inputs[0].URN + "-cni"}},
		"not told":           {undecided: []bool{true}},
	} {
		t.Run(name, func(t *testing.T) {
			inputs[1].Dependencies = want.dependencies

			var undecided []bool
			for _, finding := range pack.Review([]pack.Rule{nodeRoleMinimal}, inputs, nil) {
				undecided = append(undecided, finding.Undecided)
			}

			require.Equal(t, want.undecided, undecided)
		})
	}
}

func TestRules_TakeTheirSettings(t *testing.T) {
	for name, c := range map[string]struct {
		rule     pack.Rule
		sample   pack.Case
		settings map[string]any
	}{
		"another family of images": {containerOptimizedAMI, nodeGroup(object{"amiType": "AL2023_ARM_64_STANDARD"}), map[string]any{"families": []string{"BOTTLEROCKET_", "AL2023_"}}},
		"a directory to write to":  {hostPathReadonly, pod(mounting("/var/lib/shipper", nil)), map[string]any{"writable": []string{"/var/lib/shipper"}}},
		"another node policy":      {nodeRoleMinimal, onRole("ec2.amazonaws.com", "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"), map[string]any{"policies": []string{"CloudWatchAgentServerPolicy"}}},
		"a group that may go out":  {sgOpenEgress, securityGroup(list{egress("-1", "0.0.0.0/0")}), map[string]any{"groups": []string{"sample"}}},
	} {
		t.Run(name, func(t *testing.T) {
			rules := []pack.Rule{c.rule}
			require.NotEmpty(t, pack.Review(rules, packtest.Inputs(c.sample), nil))
			require.Empty(t, pack.Review(rules, packtest.Inputs(c.sample), pack.Settings{c.rule.Name: c.settings}))
		})
	}
}
