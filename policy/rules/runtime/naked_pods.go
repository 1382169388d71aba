package runtime

import "gitlab.com/thinkmassive/satkube/policy/pack"

var nakedPods = pack.Rule{
	Name:     "naked-pods",
	Types:    pack.Kinds("Pod"),
	Severity: pack.Medium,
	CKS:      "runtime/immutability",
	Must:     "Every pod belongs to a controller.",
	Why:      "A pod of its own is gone with its node, is never rescheduled, and cannot be updated but by deleting it; nothing brings it back to what was deployed.",
	Fix:      "Use a StatefulSet, Deployment, DaemonSet, Job or CronJob.",
	Refs:     []string{"Kubescape C-0073", "pulumi/compliance-policies kubernetes core v1 Pod disallowPod", "Kubernetes: Configuration Best Practices"},
	Check: func(_ pack.Resource, violate pack.Report) {
		violate("It is a pod without a controller.")
	},
	Pass: pack.Cases{
		"of a controller": runs(object{"image": "app"}),
		"a template":      pack.One("kubernetes:core/v1:PodTemplate", object{"template": object{"spec": object{}}}),
	},
	Fail: pack.Cases{
		"pod":       pack.One("kubernetes:core/v1:Pod", object{"spec": object{"containers": list{object{"name": "main"}}}}),
		"list":      pack.One("kubernetes:core/v1:PodList", object{"items": list{object{"spec": object{"hostNetwork": false}}}}),
		"patch":     pack.One("kubernetes:core/v1:PodPatch", object{"metadata": object{"labels": object{"a": "b"}}}),
		"empty pod": pack.One("kubernetes:core/v1:Pod", nil),
	},
}
