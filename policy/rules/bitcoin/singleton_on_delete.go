package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var singletonOnDelete = pack.Rule{
	Name:     "singleton-on-delete",
	Types:    pack.Kinds("StatefulSet"),
	Severity: pack.High,
	CKS:      "bitcoin/node",
	Must:     "Nobody but an operator replaces the pod of a node: its StatefulSet has the update strategy OnDelete.",
	Why: "With the default strategy a changed label restarts bitcoind and lnd at the same time, in the middle of a migration, a compaction " +
		"or a payment, and lnd hangs at its end when bitcoind is gone first.",
	Fix:  "Set spec.updateStrategy.type to OnDelete and restart the pods by hand, lnd before bitcoind.",
	Refs: []string{"reference/bitcoin.md 4.1, 4.6", "kiln-fired/kiln-operator"},
	Check: func(r pack.Resource, violate pack.Report) {
		strategy := r.At("spec", "updateStrategy", "type")
		if len(lnd.pods(r))+len(bitcoind.pods(r)) > 0 && !strategy.Is("OnDelete") {
			violate(strategy.Path() + " is not OnDelete.")
		}
	},
	Pass: pack.Cases{
		"lnd":      pack.One(statefulSet, lndSet()),
		"bitcoind": pack.One(statefulSet, bitcoindSet()),
		"no node":  pack.One(statefulSet, another()),
	},
	Fail: pack.Cases{
		"left out":       pack.One(statefulSet, with(lndSet(), remove{}, "spec", "updateStrategy")),
		"rolling":        pack.One(statefulSet, with(bitcoindSet(), "RollingUpdate", "spec", "updateStrategy", "type")),
		"a text":         pack.One(statefulSet, with(bitcoindSet(), "OnDelete", "spec", "updateStrategy")),
		"without labels": pack.One(statefulSet, unlabelled(with(lndSet(), remove{}, "spec", "updateStrategy"))),
	},
}
