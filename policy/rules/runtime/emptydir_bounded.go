package runtime

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// positive is a quantity that is not zero: the kubelet takes zero for no limit.
var positive = regexp.MustCompile(`^\+?[0-9.]*[1-9]`)

var emptydirBounded = pack.Rule{
	Name:     "emptydir-bounded",
	Types:    pack.PodCarriers(),
	Severity: pack.Low,
	CKS:      "runtime/immutability",
	Must:     "Every emptyDir has a size limit.",
	Why:      "An emptyDir without one grows until the node has no disk left, or no memory, and the kubelet evicts the pods beside it, a Lightning node among them.",
	Fix:      "Set emptyDir.sizeLimit on the volume, such as 64Mi.",
	Refs:     []string{"kube-score container-ephemeral-storage-request-and-limit", "Kubernetes: emptyDir"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			for _, volume := range pod.Spec.At("volumes").List() {
				keys := volume.Keys()
				// A volume that names no source is an emptyDir to the API server.
				if !volume.Known() || !slices.Contains(keys, "emptyDir") && slices.ContainsFunc(keys, func(key string) bool { return key != "name" }) {
					continue
				}
				limit := volume.At("emptyDir", "sizeLimit")
				if !limit.AtLeast(1) && !limit.Matches(positive) {
					violate(limit.Path() + " is not set.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"in memory":        scratch(object{"medium": "Memory", "sizeLimit": "64Mi"}),
		"half a gibibyte":  scratch(object{"sizeLimit": "0.5Gi"}),
		"bytes":            scratch(object{"sizeLimit": 1048576}),
		"another sort":     pods(object{"volumes": list{object{"name": "conf", "configMap": object{"name": "conf"}}}}),
		"no volume at all": pods(object{"containers": list{object{"name": "main"}}}),
	},
	Fail: pack.Cases{
		"left out":   scratch(object{"medium": "Memory"}),
		"empty":      scratch(object{}),
		"zero":       scratch(object{"sizeLimit": "0"}),
		"zero Mi":    scratch(object{"sizeLimit": "0Mi"}),
		"no source":  pods(object{"volumes": list{object{"name": "scratch"}}}),
		"in a Pod":   pack.One("kubernetes:core/v1:Pod", object{"spec": object{"volumes": list{object{"name": "scratch", "emptyDir": nil}}}}),
		"in a patch": pack.One("kubernetes:apps/v1:DaemonSetPatch", object{"spec": object{"template": object{"spec": object{"volumes": list{object{"name": "scratch", "emptyDir": object{"sizeLimit": "0"}}}}}}}),
	},
}

func scratch(emptyDir object) pack.Case {
	return pods(object{"volumes": list{object{"name": "scratch", "emptyDir": emptyDir}}})
}
