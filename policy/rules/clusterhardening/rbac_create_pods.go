package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacCreatePods = pack.Rule{
	Name:     "rbac-create-pods",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.High,
	CKS:      "cluster-hardening/rbac",
	Must:     "A role does not create or change pods or what makes them, unless it is a controller's that the configuration names.",
	Why: "Who makes a pod picks its service account and mounts any Secret or volume of the namespace: lnd's data directory with the " +
		"channel state and the wallet's password among them.",
	Fix: "Remove create, update and patch from rules[].verbs for pods and their controllers, or name the role in the setting controllers.",
	Refs: []string{
		"CIS EKS 1.8.0 4.1.4", "Kubescape C-0188", "kube-linter access-to-create-pods", "KSV-0048", "Kubernetes RBAC good practices",
	},
	Settings: map[string]any{"controllers": []string{}},
	Check: func(r pack.Resource, violate pack.Report) {
		verbs := []string{"create", "update", "patch"}
		makes := []access{
			{resources: []string{"pods", "replicationcontrollers"}, verbs: verbs},
			{group: "apps", resources: []string{"deployments", "daemonsets", "statefulsets", "replicasets"}, verbs: verbs},
			{group: "batch", resources: []string{"jobs", "cronjobs"}, verbs: verbs},
		}
		unlessListed := func(message string) {
			if !listed(r.At("metadata", "name"), r.Setting("controllers").Texts()) {
				violate(message)
			}
		}
		refuse(r, unlessListed, "creates or changes pods; want that for controllers only.", makes...)
	},
	Pass: pack.Cases{
		"reads":                  clusterRole(allow("get list watch", "", "pods"), allow("get", "apps", "statefulsets")),
		"deletes":                role(allow("delete", "", "pods")),
		"creates something else": role(allow("create patch", "", "events configmaps")),
		"evicts":                 clusterRole(allow("create", "", "pods/eviction")),
		"patches one of a patch": rolePatch(allow("patch", "", "configmaps")),
	},
	Fail: pack.Cases{
		"creates pods":         role(allow("create", "", "pods")),
		"patches statefulsets": role(allow("get patch", "apps", "statefulsets")),
		"creates jobs":         clusterRole(allow("create", "batch", "jobs")),
		"any verb on pods":     clusterRole(allow("*", "", "pods")),
		"updates anything":     clusterRole(allow("update", "apps", "*")),
		"a patch":              rolePatch(allow("update", "apps", "deployments")),
	},
}
