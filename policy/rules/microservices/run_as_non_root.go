package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var runAsNonRoot = pack.Rule{
	Name:     "run-as-non-root",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "Every container is refused to start as root, by itself or by its pod, and nothing takes that back.",
	Why:      "Root in a container is root on the node for everything that the two share: one kernel or runtime bug away from every pod there. Images change their user without notice.",
	Fix:      "Set securityContext.runAsNonRoot to true on the pod and nowhere to false, or give the pod users of its own with hostUsers: false.",
	Refs:     []string{"PSS restricted: runAsNonRoot (1.35)", "KSV-0012", "CKV_K8S_23", "C-0013", "kube-linter run-as-non-root"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range r.Pods() {
			own := userNamespace(p)
			shared := p.Spec.At("securityContext", "runAsNonRoot")
			if !own && !shared.Absent() && !shared.Is(true) {
				violate(shared.Path() + " is not true.")
			}
			for _, c := range p.Containers() {
				v := c.At("securityContext", "runAsNonRoot")
				if !own && !v.Is(true) && !(v.Absent() && shared.Is(true)) {
					violate(v.Path() + " is not true, nor left to the pod's with that being true.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"on the pod":         carrier(statefulSet, with(running(container(nil)), object{"securityContext": object{"runAsNonRoot": true}})),
		"on every container": carrier(deployment, starting(container(object{"runAsNonRoot": true}), container(object{"runAsNonRoot": true}))),
		"users of its own":   carrier(pod, with(running(container(object{"runAsNonRoot": false})), object{"hostUsers": false})),
	},
	Fail: pack.Cases{
		"left out":                     carrier(deployment, running(container(nil))),
		"taken back by a container":    carrier(pod, with(running(container(object{"runAsNonRoot": false})), object{"securityContext": object{"runAsNonRoot": true}})),
		"false on the pod":             carrier(job, with(running(container(object{"runAsNonRoot": true})), object{"securityContext": object{"runAsNonRoot": false}})),
		"left out of init containers":  carrier(cronJob, starting(container(object{"runAsNonRoot": true}), container(nil))),
		"left out of ephemeral ones":   carrier(pod, debugged(container(object{"runAsNonRoot": true}), container(nil))),
		"the node's users, explicitly": carrier(pod, with(running(container(nil)), object{"hostUsers": true})),
		"in a twin":                    carrier(podPatch, with(running(container(object{"runAsNonRoot": false})), object{"hostUsers": true})),
		"in an item of a list":         carrier(deploymentList, running(container(object{"runAsNonRoot": false}))),
	},
}
