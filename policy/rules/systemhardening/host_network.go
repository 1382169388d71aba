package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var hostNetwork = pack.Rule{
	Name:     "host-network",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "A pod has a network of its own, not the node's.",
	Why:      "A pod on the node's network is seen by no NetworkPolicy, reaches the kubelet and whatever else listens on the node's loopback, and gets the node's IAM credentials from the metadata service that hop limit 1 keeps from all other pods.",
	Fix:      "Leave hostNetwork out of the pod's spec, or set it to false.",
	Refs:     []string{"CIS EKS 1.8.0 4.2.4", "PSS baseline: hostNamespaces", "Kubescape C-0041, C-0196", "kube-linter host-network", "CKV_K8S_19", "KSV-0009", "Polaris hostNetworkSet"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			if shared := pod.Spec.At("hostNetwork"); !off(shared) {
				violate(shared.Path() + " has to be false or left out.")
			}
		}
	},
	Pass: pack.Cases{
		"left out":               pod(spec(nil)),
		"false":                  pod(spec(object{"hostNetwork": false})),
		"false in a Patch":       workload("kubernetes:apps/v1:DeploymentPatch", spec(object{"hostNetwork": false})),
		"false in a PodList":     workload("kubernetes:core/v1:PodList", spec(object{"hostNetwork": false})),
		"left out of a template": workload("kubernetes:core/v1:PodTemplate", spec(nil)),
	},
	Fail: pack.Cases{
		"true":                pod(spec(object{"hostNetwork": true})),
		"true as a text":      pod(spec(object{"hostNetwork": "true"})),
		"true in a CronJob":   workload("kubernetes:batch/v1:CronJob", spec(object{"hostNetwork": true})),
		"true in a Patch":     workload("kubernetes:apps/v1:DaemonSetPatch", spec(object{"hostNetwork": true})),
		"true in a list":      workload("kubernetes:apps/v1:StatefulSetList", spec(object{"hostNetwork": true})),
		"true in a template":  workload("kubernetes:core/v1:PodTemplate", spec(object{"hostNetwork": true})),
		"true, secret or not": pod(spec(object{"hostNetwork": pack.Secret(true)})),
	},
}
