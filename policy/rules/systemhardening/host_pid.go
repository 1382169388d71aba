package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var hostPID = pack.Rule{
	Name:     "host-pid",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "A pod has a process table of its own, not the node's.",
	Why:      "With the node's process table a container reads the environment and the open files of every other process on the node through /proc, such as the wallet password of a Lightning node, and may signal them.",
	Fix:      "Leave hostPID out of the pod's spec, or set it to false.",
	Refs:     []string{"CIS EKS 1.8.0 4.2.2", "PSS baseline: hostNamespaces", "Kubescape C-0038, C-0194", "kube-linter host-pid", "CKV_K8S_17", "KSV-0010", "Polaris hostPIDSet"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			if shared := pod.Spec.At("hostPID"); !off(shared) {
				violate(shared.Path() + " has to be false or left out.")
			}
		}
	},
	Pass: pack.Cases{
		"left out":               pod(spec(nil)),
		"false":                  pod(spec(object{"hostPID": false})),
		"false in a Patch":       workload("kubernetes:apps/v1:DeploymentPatch", spec(object{"hostPID": false})),
		"false in a PodList":     workload("kubernetes:core/v1:PodList", spec(object{"hostPID": false})),
		"left out of a template": workload("kubernetes:core/v1:PodTemplate", spec(nil)),
	},
	Fail: pack.Cases{
		"true":                pod(spec(object{"hostPID": true})),
		"true as a text":      pod(spec(object{"hostPID": "true"})),
		"true in a CronJob":   workload("kubernetes:batch/v1:CronJob", spec(object{"hostPID": true})),
		"true in a Patch":     workload("kubernetes:apps/v1:DaemonSetPatch", spec(object{"hostPID": true})),
		"true in a list":      workload("kubernetes:apps/v1:StatefulSetList", spec(object{"hostPID": true})),
		"true in a template":  workload("kubernetes:core/v1:PodTemplate", spec(object{"hostPID": true})),
		"true, secret or not": pod(spec(object{"hostPID": pack.Secret(true)})),
	},
}
