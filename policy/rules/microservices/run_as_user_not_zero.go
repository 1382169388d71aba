package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var runAsUserNotZero = pack.Rule{
	Name:     "run-as-user-not-zero",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "No pod and no container asks to run as user 0.",
	Why:      "User 0 in a container is user 0 of the node: an escape lands there as root, and a mounted volume belongs to it.",
	Fix:      "Set securityContext.runAsUser to the image's own user, or give the pod users of its own with hostUsers: false.",
	Refs:     []string{"PSS restricted: runAsUser (1.35)", "KSV-0105"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range r.Pods() {
			for _, holder := range append(p.Containers(), p.Spec) {
				user := holder.At("securityContext", "runAsUser")
				if !userNamespace(p) && !user.Absent() && !user.AtLeast(1) && !user.AtMost(-1) {
					violate(user.Path() + " is 0 or no number; want a user other than root.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"a user":           carrier(deployment, with(running(container(nil)), object{"securityContext": object{"runAsUser": 101}})),
		"left out":         carrier(pod, running(container(nil))),
		"users of its own": carrier(pod, with(running(container(object{"runAsUser": 0})), object{"hostUsers": false})),
	},
	Fail: pack.Cases{
		"0 on the pod":               carrier(statefulSet, with(running(container(nil)), object{"securityContext": object{"runAsUser": 0}})),
		"0 on a container":           carrier(deployment, with(running(container(object{"runAsUser": 0.0})), object{"securityContext": object{"runAsUser": 101}})),
		"0 as text":                  carrier(job, running(container(object{"runAsUser": "0"}))),
		"root by name":               carrier(pod, running(container(object{"runAsUser": "root"}))),
		"0 on an init container":     carrier(cronJob, starting(container(nil), container(object{"runAsUser": 0}))),
		"0 on an ephemeral one":      carrier(pod, debugged(container(nil), container(object{"runAsUser": 0}))),
		"the node's users, and 0":    carrier(pod, with(running(container(object{"runAsUser": 0})), object{"hostUsers": true})),
		"0 in a twin, node's users":  carrier(podPatch, with(running(container(object{"runAsUser": 0})), object{"hostUsers": true})),
		"0 in an item of a list":     carrier(deploymentList, running(container(object{"runAsUser": 0}))),
		"0 in a pod and a container": carrier(pod, with(running(container(object{"runAsUser": 0})), object{"securityContext": object{"runAsUser": 0}})),
	},
}
