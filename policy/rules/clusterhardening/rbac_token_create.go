package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacTokenCreate = pack.Rule{
	Name:     "rbac-token-create",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.High,
	CKS:      "cluster-hardening/service-accounts",
	Must:     "A role does not make tokens of service accounts.",
	Why: "A token that is made this way acts as another workload, in Kubernetes and through its IAM role in AWS, and outlives the pod " +
		"that made it.",
	Fix:  "Remove serviceaccounts/token from rules[].resources; a pod gets its own token as a projected volume.",
	Refs: []string{"CIS EKS 1.8.0 4.1.12", "Kubescape C-0282", "Kubernetes RBAC good practices"},
	Check: func(r pack.Resource, violate pack.Report) {
		refuse(r, violate, "makes tokens of service accounts.", access{resources: []string{"serviceaccounts/token"}, verbs: []string{"create"}})
	},
	Pass: pack.Cases{
		"reads accounts":   clusterRole(allow("get list watch", "", "serviceaccounts")),
		"creates accounts": role(allow("create", "", "serviceaccounts")),
		"reviews tokens":   clusterRole(allow("create", "authentication.k8s.io", "tokenreviews")),
		"a patch":          rolePatch(allow("get", "", "serviceaccounts")),
	},
	Fail: pack.Cases{
		"create":              role(allow("create", "", "serviceaccounts/token")),
		"of one account":      role(allowNamed("create", "", "serviceaccounts/token", "lnd")),
		"tokens of anything":  clusterRole(allow("create", "", "*/token")),
		"any verb, in a list": roleList(allow("*", "", "serviceaccounts serviceaccounts/token")),
	},
}
