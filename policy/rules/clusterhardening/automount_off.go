package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var automountOff = pack.Rule{
	Name:     "automount-off",
	Types:    pack.PodCarriers().And(pack.Kinds("ServiceAccount")),
	Severity: pack.Medium,
	CKS:      "cluster-hardening/service-accounts",
	Must:     "Pods and service accounts mount no Kubernetes token, apart from those of workloads that use the Kubernetes API.",
	Why: "A bitcoind that is taken over through its peers finds the token in its file system and is a user of the cluster. It never " +
		"needed one.",
	Fix: "Set automountServiceAccountToken to false in the pod's spec and on the ServiceAccount. Name what needs the API in the setting " +
		"apiClients as namespace/name of its service account.",
	Refs: []string{
		"CIS EKS 1.8.0 4.1.6", "Kubescape C-0034", "Kubescape C-0190", "Kubescape C-0261", "CKV_K8S_38", "KSV-0036",
		"Polaris automountServiceAccountToken",
	},
	Settings: map[string]any{"apiClients": []string{}},
	Check: func(r pack.Resource, violate pack.Report) {
		check := func(automount, account pack.Value) {
			if !automount.Is(false) && !listedAccount(r.Namespace(), account, r.Setting("apiClients").Texts()) {
				violate(automount.Path() + " is not false.")
			}
		}
		if r.Kind() == "ServiceAccount" {
			check(r.At("automountServiceAccountToken"), r.At("metadata", "name"))
		}
		for _, pod := range r.Pods() {
			check(pod.Spec.At("automountServiceAccountToken"), pod.Spec.At("serviceAccountName"))
		}
	},
	Pass: pack.Cases{
		"a pod without":              statefulSet(map[string]any{"automountServiceAccountToken": false, "serviceAccountName": "lnd"}),
		"a service account without":  pack.One("kubernetes:core/v1:ServiceAccount", map[string]any{"automountServiceAccountToken": false}),
		"the default account, taken": pack.One("kubernetes:core/v1:ServiceAccountPatch", map[string]any{"automountServiceAccountToken": false}),
		"a patch of a pod":           podPatch(map[string]any{"automountServiceAccountToken": false}),
	},
	Fail: pack.Cases{
		"left out in a pod":             statefulSet(map[string]any{"serviceAccountName": "lnd"}),
		"true in a job":                 cronJob(map[string]any{"automountServiceAccountToken": true}),
		"left out in a service account": pack.One("kubernetes:core/v1:ServiceAccount", map[string]any{"metadata": map[string]any{"name": "lnd"}}),
		"true in a service account":     pack.One("kubernetes:core/v1:ServiceAccount", map[string]any{"automountServiceAccountToken": true}),
		"a patch of a pod":              podPatch(map[string]any{"automountServiceAccountToken": true}),
		"a list of pods":                podList(map[string]any{"containers": []any{}}),
	},
}
