package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var seccomp = pack.Rule{
	Name:     "seccomp",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "system-hardening/kernel-hardening",
	Must:     "Every container runs under a seccomp profile: the runtime's default one or a local one.",
	Why:      "Without a profile a container may make every system call there is; ways out into the kernel such as CVE-2022-0185 begin with one that the default profile refuses.",
	Fix:      "Set spec.securityContext.seccompProfile.type to RuntimeDefault for the pod, and nothing or Localhost for its containers.",
	Refs:     []string{"PSS restricted: seccompProfile_restricted", "PSS baseline: seccompProfile_baseline", "Kubescape C-0210, C-0055", "CKV_K8S_31", "KSV-0030", "KSV-0104", "kube-score container-seccomp-profile"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			os := pod.Spec.At("os", "name")
			// Windows knows no seccomp. A pod whose system is not known yet may be let off for what it lacks, but not for what it sets:
			// on Windows it could not set it.
			if os.Known() && os.Is("windows") {
				continue
			}
			own := pod.Spec.At("securityContext", "seccompProfile")
			if !own.Absent() && !confined(own) {
				violate(own.At("type").Path() + " has to be RuntimeDefault or Localhost.")
			}
			for _, container := range pod.Containers() {
				profile := container.At("securityContext", "seccompProfile")
				switch {
				case confined(profile) || (profile.Absent() && (confined(own) || os.Is("windows"))):
				case profile.Absent():
					violate(profile.At("type").Path() + " has to be RuntimeDefault or Localhost, or the pod's has to be.")
				default:
					violate(profile.At("type").Path() + " has to be RuntimeDefault or Localhost.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"by the pod":            pod(spec(object{"securityContext": seccompProfile("RuntimeDefault")})),
		"a local profile":       workload("kubernetes:apps/v1:StatefulSet", spec(object{"securityContext": seccompProfile("Localhost")})),
		"by every container":    pod(object{"containers": list{container(object{"securityContext": seccompProfile("RuntimeDefault")}), container(object{"name": "two", "securityContext": seccompProfile("Localhost")})}}),
		"by both":               pod(object{"securityContext": seccompProfile("RuntimeDefault"), "containers": list{container(object{"securityContext": seccompProfile("Localhost")})}}),
		"Windows knows none":    pod(spec(object{"os": object{"name": "windows"}})),
		"by the pods in a list": workload("kubernetes:core/v1:PodList", spec(object{"securityContext": seccompProfile("RuntimeDefault")})),
	},
	Fail: pack.Cases{
		"left out":                 pod(spec(nil)),
		"left out on Linux":        workload("kubernetes:batch/v1:CronJob", spec(object{"os": object{"name": "linux"}})),
		"no type":                  pod(spec(object{"securityContext": object{"seccompProfile": object{"localhostProfile": "lnd.json"}}})),
		"unconfined":               pod(spec(object{"securityContext": seccompProfile("Unconfined")})),
		"a wrong shape":            pod(spec(object{"securityContext": object{"seccompProfile": "RuntimeDef"}})),
		"one container unconfined": pod(object{"securityContext": seccompProfile("Localhost"), "containers": list{container(object{"securityContext": seccompProfile("Unconfined")})}}),
		"one container without":    pod(object{"containers": list{container(object{"securityContext": seccompProfile("Localhost")}), container(object{"name": "two"})}}),
		"init container without":   pod(object{"containers": list{container(object{"securityContext": seccompProfile("Localhost")})}, "initContainers": list{container(nil)}}),
		"debug container without":  pod(object{"containers": list{container(object{"securityContext": seccompProfile("Localhost")})}, "ephemeralContainers": list{container(nil)}}),
		"pod bad, containers good": pod(object{"securityContext": seccompProfile("Unconfined"), "containers": list{container(object{"securityContext": seccompProfile("Localhost")})}}),
		"unconfined in a Patch":    workload("kubernetes:apps/v1:DeploymentPatch", spec(object{"securityContext": seccompProfile("Unconfined")})),
		"left out in a list":       workload("kubernetes:apps/v1:DeploymentList", spec(nil)),
	},
}

// confined tells whether a seccomp or AppArmor profile is one that confines.
func confined(profile pack.Value) bool { return profile.At("type").In("RuntimeDefault", "Localhost") }

func seccompProfile(kind string) object {
	return object{"seccompProfile": object{"type": kind}}
}
