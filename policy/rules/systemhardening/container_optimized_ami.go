package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var containerOptimizedAMI = pack.Rule{
	Name:     "container-optimized-ami",
	Types:    pack.Tokens("aws:eks/nodeGroup:NodeGroup"),
	Severity: pack.Medium,
	CKS:      "system-hardening/host-footprint",
	Must:     "Nodes run Bottlerocket.",
	Why:      "A general-purpose image brings a shell, a package manager and a writable root, which is all that an attacker needs to stay; Bottlerocket has none of them, and enforces SELinux. For Amazon Linux 2 EKS publishes no image any more.",
	Fix:      "Set amiType to one that begins with BOTTLEROCKET_; a stack that needs Amazon Linux 2023 adds AL2023_ to the setting families.",
	Refs:     []string{"Kubescape C-0226", "AWS: EKS-optimized Bottlerocket AMIs"},
	Settings: map[string]any{"families": []string{"BOTTLEROCKET_"}},
	Check: func(r pack.Resource, violate pack.Report) {
		if kind := r.At("amiType"); !kind.HasPrefix(r.Setting("families").Texts()...) {
			violate(kind.Path() + " has to be one of a family that is made for containers.")
		}
	},
	Pass: pack.Cases{
		"for ARM":   nodeGroup(object{"amiType": "BOTTLEROCKET_ARM_64"}),
		"for Intel": nodeGroup(object{"amiType": "BOTTLEROCKET_x86_64_FIPS"}),
	},
	Fail: pack.Cases{
		"left out":          nodeGroup(object{"instanceTypes": list{"m7g.large"}}),
		"Amazon Linux 2":    nodeGroup(object{"amiType": "AL2_x86_64"}),
		"Amazon Linux 2023": nodeGroup(object{"amiType": "AL2023_ARM_64_STANDARD"}),
		"an own image":      nodeGroup(object{"amiType": "CUSTOM"}),
		"a wrong shape":     nodeGroup(object{"amiType": list{"BOTTLEROCKET_ARM_64"}}),
	},
}
