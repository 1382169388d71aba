package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacAnonymous = pack.Rule{
	Name:     "rbac-anonymous",
	Types:    pack.Kinds("RoleBinding", "ClusterRoleBinding"),
	Severity: pack.Critical,
	CKS:      "cluster-hardening/rbac",
	Must:     "No role is bound to everybody, to the anonymous user or to the group that no authorizer looks at.",
	Why: "The anonymous user is anyone who reaches the endpoint, and the authenticated group has every pod with a token in it. Members of " +
		"the masters group pass every check, and removing their bindings does not stop them.",
	Fix: "Name the group, user or service account in subjects[] that needs the role, instead of system:anonymous, " +
		"system:unauthenticated, system:authenticated or system:masters.",
	Refs: []string{
		"Kubescape C-0262", "Kubescape C-0265", "Kubescape C-0246", "KSV-0122", "KSV-01011", "KSV-0123", "Kubernetes RBAC good practices",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, one := range r.At("subjects").List() {
			if name := one.At("name"); name.In("system:anonymous", "system:unauthenticated", "system:authenticated", "system:masters") {
				violate(name.Path() + " is a name of everybody or of nobody in particular; want who needs the role.")
			}
		}
	},
	Pass: pack.Cases{
		"a group":           binding("ClusterRoleBinding", "read", subject("Group", "satkube:operators")),
		"a service account": binding("RoleBinding", "read", subject("ServiceAccount", "backup")),
		"nobody":            binding("RoleBinding", "read"),
		"a patch":           binding("RoleBindingPatch", "read", subject("Group", "satkube:operators")),
	},
	Fail: pack.Cases{
		"the anonymous user":      binding("ClusterRoleBinding", "read", subject("User", "system:anonymous")),
		"the unauthenticated":     binding("RoleBinding", "read", subject("Group", "system:unauthenticated")),
		"everybody, among others": binding("ClusterRoleBinding", "read", subject("Group", "ops"), subject("Group", "system:authenticated")),
		"masters in a patch":      binding("ClusterRoleBindingPatch", "read", subject("Group", "system:masters")),
	},
}
