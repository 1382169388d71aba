package runtime

import "gitlab.com/thinkmassive/satkube/policy/pack"

var noDebugContainers = pack.Rule{
	Name:     "no-debug-containers",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "runtime/immutability",
	Must:     "No pod carries a debug container, and no container waits for a terminal.",
	Why:      "An ephemeral container brings a shell and tools of its own beside a running wallet; stdin and tty are there for somebody who means to type commands into it.",
	Fix:      "Remove ephemeralContainers, and stdin and tty from every container; debug with kubectl debug, which the audit log names.",
	Refs:     []string{"Kubescape C-0062", "CKS 1.34: Ensure immutability of containers at runtime"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			if ephemeral := pod.Spec.At("ephemeralContainers"); !ephemeral.Absent() {
				violate(ephemeral.Path() + " is there.")
			}
		}
		for _, c := range r.Containers() {
			for _, property := range []string{"stdin", "tty"} {
				if v := c.At(property); v.Is(true) {
					violate(v.Path() + " is true.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"plain":          runs(object{"image": "app"}),
		"switched off":   runs(object{"stdin": false, "tty": false}),
		"none by a list": pods(object{"containers": list{object{"name": "main"}}, "ephemeralContainers": list{}}),
	},
	Fail: pack.Cases{
		"debug container":      debugs(object{"name": "main"}, object{"image": "busybox"}),
		"stdin":                runs(object{"stdin": true}),
		"terminal":             runs(object{"tty": true}),
		"in an init container": initialises(object{"name": "main"}, object{"tty": true}),
		"in a patch": pack.One("kubernetes:core/v1:PodPatch", object{"spec": object{
			"containers": list{}, "initContainers": list{}, "ephemeralContainers": list{object{"name": "debug"}},
		}}),
	},
}
