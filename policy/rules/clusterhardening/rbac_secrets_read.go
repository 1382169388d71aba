package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacSecretsRead = pack.Rule{
	Name:     "rbac-secrets-read",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.High,
	CKS:      "cluster-hardening/rbac",
	Must:     "A role reads Secrets by their names only.",
	Why: "A list of Secrets holds their contents: wallet passwords, seed passphrases and RPC credentials of every node of the " +
		"namespace, and through a ClusterRole of every namespace.",
	Fix: "Set rules[].resourceNames to the Secrets that the workload reads, or mount them instead and remove secrets from " +
		"rules[].resources.",
	Refs: []string{
		"CIS EKS 1.8.0 4.1.2", "Kubescape C-0186", "Kubescape C-0015", "kube-linter access-to-secrets", "KSV-0041", "KSV-0113",
		"Kubernetes RBAC good practices",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		reads := access{resources: []string{"secrets"}, verbs: []string{"get", "list", "watch"}}
		for _, rule := range r.At("rules").List() {
			if !allows(rule, reads) || !rule.At("resourceNames").Absent() {
				continue
			}
			where := "the namespace"
			if r.Kind() == "ClusterRole" {
				where = "every namespace that it is bound in"
			}
			violate(rule.Path() + " reads all Secrets of " + where + "; want resourceNames.")
		}
	},
	Pass: pack.Cases{
		"by name":                     role(allowNamed("get watch", "", "secrets", "lnd-wallet")),
		"writes without reading":      role(allow("create", "", "secrets")),
		"other resources":             clusterRole(allow("get list watch", "", "configmaps pods")),
		"secrets of another group":    clusterRole(allow("get list", "vault.example.com", "secrets")),
		"no rule":                     role(),
		"a patch that reads one name": rolePatch(allowNamed("get", "", "secrets", "lnd-wallet")),
	},
	Fail: pack.Cases{
		"list in a namespace": role(allow("list", "", "secrets")),
		"get everywhere":      clusterRole(allow("get", "", "pods secrets")),
		"every resource":      clusterRole(allow("get list watch", "", "*")),
		"every verb":          role(allow("*", "", "secrets")),
		"names left empty": role(map[string]any{
			"verbs": []any{"get"}, "apiGroups": []any{""}, "resources": []any{"secrets"}, "resourceNames": []any{},
		}),
		"API groups left out": role(map[string]any{"verbs": []any{"watch"}, "resources": []any{"secrets"}}),
		"in a list":           roleList(allow("watch", "", "secrets")),
	},
}
