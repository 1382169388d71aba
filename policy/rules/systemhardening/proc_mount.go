package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var procMount = pack.Rule{
	Name:     "proc-mount",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "system-hardening/kernel-hardening",
	Must:     "Every container has the masked /proc of the runtime.",
	Why:      "An unmasked /proc shows and lets write what concerns the whole node, such as /proc/sysrq-trigger and /proc/kcore; Kubernetes' restricted level refuses it even in a user namespace.",
	Fix:      "Leave securityContext.procMount out of every container, or set it to Default.",
	Refs:     []string{"PSS restricted: procMount_restricted (1.35 and later)", "PSS baseline: procMount", "kube-linter unsafe-proc-mount", "KSV-0027", "Polaris procMount"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, container := range r.Containers() {
			mount := container.At("securityContext", "procMount")
			// The API takes an empty text for a choice of its own, not for none.
			if !mount.Is("Default") && (mount.Is("") || !mount.Absent()) {
				violate(mount.Path() + " has to be Default or left out.")
			}
		}
	},
	Pass: pack.Cases{
		"left out":     pod(spec(nil)),
		"default":      pod(spec(object{"containers": list{container(object{"securityContext": object{"procMount": "Default"}})}})),
		"in a Job":     workload("kubernetes:batch/v1:Job", beside("initContainers", object{"securityContext": object{"procMount": "Default"}})),
		"in a PodList": workload("kubernetes:core/v1:PodList", beside("ephemeralContainers", object{"securityContext": object{"procMount": "Default"}})),
	},
	Fail: pack.Cases{
		"unmasked":            pod(spec(object{"containers": list{container(object{"securityContext": object{"procMount": "Unmasked"}})}})),
		"in a user namespace": pod(spec(object{"hostUsers": false, "containers": list{container(object{"securityContext": object{"procMount": "Unmasked"}})}})),
		"empty":               pod(spec(object{"containers": list{container(object{"securityContext": object{"procMount": ""}})}})),
		"a wrong shape":       pod(spec(object{"containers": list{container(object{"securityContext": object{"procMount": list{"Default"}}})}})),
		"an init container":   workload("kubernetes:batch/v1:CronJob", beside("initContainers", object{"securityContext": object{"procMount": "Unmasked"}})),
		"a debug container":   pod(beside("ephemeralContainers", object{"securityContext": object{"procMount": "Unmasked"}})),
		"in a Patch":          workload("kubernetes:apps/v1:DeploymentPatch", beside("initContainers", object{"securityContext": object{"procMount": "Unmasked"}})),
		"in a list":           workload("kubernetes:core/v1:PodList", beside("initContainers", object{"securityContext": object{"procMount": "Unmasked"}})),
	},
}
