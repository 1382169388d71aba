package supplychain

import "gitlab.com/thinkmassive/satkube/policy/pack"

var opaqueCharts = pack.Rule{
	Name: "opaque-charts",
	Types: pack.Tokens(
		"kubernetes:helm.sh/v2:Chart", "kubernetes:helm.sh/v3:Chart", "kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Release",
		"kubernetes:yaml:ConfigFile", "kubernetes:yaml:ConfigGroup", "kubernetes:yaml/v2:ConfigFile", "kubernetes:yaml/v2:ConfigGroup",
		"kubernetes:kustomize:Directory", "kubernetes:kustomize/v2:Directory",
		"kubernetes:argoproj.io/v1alpha1:Application", "kubernetes:argoproj.io/v1alpha1:ApplicationSet",
	).And(pack.Kinds("HelmRelease", "HelmChart", "HelmChartConfig", "Kustomization")),
	Severity: pack.High,
	CKS:      "supply-chain/static-analysis",
	Must:     "Everything in the cluster is a typed resource of this program.",
	Why:      "What a chart, a YAML file or a GitOps object brings into the cluster is known only when it is there: no rule of this pack sees it at preview, and its author decides what the next fetch contains.",
	Fix:      "Write the objects as typed resources, with the building blocks of internal/kube.",
	Refs:     []string{"docs/adr/0002-typed-manifests.md", "CKS 1.34: Perform static analysis of user workloads and container images (e.g. Kubesec, KubeLinter)"},
	Check: func(_ pack.Resource, violate pack.Report) {
		violate("It brings objects into the cluster that no policy sees at preview; want typed resources.")
	},
	Pass: pack.Cases{
		"typed":                runs(pinned),
		"component of our own": pack.One("satkube:bitcoind:Bitcoind", object{"network": "testnet4"}),
	},
	Fail: pack.Cases{
		"Helm release":              pack.One("kubernetes:helm.sh/v3:Release", object{"chart": "nginx", "version": "1.2.3"}),
		"Helm chart":                pack.One("kubernetes:helm.sh/v4:Chart", object{"chart": "oci://registry.example/nginx"}),
		"older Helm chart":          pack.One("kubernetes:helm.sh/v3:Chart", object{}),
		"file":                      pack.One("kubernetes:yaml/v2:ConfigFile", object{"file": "manifest.yaml"}),
		"older file":                pack.One("kubernetes:yaml:ConfigFile", object{"file": "https://example.com/manifest.yaml"}),
		"group of files":            pack.One("kubernetes:yaml/v2:ConfigGroup", object{"files": list{"a.yaml"}}),
		"older group of files":      pack.One("kubernetes:yaml:ConfigGroup", object{}),
		"kustomization":             pack.One("kubernetes:kustomize/v2:Directory", object{"directory": "overlays/testnet"}),
		"older kustomization":       pack.One("kubernetes:kustomize:Directory", object{}),
		"Helm release for Flux":     pack.One("kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease", object{"spec": object{"interval": "5m"}}),
		"Helm chart for k3s":        pack.One("kubernetes:helm.cattle.io/v1:HelmChart", object{"spec": object{"chart": "nginx"}}),
		"application for Argo CD":   pack.One("kubernetes:argoproj.io/v1alpha1:Application", object{}),
		"inputs that are not known": pack.One("kubernetes:helm.sh/v3:Release", object{"chart": pack.Unknown}),
	},
}
