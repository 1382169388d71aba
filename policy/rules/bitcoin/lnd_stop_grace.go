package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var lndStopGrace = pack.Rule{
	Name:     "lnd-stop-grace",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "lnd has at least 600 seconds to stop.",
	Why: "After the 30 seconds that Kubernetes gives by default lnd is killed. In the middle of a write, a migration or a compaction that " +
		"leaves a broken channel database, and the way back from it closes every channel.",
	Fix:  "Set the pod's terminationGracePeriodSeconds to 600 or more.",
	Refs: []string{"lnd docs/safety.md", "reference/bitcoin.md 4.6", "blinkbitcoin/charts#8"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range lnd.pods(r) {
			if grace := pod.Spec.At("terminationGracePeriodSeconds"); !grace.AtLeast(600) {
				violate(grace.Path() + " is not at least 600.")
			}
		}
	},
	Pass: pack.Cases{
		"ten minutes": pack.One(statefulSet, lndSet()),
		"no node":     pack.One(deployment, another()),
	},
	Fail: pack.Cases{
		"left out":    pack.One(statefulSet, with(lndSet(), remove{}, inPod("terminationGracePeriodSeconds")...)),
		"a minute":    pack.One(statefulSet, with(lndSet(), 60, inPod("terminationGracePeriodSeconds")...)),
		"a text":      pack.One(statefulSet, with(lndSet(), "10m", inPod("terminationGracePeriodSeconds")...)),
		"wrong level": pack.One(statefulSet, with(with(lndSet(), remove{}, inPod("terminationGracePeriodSeconds")...), 900, "spec", "terminationGracePeriodSeconds")),
		"a patch":     pack.One(statefulSet+"Patch", with(lndSet(), 30, inPod("terminationGracePeriodSeconds")...)),
		"a pod":       pack.One("kubernetes:core/v1:Pod", unlabelled(with(pod(lndSet()), 30, "spec", "terminationGracePeriodSeconds"))),
	},
}
