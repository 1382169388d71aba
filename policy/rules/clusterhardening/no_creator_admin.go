package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var noCreatorAdmin = pack.Rule{
	Name:     "no-creator-admin",
	Types:    pack.Tokens(eksCluster),
	Severity: pack.High,
	CKS:      "cluster-hardening/api-access",
	Must:     "The principal that creates an EKS cluster does not become its administrator on its own.",
	Why: "Otherwise whatever role or person ran the first deployment keeps full rights, unless somebody finds the entry and removes it; " +
		"no configuration says who it was.",
	Fix:  "Set accessConfig.bootstrapClusterCreatorAdminPermissions to false and give administrators access entries.",
	Refs: []string{"CIS EKS 1.8.0 4.1.7", "EKS access entries"},
	Check: func(r pack.Resource, violate pack.Report) {
		if grants := r.At("accessConfig", "bootstrapClusterCreatorAdminPermissions"); !grants.Is(false) {
			violate(grants.Path() + " is not false.")
		}
	},
	Pass: pack.Cases{
		"off": cluster(map[string]any{"accessConfig": map[string]any{"bootstrapClusterCreatorAdminPermissions": false}}),
		"off, with the mode": cluster(map[string]any{"accessConfig": map[string]any{
			"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false,
		}}),
	},
	Fail: pack.Cases{
		"on":                 cluster(map[string]any{"accessConfig": map[string]any{"bootstrapClusterCreatorAdminPermissions": true}}),
		"left out":           cluster(map[string]any{"accessConfig": map[string]any{"authenticationMode": "API"}}),
		"nothing configured": cluster(map[string]any{"version": "1.35"}),
	},
}
