package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var hostPathReadonly = pack.Rule{
	Name:     "host-path-readonly",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "What a pod mounts of the node, it mounts read-only.",
	Why:      "The few pods that are exempt from host-path, such as a log shipper, only need to read; one that may write can put a static pod, a cron file or a shared library where the node's root picks it up.",
	Fix:      "Set volumeMounts[].readOnly to true for every mount of a hostPath volume, and list the directories that a shipper keeps its position and buffers in as the setting writable.",
	Refs:     []string{"Kubescape C-0045", "kube-linter writable-host-mount"},
	Settings: map[string]any{"writable": []string{}},
	Check: func(r pack.Resource, violate pack.Report) {
		writable := r.Setting("writable").Texts()
		for _, pod := range r.Pods() {
			for _, volume := range pod.Spec.At("volumes").List() {
				onHost := volume.At("hostPath")
				if onHost.Absent() || (len(writable) > 0 && onHost.At("path").In(writable...)) {
					continue
				}
				for _, mount := range mounts(pod, volume) {
					if readOnly := mount.At("readOnly"); !readOnly.Is(true) {
						violate(readOnly.Path() + " has to be true: the volume is a path of the node.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"no host path":           pod(spec(object{"volumes": list{object{"name": "tmp", "emptyDir": object{}}}, "containers": list{container(object{"volumeMounts": list{object{"name": "tmp", "mountPath": "/tmp"}}})}})),
		"read-only":              pod(mounting("/var/log", object{"readOnly": true})),
		"read-only in a CronJob": workload("kubernetes:batch/v1:CronJob", mounting("/var/log", object{"readOnly": true})),
		"not mounted":            pod(spec(object{"volumes": list{object{"name": "host", "hostPath": object{"path": "/var/log"}}}})),
	},
	Fail: pack.Cases{
		"left out":              pod(mounting("/var/log", nil)),
		"false":                 pod(mounting("/var/log", object{"readOnly": false})),
		"a wrong shape":         pod(mounting("/var/log", object{"readOnly": object{}})),
		"false in a Patch":      workload("kubernetes:apps/v1:DaemonSetPatch", mounting("/var/log", object{"readOnly": false})),
		"left out in a list":    workload("kubernetes:apps/v1:DaemonSetList", mounting("/var/log", nil)),
		"by an init container":  pod(spec(object{"volumes": list{object{"name": "host", "hostPath": object{"path": "/etc"}}}, "initContainers": list{container(object{"volumeMounts": list{object{"name": "host", "mountPath": "/host"}}})}})),
		"by a debug container":  pod(spec(object{"volumes": list{object{"name": "host", "hostPath": object{"path": "/etc"}}}, "ephemeralContainers": list{container(object{"volumeMounts": list{object{"name": "host", "mountPath": "/host"}}})}})),
		"one of two containers": pod(spec(object{"volumes": list{object{"name": "host", "hostPath": object{"path": "/etc"}}}, "containers": list{container(object{"volumeMounts": list{object{"name": "host", "readOnly": true}}}), container(object{"name": "two", "volumeMounts": list{object{"name": "host"}}})}})),
	},
}

// mounts returns where the pod's containers mount that volume. Names are compared as texts because both may be unknown: then the
// check stays open, whatever else is found.
func mounts(p pack.Pod, volume pack.Value) []pack.Value {
	name := volume.At("name").Text()
	var found []pack.Value
	for _, container := range p.Containers() {
		for _, mount := range container.At("volumeMounts").List() {
			if mount.At("name").Text() == name {
				found = append(found, mount)
			}
		}
	}
	return found
}
