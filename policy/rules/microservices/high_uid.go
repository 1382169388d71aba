package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var highUID = pack.Rule{
	Name:     "high-uid",
	Types:    pack.PodCarriers(),
	Severity: pack.Low,
	CKS:      "microservices/pod-security",
	Must:     "Every container runs as a user and a group whose numbers no account of a node has: 10000 and above.",
	Why:      "The numbers are the node's too. A process that escapes as user 101 owns what a system account there owns; an image that names its user by word only may change the number.",
	Fix:      "Set securityContext.runAsUser and runAsGroup of the pod to 10000 or more, and make the image's files readable to that user.",
	Refs:     []string{"CKV_K8S_40", "KSV-0020", "KSV-0021", "kube-score container-security-context-user-group-id"},
	Settings: map[string]any{"minimum": 10000.0},
	Check: func(r pack.Resource, violate pack.Report) {
		minimum := r.Setting("minimum").Number()
		for _, p := range r.Pods() {
			for _, c := range p.Containers() {
				for _, field := range []string{"runAsUser", "runAsGroup"} {
					v, shared := c.At("securityContext", field), p.Spec.At("securityContext", field)
					if !windows(p) && !v.AtLeast(minimum) && !(v.Absent() && shared.AtLeast(minimum)) {
						violate(v.Path() + " is not as high as the setting minimum asks, nor left to the pod's with that being so.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"on the pod":       carrier(statefulSet, with(running(container(nil)), object{"securityContext": object{"runAsUser": 10001, "runAsGroup": 10001}})),
		"on the container": carrier(pod, running(container(object{"runAsUser": 65532, "runAsGroup": 65532}))),
	},
	Fail: pack.Cases{
		"left out":                carrier(deployment, running(container(nil))),
		"no group":                carrier(cronJob, running(container(object{"runAsUser": 65532}))),
		"a low user":              carrier(job, running(container(object{"runAsUser": 101, "runAsGroup": 65532}))),
		"lowered by an init one":  carrier(pod, with(starting(container(nil), container(object{"runAsUser": 999})), object{"securityContext": object{"runAsUser": 10001, "runAsGroup": 10001}})),
		"a low group in the twin": carrier(podPatch, with(running(container(object{"runAsUser": 65532, "runAsGroup": 101})), object{"os": object{"name": "linux"}})),
	},
}
