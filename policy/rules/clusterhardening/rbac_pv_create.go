package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacPVCreate = pack.Rule{
	Name:     "rbac-pv-create",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.Medium,
	CKS:      "cluster-hardening/rbac",
	Must:     "A role does not create persistent volumes.",
	Why: "A persistent volume may point at a directory of the host or at the disk of another node's wallet; a claim then mounts it, and " +
		"pod security does not look there.",
	Fix:  "Remove create from rules[].verbs for persistentvolumes; claim volumes through a StorageClass.",
	Refs: []string{"CIS EKS 1.8.0 4.1.9", "Kubescape C-0278", "Kubernetes RBAC good practices"},
	Check: func(r pack.Resource, violate pack.Report) {
		refuse(r, violate, "creates volumes that may be any disk or host directory; want claims.",
			access{resources: []string{"persistentvolumes"}, verbs: []string{"create"}})
	},
	Pass: pack.Cases{
		"reads volumes":  clusterRole(allow("get list watch", "", "persistentvolumes")),
		"creates claims": role(allow("create", "", "persistentvolumeclaims")),
		"a patch":        rolePatch(allow("create", "", "persistentvolumeclaims")),
	},
	Fail: pack.Cases{
		"create":                 clusterRole(allow("create", "", "persistentvolumes")),
		"among others":           clusterRole(allow("get", "", "nodes"), allow("get create", "", "pods persistentvolumes")),
		"creates everything":     clusterRole(allow("create", "", "*")),
		"any verb, in a patch":   rolePatch(allow("*", "", "persistentvolumes")),
		"in any group by chance": clusterRole(allow("create", "*", "persistentvolumes")),
	},
}
