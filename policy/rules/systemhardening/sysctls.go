package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

// safeSysctls are the ones that Kubernetes 1.32 to 1.35 hold for safe: namespaced, and without effect on other pods.
var safeSysctls = []string{
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_wmem",
}

var sysctls = pack.Rule{
	Name:     "sysctls",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "system-hardening/kernel-hardening",
	Must:     "A pod sets no kernel parameter but those that Kubernetes holds for safe.",
	Why:      "The other parameters are the node's or starve its neighbours: kernel.msgmax and net.core.somaxconn take memory of the kernel itself, and a kubelet that must allow one for this pod allows it for every pod.",
	Fix:      "Remove the entry from spec.securityContext.sysctls, or set the parameter for all pods of a pool in the node's own configuration.",
	Refs:     []string{"PSS baseline: sysctls (1.32 and later)", "kube-linter unsafe-sysctls", "KSV-0026"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			for _, sysctl := range pod.Spec.At("securityContext", "sysctls").List() {
				if name := sysctl.At("name"); !name.In(safeSysctls...) {
					violate(name.Path() + " has to be one of the parameters that Kubernetes holds for safe.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"left out":      pod(spec(nil)),
		"none":          pod(spec(object{"securityContext": object{"sysctls": list{}}})),
		"safe ones":     workload("kubernetes:apps/v1:StatefulSet", setting("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem")),
		"safe, a Patch": workload("kubernetes:apps/v1:StatefulSetPatch", setting("net.ipv4.ip_unprivileged_port_start")),
		"safe, a list":  workload("kubernetes:core/v1:PodList", setting("kernel.shm_rmid_forced")),
	},
	Fail: pack.Cases{
		"the node's":            pod(setting("kernel.msgmax")),
		"namespaced but unsafe": pod(setting("net.core.somaxconn")),
		"the second of two":     pod(setting("net.ipv4.tcp_wmem", "net.ipv4.tcp_max_syn_backlog")),
		"with slashes":          pod(setting("net/ipv4/tcp_rmem")),
		"no name":               pod(spec(object{"securityContext": object{"sysctls": list{object{"value": "1"}}}})),
		"in a CronJob":          workload("kubernetes:batch/v1:CronJob", setting("kernel.sem")),
		"in a Patch":            workload("kubernetes:apps/v1:DaemonSetPatch", setting("kernel.sem")),
		"in a list":             workload("kubernetes:core/v1:PodList", setting("kernel.sem")),
	},
}

// setting is the specification of a pod that sets these kernel parameters.
func setting(names ...string) object {
	var set list
	for _, name := range names {
		set = append(set, object{"name": name, "value": "1"})
	}
	return spec(object{"securityContext": object{"sysctls": set}})
}
