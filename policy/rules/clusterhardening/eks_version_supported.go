package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var eksVersionSupported = pack.Rule{
	Name:     "eks-version-supported",
	Types:    pack.Tokens(eksCluster),
	Severity: pack.High,
	CKS:      "cluster-hardening/upgrades",
	Must:     "An EKS cluster names its Kubernetes version, and it is one in standard support.",
	Why: "A version past standard support gets no regular fixes and costs several times as much per hour; one that is left out is whatever " +
		"AWS takes as its default on the day.",
	Fix:      "Set version to the setting minVersion (major.minor) or newer.",
	Refs:     []string{"CKV_AWS_339", "Kubescape C-0273", "EKS Kubernetes version calendar"},
	Settings: map[string]any{"minVersion": "1.35"},
	Check: func(r pack.Resource, violate pack.Report) {
		text := r.Setting("minVersion").Text()
		oldest, is := ordinal(text)
		if !is {
			violate("The setting minVersion is no version; want major.minor.")
			return
		}
		v := r.At("version")
		if own, is := ordinalOf(v); v.Known() && (!is || own < oldest) {
			violate(v.Path() + " is left out, not major.minor or older than the setting minVersion.")
		}
	},
	Pass: pack.Cases{
		"the oldest": cluster(map[string]any{"version": "1.35"}),
		"newer":      cluster(map[string]any{"version": "1.36"}),
		"far newer":  cluster(map[string]any{"version": "1.100"}),
	},
	Fail: pack.Cases{
		"older":                   cluster(map[string]any{"version": "1.34"}),
		"older, a greater number": cluster(map[string]any{"version": "1.4"}),
		"left out":                cluster(map[string]any{"name": "satkube-testnet"}),
		"empty":                   cluster(map[string]any{"version": ""}),
		"no version":              cluster(map[string]any{"version": "latest"}),
	},
}
