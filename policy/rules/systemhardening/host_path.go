package systemhardening

import (
	"maps"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var hostPath = pack.Rule{
	Name:     "host-path",
	Types:    pack.PodCarriers().And(pack.Kinds("PersistentVolume")),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "No pod mounts a directory or file of the node.",
	Why:      "A container that sees the node's files reads the tokens and volumes of every other pod there, and one that may write them starts what it likes as the node's root. A PersistentVolume with a host path is the same thing by a detour.",
	Fix:      "Replace spec.volumes[].hostPath by a persistentVolumeClaim, emptyDir, configMap, secret or projected volume, and a PersistentVolume's spec.hostPath by a CSI driver.",
	Refs:     []string{"PSS baseline: hostPathVolumes", "Kubescape C-0048, C-0203", "kube-linter sensitive-host-mounts", "KSV-0023", "Polaris hostPathSet"},
	Check: func(r pack.Resource, violate pack.Report) {
		var paths []pack.Value
		for _, pod := range r.Pods() {
			for _, volume := range pod.Spec.At("volumes").List() {
				paths = append(paths, volume.At("hostPath"))
			}
		}
		if r.Kind() == "PersistentVolume" {
			paths = append(paths, r.At("spec", "hostPath"))
		}
		for _, path := range paths {
			if !path.Absent() {
				violate(path.Path() + " has to be left out.")
			}
		}
	},
	Pass: pack.Cases{
		"no volumes":     pod(spec(nil)),
		"other volumes":  pod(spec(object{"volumes": list{object{"name": "tmp", "emptyDir": object{}}, object{"name": "data", "persistentVolumeClaim": object{"claimName": "data"}}}})),
		"in a list":      workload("kubernetes:core/v1:PodList", spec(object{"volumes": list{object{"name": "tmp", "emptyDir": object{}}}})),
		"a CSI driver's": pack.One("kubernetes:core/v1:PersistentVolume", object{"spec": object{"csi": object{"driver": "ebs.csi.aws.com"}}}),
	},
	Fail: pack.Cases{
		"the logs":             pod(mounting("/var/log", nil)),
		"in a CronJob":         workload("kubernetes:batch/v1:CronJob", mounting("/var/log", nil)),
		"in a Patch":           workload("kubernetes:apps/v1:DaemonSetPatch", mounting("/var/log", nil)),
		"in a list":            workload("kubernetes:batch/v1:JobList", mounting("/var/log", nil)),
		"the second volume":    pod(spec(object{"volumes": list{object{"name": "tmp", "emptyDir": object{}}, object{"name": "logs", "hostPath": object{"path": "/var/log", "type": "Directory"}}}})),
		"no path, only a type": pod(spec(object{"volumes": list{object{"name": "logs", "hostPath": object{"type": ""}}}})),
		"a PersistentVolume":   pack.One("kubernetes:core/v1:PersistentVolume", object{"spec": object{"hostPath": object{"path": "/data"}}}),
	},
}

// mounting is the specification of a pod that mounts a path of the node, with these fields in its mount.
func mounting(path string, fields object) object {
	mount := object{"name": "host", "mountPath": "/host"}
	maps.Copy(mount, fields)
	return object{
		"containers": list{container(object{"volumeMounts": list{object{"name": "tmp", "mountPath": "/tmp"}, mount}})},
		"volumes":    list{object{"name": "tmp", "emptyDir": object{}}, object{"name": "host", "hostPath": object{"path": path}}},
	}
}
