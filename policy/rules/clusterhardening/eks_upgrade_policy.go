package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var eksUpgradePolicy = pack.Rule{
	Name:     "eks-upgrade-policy",
	Types:    pack.Tokens(eksCluster),
	Severity: pack.Medium,
	CKS:      "cluster-hardening/upgrades",
	Must:     "An EKS cluster says what happens at the end of its version's standard support.",
	Why: "Left out it is extended support: the cluster stays on an old version for another year at a multiple of the price, and nobody is " +
		"made to upgrade.",
	Fix:      "Set upgradePolicy.supportType to STANDARD, or allow EXTENDED in the setting supportTypes.",
	Refs:     []string{"EKS Kubernetes version calendar"},
	Settings: map[string]any{"supportTypes": []string{"STANDARD"}},
	Check: func(r pack.Resource, violate pack.Report) {
		if support := r.At("upgradePolicy", "supportType"); !support.In(r.Setting("supportTypes").Texts()...) {
			violate(support.Path() + " is not one of the setting supportTypes.")
		}
	},
	Pass: pack.Cases{
		"standard": cluster(map[string]any{"upgradePolicy": map[string]any{"supportType": "STANDARD"}}),
		"standard, with a version": cluster(map[string]any{
			"version": "1.35", "upgradePolicy": map[string]any{"supportType": "STANDARD"},
		}),
	},
	Fail: pack.Cases{
		"left out":         cluster(map[string]any{"version": "1.35"}),
		"extended":         cluster(map[string]any{"upgradePolicy": map[string]any{"supportType": "EXTENDED"}}),
		"another spelling": cluster(map[string]any{"upgradePolicy": map[string]any{"supportType": "standard"}}),
	},
}
