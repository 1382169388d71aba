package microservices

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// dangerous is matched as containerd reads the names: in any case, and with the kernel's prefix in case a runtime strips it.
var dangerous = regexp.MustCompile(`(?i)^(CAP_)?(ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE|SYS_RAWIO|NET_ADMIN|DAC_READ_SEARCH|BPF)$`)

var dangerousCapabilities = pack.Rule{
	Name:     "dangerous-capabilities",
	Types:    pack.PodCarriers(),
	Severity: pack.Critical,
	CKS:      "microservices/pod-security",
	Must:     "No container adds a capability that hands over the node: ALL, SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO, NET_ADMIN, DAC_READ_SEARCH or BPF.",
	Why:      "With one of these a process mounts the node's disk, loads a kernel module, reads other processes' memory or rewrites routes: it is as good as privileged.",
	Fix:      "Remove the name from securityContext.capabilities.add. What truly needs it, such as a node agent, gets an exemption of its own.",
	Refs:     []string{"PSS baseline: capabilities_baseline", "KSV-0005", "KSV-0119", "KSV-0120", "CKV_K8S_39", "C-0046"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, c := range r.Containers() {
			for _, v := range c.At("securityContext", "capabilities", "add").List() {
				if v.Matches(dangerous) {
					violate(v.Path() + " is a capability that hands over the node.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"none":                carrier(deployment, running(container(object{"capabilities": object{"drop": list{"ALL"}}}))),
		"a lesser one":        carrier(job, running(container(object{"capabilities": object{"add": list{"NET_BIND_SERVICE", "CHOWN"}}}))),
		"no security context": carrier(pod, running(object{"name": "main"})),
	},
	Fail: pack.Cases{
		"SYS_ADMIN":                 carrier(deployment, running(container(object{"capabilities": object{"add": list{"SYS_ADMIN"}}}))),
		"ALL":                       carrier(statefulSet, running(container(object{"capabilities": object{"drop": list{"ALL"}, "add": list{"ALL"}}}))),
		"in small letters":          carrier(pod, running(container(object{"capabilities": object{"add": list{"net_admin"}}}))),
		"with the kernel's prefix":  carrier(pod, running(container(object{"capabilities": object{"add": list{"CHOWN", "CAP_BPF"}}}))),
		"on Windows":                carrier(pod, with(running(container(object{"capabilities": object{"add": list{"SYS_ADMIN"}}})), object{"os": object{"name": "windows"}})),
		"in an init container":      carrier(cronJob, starting(container(nil), container(object{"capabilities": object{"add": list{"SYS_MODULE"}}}))),
		"in an ephemeral container": carrier(pod, debugged(container(nil), container(object{"capabilities": object{"add": list{"SYS_PTRACE"}}}))),
		"in a twin":                 carrier(daemonSetPatch, running(container(object{"capabilities": object{"add": list{"DAC_READ_SEARCH"}}}))),
	},
}
