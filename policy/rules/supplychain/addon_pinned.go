package supplychain

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var releaseForm = regexp.MustCompile(`^v?[0-9]+\.[0-9]+`)

var addonPinned = pack.Rule{
	Name:     "addon-pinned",
	Types:    pack.Tokens("aws:eks/addon:Addon"),
	Severity: pack.Medium,
	CKS:      "cluster-setup/platform-binaries",
	Must:     "Every EKS add-on names its version.",
	Why:      "Without a version AWS installs whatever is the default on that day: two clusters of one program run different network plugins, and nobody reviewed the one that mainnet got.",
	Fix:      "Set addonVersion to a full version of the add-on, such as the ones that components/cluster lists by Kubernetes version.",
	Refs:     []string{"CKS 1.34: Verify platform binaries before deploying", "AWS EKS: describe-addon-versions"},
	Check: func(r pack.Resource, violate pack.Report) {
		if version := r.At("addonVersion"); !version.Matches(releaseForm) {
			violate(version.Path() + " does not name a version.")
		}
	},
	Pass: pack.Cases{
		"full version":         addon("v1.23.0-eksbuild.1"),
		"of another's making":  addon("1.5.2-eksbuild.1"),
		"no add-on, but a pod": runs(pinned),
	},
	Fail: pack.Cases{
		"left out": addon(nil),
		"empty":    addon(""),
		"floating": addon("latest"),
	},
}

func addon(version any) pack.Case {
	return pack.One("aws:eks/addon:Addon", object{"addonName": "vpc-cni", "clusterName": "satkube", "addonVersion": version})
}
