package runtime

import "gitlab.com/thinkmassive/satkube/policy/pack"

var readOnlyRootFS = pack.Rule{
	Name:     "read-only-root-fs",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "runtime/immutability",
	Must:     "No container can write to its own image's file system.",
	Why:      "Whoever gets code to run in a writable container replaces the program or drops tools beside it, and the digest in the manifest no longer says what runs.",
	Fix:      "Set securityContext.readOnlyRootFilesystem to true on the container, and mount an emptyDir where it has to write.",
	Refs:     []string{"Kubescape C-0017", "kube-linter no-read-only-root-fs", "CKV_K8S_22", "KSV-0014", "Polaris notReadOnlyRootFilesystem", "NSA-CISA Kubernetes Hardening Guide"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, c := range r.Containers() {
			if readOnly := c.At("securityContext", "readOnlyRootFilesystem"); !readOnly.Is(true) {
				violate(readOnly.Path() + " is not true.")
			}
		}
	},
	Pass: pack.Cases{
		"read-only":       runs(rootFS(true)),
		"of all sorts":    initialises(rootFS(true), rootFS(true)),
		"read-only debug": debugs(rootFS(true), rootFS(true)),
	},
	Fail: pack.Cases{
		"left out":               runs(object{"image": "app"}),
		"no security context":    runs(object{"securityContext": object{}}),
		"writable":               runs(rootFS(false)),
		"for the pod only":       pods(object{"securityContext": object{"readOnlyRootFilesystem": true}, "containers": list{object{"name": "main"}}}),
		"in an init container":   initialises(rootFS(true), object{}),
		"in a debug container":   debugs(rootFS(true), rootFS(false)),
		"in one pod of the list": pack.One("kubernetes:core/v1:PodList", object{"items": list{object{"spec": object{"containers": list{rootFS(true), rootFS(false)}}}}}),
		"in a patch": pack.One("kubernetes:apps/v1:StatefulSetPatch", object{"spec": object{"template": object{"spec": object{
			"containers": list{rootFS(false)}, "initContainers": list{}, "ephemeralContainers": list{},
		}}}}),
		"in a cron job": pack.One("kubernetes:batch/v1:CronJob", object{"spec": object{"jobTemplate": object{"spec": object{"template": object{"spec": object{
			"containers": list{rootFS(false)},
		}}}}}}),
	},
}

func rootFS(readOnly bool) object {
	return object{"name": "main", "securityContext": object{"readOnlyRootFilesystem": readOnly}}
}
