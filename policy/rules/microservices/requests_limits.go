package microservices

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var requestsLimits = pack.Rule{
	Name:     "requests-limits",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "microservices/isolation",
	Must:     "Every container, or its pod, requests CPU and memory and has a limit of memory.",
	Why:      "A container without them is placed where there is no room and takes it from its neighbours; the kernel then kills whichever process it likes, bitcoind in the middle of a write too.",
	Fix:      "Set resources.requests.cpu, resources.requests.memory and resources.limits.memory on each container, or on the pod as a whole.",
	Refs:     []string{"KSV-0011", "KSV-0015", "KSV-0016", "KSV-0018", "CKV_K8S_10", "CKV_K8S_11", "CKV_K8S_12", "CKV_K8S_13", "C-0270", "C-0271"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range r.Pods() {
			// Ephemeral containers may not have resources.
			for _, c := range slices.Concat(p.Spec.At("containers").List(), p.Spec.At("initContainers").List()) {
				for _, field := range [][]any{{"resources", "requests", "cpu"}, {"resources", "requests", "memory"}, {"resources", "limits", "memory"}} {
					if v := c.At(field...); v.Absent() && p.Spec.At(field...).Absent() {
						violate(v.Path() + " is not set, nor the pod's own.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"all three":         carrier(deployment, running(sized(nil))),
		"on the pod":        carrier(pod, with(running(container(nil)), object{"resources": sized(nil)["resources"]})),
		"not of ephemerals": carrier(pod, debugged(sized(nil), container(nil))),
		"in a twin":         carrier(podPatch, starting(sized(nil), sized(nil))),
	},
	Fail: pack.Cases{
		"left out":             carrier(deployment, running(container(nil))),
		"no limit":             carrier(statefulSet, running(sized(object{"limits": object{"cpu": "1"}}))),
		"no request of memory": carrier(job, running(sized(object{"requests": object{"cpu": "1"}}))),
		"no request of CPU":    carrier(pod, running(sized(object{"requests": object{"memory": "1Gi", "cpu": ""}}))),
		"not of init ones":     carrier(cronJob, starting(sized(nil), container(nil))),
		"in an item of a list": carrier(deploymentList, running(sized(object{"limits": nil}))),
	},
}

// sized is a container with resources, some of them changed.
func sized(changed object) object {
	return object{"name": "main", "resources": with(object{
		"requests": object{"cpu": "100m", "memory": "128Mi"}, "limits": object{"memory": "128Mi"},
	}, changed)}
}
