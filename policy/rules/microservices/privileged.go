package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var privileged = pack.Rule{
	Name:     "privileged",
	Types:    pack.PodCarriers(),
	Severity: pack.Critical,
	CKS:      "microservices/pod-security",
	Must:     "No container is privileged.",
	Why:      "A privileged container has every capability and every device of its node: who takes it over mounts the node's disk and reads the keys of all pods there.",
	Fix:      "Leave securityContext.privileged out or set it to false, and give the container the one capability or device that it needs.",
	Refs:     []string{"PSS baseline: privileged", "CIS EKS 1.8.0 4.2.1", "KSV-0017", "CKV_K8S_16", "C-0057", "kube-linter privileged-container"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, c := range r.Containers() {
			if v := c.At("securityContext", "privileged"); v.Is(true) {
				violate(v.Path() + " is true; want it false or left out.")
			}
		}
	},
	Pass: pack.Cases{
		"false":           carrier(deployment, running(container(object{"privileged": false}))),
		"left out":        carrier(pod, running(container(nil))),
		"false in a twin": carrier(podPatch, object{"containers": list{container(object{"privileged": false})}, "initContainers": list{}, "ephemeralContainers": list{}}),
	},
	Fail: pack.Cases{
		"true":                        carrier(deployment, running(container(object{"privileged": true}))),
		"true as text":                carrier(job, running(container(object{"privileged": "true"}))),
		"in an init container":        carrier(cronJob, starting(container(nil), container(object{"privileged": true}))),
		"in an ephemeral container":   carrier(pod, debugged(container(nil), container(object{"privileged": true}))),
		"in a twin":                   carrier(daemonSetPatch, running(container(object{"privileged": true}))),
		"in an item of a list":        carrier(deploymentList, running(container(object{"privileged": true}))),
		"in the second of containers": carrier(statefulSet, object{"containers": list{container(nil), container(object{"privileged": true})}}),
	},
}
