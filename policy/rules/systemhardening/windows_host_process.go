package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var windowsHostProcess = pack.Rule{
	Name:     "windows-host-process",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "microservices/pod-security",
	Must:     "No pod or container is a Windows HostProcess.",
	Why:      "A HostProcess container is no container: it runs on the Windows node itself, with the node's files, network and users.",
	Fix:      "Leave windowsOptions.hostProcess out of the security contexts of the pod and of its containers.",
	Refs:     []string{"PSS baseline: windowsHostProcess", "Kubescape C-0202", "KSV-0103", "Polaris hostProcess"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			for _, context := range securityContexts(pod) {
				if process := context.At("windowsOptions", "hostProcess"); !off(process) {
					violate(process.Path() + " has to be false or left out.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"left out":     pod(spec(nil)),
		"false":        pod(spec(object{"securityContext": windowsOptions(false)})),
		"no container": workload("kubernetes:apps/v1:DaemonSet", beside("initContainers", object{"securityContext": windowsOptions(false)})),
		"in a list":    workload("kubernetes:core/v1:PodList", spec(object{"securityContext": windowsOptions(false)})),
	},
	Fail: pack.Cases{
		"the pod":           pod(spec(object{"securityContext": windowsOptions(true)})),
		"as a text":         pod(spec(object{"securityContext": windowsOptions("true")})),
		"a container":       pod(spec(object{"containers": list{container(object{"securityContext": windowsOptions(true)})}})),
		"an init container": workload("kubernetes:batch/v1:Job", beside("initContainers", object{"securityContext": windowsOptions(true)})),
		"a debug container": pod(beside("ephemeralContainers", object{"securityContext": windowsOptions(true)})),
		"in a Patch":        workload("kubernetes:apps/v1:DaemonSetPatch", spec(object{"securityContext": windowsOptions(true)})),
		"in a list":         workload("kubernetes:core/v1:PodList", spec(object{"securityContext": windowsOptions(true)})),
	},
}

func windowsOptions(hostProcess any) object {
	return object{"windowsOptions": object{"hostProcess": hostProcess}}
}
