package microservices

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// volumeTypes are the volumes of the restricted standard; image among them since Kubernetes has it.
var volumeTypes = []string{"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}

var restrictedVolumes = pack.Rule{
	Name:     "restricted-volumes",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "microservices/pod-security",
	Must:     "A pod mounts only volumes that Kubernetes or a CSI driver manages.",
	Why:      "hostPath opens the node's files; nfs, iscsi and the other in-tree types let whoever writes a pod name a server and make the node's kernel mount what it sends.",
	Fix:      "Use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or secret under spec.volumes[].",
	Refs:     []string{"PSS restricted: restrictedVolumes", "KSV-0028", "KSV-0121"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range r.Pods() {
			for _, v := range p.Spec.At("volumes").List() {
				// One of no type becomes an emptyDir in the API server; the standard refuses it, and it is a mistake here.
				if !slices.ContainsFunc(volumeTypes, func(kind string) bool { return isObject(v.At(kind)) }) {
					violate(v.Path() + " is of none of the types that the restricted standard allows.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"no volume":         carrier(deployment, running(container(nil))),
		"an empty emptyDir": carrier(pod, object{"volumes": list{object{"name": "tmp", "emptyDir": object{}}}}),
		"several": carrier(statefulSet, object{"volumes": list{
			object{"name": "data", "persistentVolumeClaim": object{"claimName": "data"}},
			object{"name": "conf", "configMap": object{"name": "conf"}},
			object{"name": "keys", "secret": object{"secretName": "keys"}},
		}}),
		"in a twin": carrier(podPatch, object{"volumes": list{object{"name": "tmp", "emptyDir": object{"medium": "Memory"}}}}),
	},
	Fail: pack.Cases{
		"hostPath":               carrier(deployment, object{"volumes": list{object{"name": "root", "hostPath": object{"path": "/"}}}}),
		"nfs after another":      carrier(cronJob, object{"volumes": list{object{"name": "tmp", "emptyDir": object{}}, object{"name": "share", "nfs": object{"server": "files.example"}}}}),
		"gitRepo":                carrier(job, object{"volumes": list{object{"name": "code", "gitRepo": object{"repository": "git.example"}}}}),
		"no type at all":         carrier(pod, object{"volumes": list{object{"name": "what"}}}),
		"an allowed one, null":   carrier(pod, object{"volumes": list{object{"name": "tmp", "emptyDir": nil, "nfs": object{"server": "files.example"}}}}),
		"an allowed one, a text": carrier(pod, object{"volumes": list{object{"name": "tmp", "emptyDir": "yes"}}}),
		"in an item of a list":   carrier(deploymentList, object{"volumes": list{object{"name": "root", "hostPath": object{"path": "/"}}}}),
	},
}
