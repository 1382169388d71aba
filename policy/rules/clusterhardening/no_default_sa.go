package clusterhardening

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// defaultAccount is the user name that stands for the default service account of a namespace.
var defaultAccount = regexp.MustCompile(`^system:serviceaccount:[^:]*:default$`)

var noDefaultSA = pack.Rule{
	Name:     "no-default-sa",
	Types:    pack.PodCarriers().And(pack.Kinds("RoleBinding", "ClusterRoleBinding")),
	Severity: pack.Medium,
	CKS:      "cluster-hardening/service-accounts",
	Must:     "A pod names a service account of its own, and no role is bound to a namespace's default one.",
	Why: "What is granted to the default account is granted to every pod that forgets to name one, and an IAM role that is associated " +
		"with it too.",
	Fix: "Make a ServiceAccount for the workload, set serviceAccountName in the pod's spec, and name it in subjects[].",
	Refs: []string{
		"CIS EKS 1.8.0 4.1.5", "Kubescape C-0189", "kube-linter default-service-account", "CKV_K8S_41", "CKV_K8S_42",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			if name := pod.Spec.At("serviceAccountName"); name.Absent() || name.Is("default") {
				violate(name.Path() + " is left out or the default account; want the workload's own.")
			}
		}
		if kind := r.Kind(); kind != "RoleBinding" && kind != "ClusterRoleBinding" {
			return
		}
		for _, one := range r.At("subjects").List() {
			name := one.At("name")
			if one.At("kind").Is("ServiceAccount") && name.Is("default") || name.Matches(defaultAccount) {
				violate(name.Path() + " is a namespace's default account; want the workload's own.")
			}
		}
	},
	Pass: pack.Cases{
		"a pod's own":          statefulSet(map[string]any{"serviceAccountName": "lnd"}),
		"a patch":              podPatch(map[string]any{"serviceAccountName": "lnd"}),
		"a binding of its own": binding("RoleBinding", "read", subject("ServiceAccount", "backup")),
		"a user of that name":  binding("RoleBinding", "read", subject("User", "default")),
	},
	Fail: pack.Cases{
		"left out":                statefulSet(map[string]any{"automountServiceAccountToken": false}),
		"default in a job":        cronJob(map[string]any{"serviceAccountName": "default"}),
		"default in a patch":      podPatch(map[string]any{"serviceAccountName": "default"}),
		"the deprecated field":    podList(map[string]any{"serviceAccount": "lnd"}),
		"a binding to it":         binding("RoleBinding", "read", subject("ServiceAccount", "backup"), subject("ServiceAccount", "default")),
		"a binding to its user":   binding("ClusterRoleBinding", "read", subject("User", "system:serviceaccount:kube-system:default")),
		"a patch that binds it":   binding("ClusterRoleBindingPatch", "read", subject("ServiceAccount", "default")),
		"an empty name in a list": podList(map[string]any{"serviceAccountName": ""}),
	},
}
