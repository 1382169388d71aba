package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var shareProcessNamespace = pack.Rule{
	Name:     "share-process-namespace",
	Types:    pack.PodCarriers(),
	Severity: pack.Low,
	CKS:      "microservices/isolation",
	Must:     "The containers of a pod do not see each other's processes.",
	Why:      "With a shared process namespace a sidecar reads the environment and, through /proc, the files of the container beside it, the wallet's password among them.",
	Fix:      "Leave shareProcessNamespace out, and let containers talk through files or loopback.",
	Refs:     []string{"Kubernetes documentation: Share Process Namespace between Containers in a Pod"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range r.Pods() {
			if v := p.Spec.At("shareProcessNamespace"); v.Is(true) {
				violate(v.Path() + " is true; want it false or left out.")
			}
		}
	},
	Pass: pack.Cases{
		"left out":        carrier(deployment, running(container(nil))),
		"false in a twin": carrier(podPatch, object{"shareProcessNamespace": false}),
	},
	Fail: pack.Cases{
		"true":                 carrier(cronJob, with(running(container(nil)), object{"shareProcessNamespace": true})),
		"true in a twin":       carrier(podPatch, object{"shareProcessNamespace": true}),
		"in an item of a list": carrier(deploymentList, object{"shareProcessNamespace": true}),
	},
}
