package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var seLinux = pack.Rule{
	Name:     "selinux",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "system-hardening/kernel-hardening",
	Must:     "A pod's SELinux type is one made for containers, and it sets neither SELinux user nor role.",
	Why:      "SELinux is what keeps a container that broke out of its root filesystem from the node's files on Bottlerocket; a type such as super_t or spc_t, or another user or role, turns exactly that off.",
	Fix:      "Leave seLinuxOptions.type out or choose container_t, container_init_t, container_kvm_t or container_engine_t; leave user and role out.",
	Refs:     []string{"PSS baseline: seLinuxOptions (1.31 and later)", "KSV-0025"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			for _, context := range securityContexts(pod) {
				options := context.At("seLinuxOptions")
				if kind := options.At("type"); !kind.Absent() && !kind.In("container_t", "container_init_t", "container_kvm_t", "container_engine_t") {
					violate(kind.Path() + " has to be left out, or a type made for containers.")
				}
				for _, name := range []string{"user", "role"} {
					if set := options.At(name); !set.Absent() {
						violate(set.Path() + " has to be left out.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"left out":       pod(spec(nil)),
		"only a level":   pod(spec(object{"securityContext": seLinuxOptions("level", "s0:c1,c2")})),
		"container_t":    pod(spec(object{"securityContext": seLinuxOptions("type", "container_t")})),
		"an empty type":  pod(spec(object{"securityContext": seLinuxOptions("type", "")})),
		"an engine":      workload("kubernetes:apps/v1:Deployment", beside("initContainers", object{"securityContext": seLinuxOptions("type", "container_engine_t")})),
		"a kvm, in list": workload("kubernetes:core/v1:PodList", spec(object{"securityContext": seLinuxOptions("type", "container_kvm_t")})),
		"an init system": pod(beside("ephemeralContainers", object{"securityContext": seLinuxOptions("type", "container_init_t")})),
	},
	Fail: pack.Cases{
		"a privileged type":       pod(spec(object{"securityContext": seLinuxOptions("type", "spc_t")})),
		"Bottlerocket's super_t":  pod(spec(object{"containers": list{container(object{"securityContext": seLinuxOptions("type", "super_t")})}})),
		"a wrong shape":           pod(spec(object{"securityContext": seLinuxOptions("type", list{"container_t"})})),
		"a user":                  pod(spec(object{"securityContext": seLinuxOptions("user", "system_u")})),
		"a role":                  pod(spec(object{"securityContext": seLinuxOptions("role", "sysadm_r")})),
		"an init container":       workload("kubernetes:batch/v1:CronJob", beside("initContainers", object{"securityContext": seLinuxOptions("type", "spc_t")})),
		"a debug container":       pod(beside("ephemeralContainers", object{"securityContext": seLinuxOptions("role", "sysadm_r")})),
		"in a Patch":              workload("kubernetes:apps/v1:StatefulSetPatch", spec(object{"securityContext": seLinuxOptions("type", "spc_t")})),
		"in a list of ReplicaSet": workload("kubernetes:apps/v1:ReplicaSetList", spec(object{"securityContext": seLinuxOptions("type", "spc_t")})),
	},
}

func seLinuxOptions(name string, value any) object {
	return object{"seLinuxOptions": object{name: value}}
}
