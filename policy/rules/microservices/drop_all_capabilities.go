package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var dropAllCapabilities = pack.Rule{
	Name:     "drop-all-capabilities",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "microservices/pod-security",
	Must:     "Every container drops all capabilities.",
	Why:      "The runtime's default set lets a process forge packets, change owners and make device nodes; no service here needs any of it.",
	Fix:      "Set securityContext.capabilities.drop to [ALL] on each container and add back what it cannot do without.",
	Refs:     []string{"PSS restricted: capabilities_restricted", "KSV-0003", "KSV-0106", "CKV_K8S_37", "CKV_K8S_28", "kube-linter drop-net-raw-capability"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range r.Pods() {
			for _, c := range p.Containers() {
				if v := c.At("securityContext", "capabilities", "drop"); !windows(p) && !v.Contains("ALL") {
					violate(v.Path() + " does not contain ALL.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"ALL":              carrier(deployment, running(container(object{"capabilities": object{"drop": list{"ALL"}}}))),
		"ALL among others": carrier(job, running(container(object{"capabilities": object{"drop": list{"NET_RAW", "ALL"}, "add": list{"NET_BIND_SERVICE"}}}))),
		"a Windows pod":    carrier(pod, with(running(container(nil)), object{"os": object{"name": "windows"}})),
	},
	Fail: pack.Cases{
		"some":                 carrier(deployment, running(container(object{"capabilities": object{"drop": list{"NET_RAW"}}}))),
		"left out":             carrier(pod, running(container(nil))),
		"a text, not a list":   carrier(pod, running(container(object{"capabilities": object{"drop": "ALL"}}))),
		"in small letters":     carrier(statefulSet, running(container(object{"capabilities": object{"drop": list{"all"}}}))),
		"not by init ones":     carrier(cronJob, starting(container(object{"capabilities": object{"drop": list{"ALL"}}}), container(nil))),
		"not by ephemeral":     carrier(pod, debugged(container(object{"capabilities": object{"drop": list{"ALL"}}}), container(nil))),
		"in an item of a list": carrier(deploymentList, running(container(object{"capabilities": object{"drop": list{}}}))),
		"in a twin": carrier(podPatch, with(running(container(object{"capabilities": object{"drop": list{"NET_RAW"}}})),
			object{"os": object{"name": "linux"}})),
	},
}
