package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacEscalate = pack.Rule{
	Name:     "rbac-escalate",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.Critical,
	CKS:      "cluster-hardening/rbac",
	Must:     "A role has none of the verbs bind, escalate and impersonate.",
	Why: "These three lift the limit that nobody grants more than they hold: bind and escalate give oneself any role, impersonate acts " +
		"as any user, with the audit log naming the other one.",
	Fix: "Remove the verb from rules[].verbs; make roles and bindings in this program instead of in the cluster.",
	Refs: []string{
		"CIS EKS 1.8.0 4.1.8", "Kubescape C-0191", "Kubescape C-0065", "CKV_K8S_157", "CKV_K8S_158", "KSV-0043", "KSV-0050",
		"Kubernetes RBAC good practices",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, rule := range r.At("rules").List() {
			verbs := rule.At("verbs")
			if verbs.Contains("bind") || verbs.Contains("escalate") || verbs.Contains("impersonate") {
				violate(verbs.Path() + " lets the holder take rights that the role does not grant.")
			}
		}
		every := []string{"*"}
		refuse(r, violate, "allows every verb on roles or identities, those that take further rights among them.",
			access{group: "rbac.authorization.k8s.io", resources: []string{"roles", "clusterroles"}, verbs: every},
			access{resources: []string{"users", "groups", "serviceaccounts"}, verbs: every},
			access{group: "authentication.k8s.io", resources: []string{"uids", "userextras"}, verbs: every},
		)
	},
	Pass: pack.Cases{
		"reads roles":       clusterRole(allow("get list watch", "rbac.authorization.k8s.io", "roles clusterroles")),
		"creates bindings":  role(allow("create", "rbac.authorization.k8s.io", "rolebindings")),
		"a patch":           rolePatch(allow("get", "", "serviceaccounts")),
		"every verb on one": role(allow("*", "", "configmaps")),
	},
	Fail: pack.Cases{
		"binds":                       clusterRole(allow("bind", "rbac.authorization.k8s.io", "clusterroles")),
		"binds one role":              role(allowNamed("bind", "rbac.authorization.k8s.io", "roles", "admin")),
		"escalates":                   role(allow("get escalate", "rbac.authorization.k8s.io", "roles")),
		"impersonates":                clusterRole(allow("impersonate", "", "users groups")),
		"every verb on roles":         clusterRole(allow("*", "rbac.authorization.k8s.io", "clusterroles")),
		"every verb on any resources": clusterRole(allow("*", "*", "*")),
		"a patch":                     rolePatch(allow("impersonate", "", "serviceaccounts")),
	},
}
