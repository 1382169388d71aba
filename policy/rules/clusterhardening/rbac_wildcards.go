package clusterhardening

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var wildcard = regexp.MustCompile(`\*`)

var rbacWildcards = pack.Rule{
	Name:     "rbac-wildcards",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.Critical,
	CKS:      "cluster-hardening/rbac",
	Must:     "A role names its verbs, resources and API groups, and aggregates roles that a label selects.",
	Why: "A wildcard also covers what did not exist when it was written: a new subresource, a new operator's resources. */scale is " +
		"enough to start a second lnd over one seed.",
	Fix: "Write out rules[].verbs, rules[].resources, rules[].apiGroups and rules[].nonResourceURLs; give each of " +
		"aggregationRule.clusterRoleSelectors its matchLabels.",
	Refs: []string{
		"CIS EKS 1.8.0 4.1.3", "Kubescape C-0187", "kube-linter wildcard-in-rules", "CKV_K8S_49", "KSV-0044", "KSV-0045", "KSV-0046",
		"Kubernetes RBAC good practices",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, rule := range r.At("rules").List() {
			for _, field := range []string{"verbs", "resources", "apiGroups"} {
				for _, text := range rule.At(field).List() {
					if text.Matches(wildcard) {
						violate(rule.At(field).Path() + " has a wildcard; want each one by its name.")
					}
				}
			}
			// A path such as /healthz/* is one subtree and stays allowed.
			if urls := rule.At("nonResourceURLs"); urls.Contains("*") || urls.Contains("/*") {
				violate(urls.Path() + " covers every path; want the paths that are needed.")
			}
		}
		if r.Kind() != "ClusterRole" {
			return
		}
		for _, selector := range r.At("aggregationRule", "clusterRoleSelectors").List() {
			if selector.At("matchLabels").Absent() && selector.At("matchExpressions").Absent() {
				violate(selector.Path() + " selects every role there is; want labels.")
			}
		}
	},
	Pass: pack.Cases{
		"all by name": clusterRole(allow("get list watch", "", "pods services"), allow("get", "apps", "statefulsets")),
		"no rule":     clusterRole(),
		"one subtree of paths": clusterRole(map[string]any{
			"nonResourceURLs": []any{"/healthz", "/healthz/*"}, "verbs": []any{"get"},
		}),
		"aggregates by label": pack.One(rbac+"ClusterRole", map[string]any{"aggregationRule": map[string]any{
			"clusterRoleSelectors": []any{map[string]any{"matchLabels": map[string]any{"satkube.com/aggregate-to": "read"}}},
		}}),
	},
	Fail: pack.Cases{
		"every verb":                role(allow("*", "", "configmaps")),
		"every resource":            clusterRole(allow("get", "", "pods"), allow("get", "apps", "*")),
		"every API group":           clusterRole(allow("get", "*", "pods")),
		"a subresource of anything": clusterRole(allow("update", "apps", "*/scale")),
		"every path":                clusterRole(map[string]any{"nonResourceURLs": []any{"*"}, "verbs": []any{"get"}}),
		"a patch":                   rolePatch(allow("*", "", "pods")),
		"in a list":                 roleList(allow("get", "", "*")),
		"aggregates everything": pack.One(rbac+"ClusterRole", map[string]any{"aggregationRule": map[string]any{
			"clusterRoleSelectors": []any{map[string]any{}},
		}}),
	},
}
