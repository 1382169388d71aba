package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var hostIPC = pack.Rule{
	Name:     "host-ipc",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "A pod has its own shared memory and message queues, not the node's.",
	Why:      "In the node's IPC namespace a container reads and overwrites the shared memory of every process there that uses it, past all that separates pods.",
	Fix:      "Leave hostIPC out of the pod's spec, or set it to false.",
	Refs:     []string{"CIS EKS 1.8.0 4.2.3", "PSS baseline: hostNamespaces", "Kubescape C-0038, C-0195", "kube-linter host-ipc", "CKV_K8S_18", "KSV-0008", "Polaris hostIPCSet"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			if shared := pod.Spec.At("hostIPC"); !off(shared) {
				violate(shared.Path() + " has to be false or left out.")
			}
		}
	},
	Pass: pack.Cases{
		"left out":               pod(spec(nil)),
		"false":                  pod(spec(object{"hostIPC": false})),
		"false in a Patch":       workload("kubernetes:apps/v1:DeploymentPatch", spec(object{"hostIPC": false})),
		"false in a PodList":     workload("kubernetes:core/v1:PodList", spec(object{"hostIPC": false})),
		"left out of a template": workload("kubernetes:core/v1:PodTemplate", spec(nil)),
	},
	Fail: pack.Cases{
		"true":                pod(spec(object{"hostIPC": true})),
		"true as a text":      pod(spec(object{"hostIPC": "true"})),
		"true in a CronJob":   workload("kubernetes:batch/v1:CronJob", spec(object{"hostIPC": true})),
		"true in a Patch":     workload("kubernetes:apps/v1:DaemonSetPatch", spec(object{"hostIPC": true})),
		"true in a list":      workload("kubernetes:apps/v1:StatefulSetList", spec(object{"hostIPC": true})),
		"true in a template":  workload("kubernetes:core/v1:PodTemplate", spec(object{"hostIPC": true})),
		"true, secret or not": pod(spec(object{"hostIPC": pack.Secret(true)})),
	},
}
