package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var eksAuthModeAPI = pack.Rule{
	Name:     "eks-auth-mode-api",
	Types:    pack.Tokens(eksCluster).And(pack.Kinds("ConfigMap")),
	Severity: pack.High,
	CKS:      "cluster-hardening/api-access",
	Must:     "Access entries are the only way into an EKS cluster; there is no aws-auth ConfigMap.",
	Why: "Whoever may write one ConfigMap in kube-system maps any IAM role to an administrator, and CloudTrail does not see it. A slip in " +
		"its YAML locks everybody out.",
	Fix:  "Set accessConfig.authenticationMode to API, and replace the aws-auth ConfigMap by access entries.",
	Refs: []string{"CIS EKS 1.8.0 4.1.7", "CIS EKS 1.8.0 5.5.1", "Kubescape C-0285", "Kubescape C-0232", "KSV-0115", "EKS access entries"},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Type == eksCluster {
			if mode := r.At("accessConfig", "authenticationMode"); !mode.Is("API") {
				violate(mode.Path() + " is not API.")
			}
			return
		}
		if name := r.At("metadata", "name"); name.Is("aws-auth") {
			violate(name.Path() + " is the one that maps IAM to users of the cluster; want access entries.")
		}
	},
	Pass: pack.Cases{
		"the API alone":       cluster(map[string]any{"accessConfig": map[string]any{"authenticationMode": "API"}}),
		"another ConfigMap":   pack.One("kubernetes:core/v1:ConfigMap", map[string]any{"metadata": map[string]any{"name": "lnd"}}),
		"a ConfigMap unnamed": pack.One("kubernetes:core/v1:ConfigMap", map[string]any{"data": map[string]any{"a": "b"}}),
	},
	Fail: pack.Cases{
		"left out":         cluster(map[string]any{"version": "1.35"}),
		"the ConfigMap":    cluster(map[string]any{"accessConfig": map[string]any{"authenticationMode": "CONFIG_MAP"}}),
		"both":             cluster(map[string]any{"accessConfig": map[string]any{"authenticationMode": "API_AND_CONFIG_MAP"}}),
		"another spelling": cluster(map[string]any{"accessConfig": map[string]any{"authenticationMode": "api"}}),
		"aws-auth": pack.One("kubernetes:core/v1:ConfigMap", map[string]any{
			"metadata": map[string]any{"name": "aws-auth", "namespace": "kube-system"},
		}),
		"a patch of aws-auth": pack.One("kubernetes:core/v1:ConfigMapPatch", map[string]any{"metadata": map[string]any{"name": "aws-auth"}}),
	},
}
