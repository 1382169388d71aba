package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var lndSingleReplica = pack.Rule{
	Name:     "lnd-single-replica",
	Types:    replicated(),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "A Lightning node runs as one replica, or as none while it is stopped.",
	Why: "Two lnd processes over one seed publish channel states that the other has revoked. The penalty for one revoked state is the " +
		"whole channel, and every channel is concerned.",
	Fix:  "Set spec.replicas to 1. A second node is a second node in the stack's configuration, with a seed of its own.",
	Refs: []string{"lnd docs/safety.md", "KEP-2485"},
	Check: func(r pack.Resource, violate pack.Report) {
		if len(lnd.pods(r)) > 0 && !single(r) {
			violate(r.At("spec", "replicas").Path() + " is not given as 1 or 0.")
		}
	},
	Pass: pack.Cases{
		"one replica":     pack.One(statefulSet, lndSet()),
		"stopped":         pack.One(statefulSet, with(lndSet(), 0, "spec", "replicas")),
		"no node":         pack.One(deployment, another()),
		"asks for a hint": pack.One(deployment, with(another(), texts("lncli", "getinfo"), inside("command")...)),
	},
	Fail: pack.Cases{
		"two replicas":      pack.One(statefulSet, with(lndSet(), 2, "spec", "replicas")),
		"left out":          pack.One(statefulSet, with(lndSet(), remove{}, "spec", "replicas")),
		"a text":            pack.One(statefulSet, with(lndSet(), "two", "spec", "replicas")),
		"without labels":    pack.One(statefulSet, unlabelled(with(lndSet(), 3, "spec", "replicas"))),
		"a patch":           pack.One(statefulSet+"Patch", with(lndSet(), 2, "spec", "replicas")),
		"an item of a list": pack.One(statefulSet+"List", list(lndSet(), with(lndSet(), 2, "spec", "replicas"))),
	},
}

// replicated are the kinds that have replicas.
func replicated() pack.Types {
	return pack.Kinds("StatefulSet", "Deployment", "ReplicaSet", "ReplicationController")
}

func single(r pack.Resource) bool {
	replicas := r.At("spec", "replicas")
	return replicas.Is(1) || replicas.Is(0)
}
