package runtime

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

const nodeGroupToken = "aws:eks/nodeGroup:NodeGroup"

var nodeHealth = pack.Rule{
	Name:     "node-health",
	Types:    pack.Tokens(nodeGroupToken),
	Severity: pack.Low,
	CKS:      "runtime/threat-detection",
	Must:     "EKS sees a sick node and replaces it.",
	Why:      "A node with a broken disk or network still says that it is ready: the pods on it hang, and a Lightning node that hangs misses the blocks in which it could still claim its funds.",
	Fix:      "Set nodeRepairConfig.enabled to true on the node group, and install the add-on eks-node-monitoring-agent.",
	Refs:     []string{"AWS EKS: node auto repair", "AWS EKS Best Practices: data plane reliability"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		agent := slices.ContainsFunc(s.All(pack.Tokens("aws:eks/addon:Addon")), func(r pack.Resource) bool {
			return r.At("addonName").Is("eks-node-monitoring-agent")
		})
		for _, group := range s.All(pack.Tokens(nodeGroupToken)) {
			if repair := group.At("nodeRepairConfig", "enabled"); !repair.Is(true) {
				violate(group, repair.Path()+" is not true.")
			}
			if !agent {
				violate(group, "The stack does not install EKS' node monitoring agent.")
			}
		}
	},
	Pass: pack.Cases{
		"repaired and watched": {nodeGroup(object{"nodeRepairConfig": object{"enabled": true}}), installs("eks-node-monitoring-agent")},
		"no node group":        {eksCluster},
	},
	Fail: pack.Cases{
		"repair left out": {nodeGroup(object{}), installs("eks-node-monitoring-agent")},
		"repair off":      {nodeGroup(object{"nodeRepairConfig": object{"enabled": false}}), installs("eks-node-monitoring-agent")},
		"no agent":        {nodeGroup(object{"nodeRepairConfig": object{"enabled": true}}), installs("vpc-cni")},
	},
}

func nodeGroup(props object) pack.Object {
	return one(nodeGroupToken, "system", with(object{"amiType": "BOTTLEROCKET_ARM_64"}, props))
}

func installs(name string) pack.Object {
	return one("aws:eks/addon:Addon", "addon", object{"addonName": name})
}
