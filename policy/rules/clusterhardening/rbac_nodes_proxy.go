package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacNodesProxy = pack.Rule{
	Name:     "rbac-nodes-proxy",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.High,
	CKS:      "cluster-hardening/rbac",
	Must:     "A role does not reach the kubelet through nodes/proxy.",
	Why: "The kubelet's API runs commands in every container of its node, and neither admission nor the audit log sees them. With some " +
		"versions a get is enough.",
	Fix:  "Replace nodes/proxy in rules[].resources by nodes/metrics or nodes/stats, which is what monitoring needs.",
	Refs: []string{"CIS EKS 1.8.0 4.1.10", "Kubescape C-0279", "KSV-0047", "Kubernetes RBAC good practices"},
	Check: func(r pack.Resource, violate pack.Report) {
		refuse(r, violate, "reaches the kubelet's whole API; want the subresource for metrics.", access{resources: []string{"nodes/proxy"}})
	},
	Pass: pack.Cases{
		"nodes and metrics": clusterRole(allow("get list watch", "", "nodes nodes/metrics")),
		"other proxies":     role(allow("get", "metrics.k8s.io", "nodes")),
		"no rule":           clusterRole(),
		"a patch":           rolePatch(allow("get", "", "nodes/stats")),
	},
	Fail: pack.Cases{
		"get":                  clusterRole(allow("get", "", "nodes nodes/proxy")),
		"create":               clusterRole(allow("create", "", "nodes/proxy")),
		"a wildcard covers it": clusterRole(allow("get", "", "*")),
		"proxies of anything":  clusterRole(allow("get", "", "*/proxy")),
		"a patch":              pack.One(rbac+"ClusterRolePatch", roleProps([]any{allow("get", "", "nodes/proxy")})),
	},
}
