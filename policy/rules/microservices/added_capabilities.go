package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var addedCapabilities = pack.Rule{
	Name:     "added-capabilities",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "A container adds no capability but NET_BIND_SERVICE.",
	Why:      "Each capability is a piece of root: NET_RAW forges packets of neighbours, CHOWN and SETUID become other users. What the application does not need serves an intruder only.",
	Fix:      "Remove the other names from securityContext.capabilities.add; listen on ports above 1023 to need none at all.",
	Refs:     []string{"PSS baseline: capabilities_baseline", "PSS restricted: capabilities_restricted", "KSV-0022", "CKV_K8S_25", "C-0046"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range r.Pods() {
			for _, c := range p.Containers() {
				for _, v := range c.At("securityContext", "capabilities", "add").List() {
					if !windows(p) && !v.Is("NET_BIND_SERVICE") {
						violate(v.Path() + " is more than the one capability that may be added.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"none":             carrier(deployment, running(container(object{"capabilities": object{"drop": list{"ALL"}}}))),
		"NET_BIND_SERVICE": carrier(job, running(container(object{"capabilities": object{"add": list{"NET_BIND_SERVICE"}}}))),
		"an empty list":    carrier(pod, running(container(object{"capabilities": object{"add": list{}}}))),
	},
	Fail: pack.Cases{
		"NET_RAW":                   carrier(deployment, running(container(object{"capabilities": object{"add": list{"NET_RAW"}}}))),
		"CHOWN after an allowed":    carrier(statefulSet, running(container(object{"capabilities": object{"add": list{"NET_BIND_SERVICE", "CHOWN"}}}))),
		"with the kernel's prefix":  carrier(pod, running(container(object{"capabilities": object{"add": list{"CAP_NET_BIND_SERVICE"}}}))),
		"in an init container":      carrier(cronJob, starting(container(nil), container(object{"capabilities": object{"add": list{"SETUID"}}}))),
		"in an ephemeral container": carrier(pod, debugged(container(nil), container(object{"capabilities": object{"add": list{"SYS_PTRACE"}}}))),
		"in an item of a list":      carrier(deploymentList, running(container(object{"capabilities": object{"add": list{"NET_RAW"}}}))),
		"in a twin": carrier(podPatch, with(running(container(object{"capabilities": object{"add": list{"NET_RAW"}}})),
			object{"os": object{"name": "linux"}})),
	},
}
