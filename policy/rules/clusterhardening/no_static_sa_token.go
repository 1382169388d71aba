package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var noStaticSAToken = pack.Rule{
	Name:     "no-static-sa-token",
	Types:    pack.Kinds("Secret"),
	Severity: pack.Medium,
	CKS:      "cluster-hardening/service-accounts",
	Must:     "No Secret holds a token of a service account.",
	Why: "Such a token never expires and is bound to no pod: a copy from a backup or a log opens the API for as long as the Secret " +
		"stands.",
	Fix:  "Remove the Secret; mount a projected service account token, or ask for a short-lived one with kubectl create token.",
	Refs: []string{"Kubescape C-0287", "Kubernetes service account documentation"},
	Check: func(r pack.Resource, violate pack.Report) {
		if of := r.At("type"); of.Is("kubernetes.io/service-account-token") {
			violate(of.Path() + " makes a token that never expires.")
		}
	},
	Pass: pack.Cases{
		"opaque":   pack.One("kubernetes:core/v1:Secret", map[string]any{"type": "Opaque"}),
		"left out": pack.One("kubernetes:core/v1:Secret", map[string]any{"stringData": pack.Secret(map[string]any{"password": "x"})}),
		"TLS":      pack.One("kubernetes:core/v1:SecretPatch", map[string]any{"type": "kubernetes.io/tls"}),
		"another provider's": pack.One("aws:secretsmanager/secret:Secret", map[string]any{
			"description": "of no type",
		}),
	},
	Fail: pack.Cases{
		"a token": pack.One("kubernetes:core/v1:Secret", map[string]any{"type": "kubernetes.io/service-account-token"}),
		"a patch": pack.One("kubernetes:core/v1:SecretPatch", map[string]any{"type": "kubernetes.io/service-account-token"}),
		"in a list": pack.One("kubernetes:core/v1:SecretList", map[string]any{"items": []any{
			map[string]any{"type": "Opaque"}, map[string]any{"type": "kubernetes.io/service-account-token"},
		}}),
	},
}
