package systemhardening

import (
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var appArmor = pack.Rule{
	Name:     "apparmor",
	Types:    pack.PodCarriers(),
	Severity: pack.Low,
	CKS:      "system-hardening/kernel-hardening",
	Must:     "No pod or container takes itself out of AppArmor.",
	Why:      "An unconfined container may mount, and write to parts of /proc and /sys that the runtime's profile denies. On Bottlerocket SELinux does this work, but the same manifest may come to run on a node of another system.",
	Fix:      "Leave securityContext.appArmorProfile out or set its type to RuntimeDefault or Localhost, and remove the old annotation that sets the profile to unconfined.",
	Refs:     []string{"PSS baseline: appArmorProfile", "Kubescape C-0055", "KSV-0002"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			for _, context := range securityContexts(pod) {
				if profile := context.At("appArmorProfile"); !profile.Absent() && !confined(profile) {
					violate(profile.At("type").Path() + " has to be RuntimeDefault or Localhost, or the profile left out.")
				}
			}
			annotations := pod.Meta.At("annotations")
			for _, key := range annotations.Keys() {
				if !strings.HasPrefix(key, "container.apparmor.security.beta.kubernetes.io/") {
					continue
				}
				// The key ends in a container's name, so the message only tells where the annotations are.
				if old := annotations.At(key); !old.Absent() && !old.Is("runtime/default") && !old.HasPrefix("localhost/") {
					violate(annotations.Path() + " sets a container's AppArmor profile to neither the runtime's nor a local one.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"left out":         pod(spec(nil)),
		"the runtime's":    pod(spec(object{"securityContext": appArmorProfile("RuntimeDefault")})),
		"a local one":      workload("kubernetes:apps/v1:DaemonSet", beside("initContainers", object{"securityContext": appArmorProfile("Localhost")})),
		"in a list":        workload("kubernetes:core/v1:PodList", spec(object{"securityContext": appArmorProfile("RuntimeDefault")})),
		"by annotation":    annotated(object{"container.apparmor.security.beta.kubernetes.io/app": "runtime/default", "container.apparmor.security.beta.kubernetes.io/two": "localhost/lnd"}, spec(nil)),
		"empty annotation": annotated(object{"container.apparmor.security.beta.kubernetes.io/app": "", "unconfined": "unconfined"}, spec(nil)),
	},
	Fail: pack.Cases{
		"unconfined":                    pod(spec(object{"securityContext": appArmorProfile("Unconfined")})),
		"no type":                       pod(spec(object{"securityContext": object{"appArmorProfile": object{"localhostProfile": "lnd"}}})),
		"a container unconfined":        pod(spec(object{"containers": list{container(object{"securityContext": appArmorProfile("Unconfined")})}})),
		"an init container unconfined":  workload("kubernetes:batch/v1:Job", beside("initContainers", object{"securityContext": appArmorProfile("Unconfined")})),
		"a debug container unconfined":  pod(beside("ephemeralContainers", object{"securityContext": appArmorProfile("Unconfined")})),
		"unconfined in a Patch":         workload("kubernetes:apps/v1:DeploymentPatch", spec(object{"securityContext": appArmorProfile("Unconfined")})),
		"unconfined in a list":          workload("kubernetes:core/v1:PodList", spec(object{"securityContext": appArmorProfile("Unconfined")})),
		"unconfined by annotation":      annotated(object{"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}, spec(nil)),
		"another profile by annotation": annotated(object{"container.apparmor.security.beta.kubernetes.io/app": "none"}, spec(nil)),
	},
}

func appArmorProfile(kind string) object {
	return object{"appArmorProfile": object{"type": kind}}
}
