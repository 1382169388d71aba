package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var bitcoindSingleReplica = pack.Rule{
	Name:     "bitcoind-single-replica",
	Types:    replicated(),
	Severity: pack.High,
	CKS:      "bitcoin/node",
	Must:     "A bitcoind runs as one replica, or as none while it is stopped.",
	Why: "Two bitcoind cannot share a data directory: the second one waits for a lock that it never gets, or, with a volume of its own, " +
		"serves lnd another view of the chain behind the same Service.",
	Fix:  "Set spec.replicas to 1.",
	Refs: []string{"Bitcoin Core doc/files.md"},
	Check: func(r pack.Resource, violate pack.Report) {
		if len(bitcoind.pods(r)) > 0 && !single(r) {
			violate(r.At("spec", "replicas").Path() + " is not given as 1 or 0.")
		}
	},
	Pass: pack.Cases{
		"one replica": pack.One(statefulSet, bitcoindSet()),
		"lnd that asks bitcoind first": pack.One(statefulSet, with(with(lndSet(), 2, "spec", "replicas"),
			[]any{map[string]any{"name": "wait", "image": "bitcoin/bitcoin:31", "command": texts("bitcoin-cli", "getblockchaininfo")}}, inPod("initContainers")...)),
	},
	Fail: pack.Cases{
		"two replicas":   pack.One(statefulSet, with(bitcoindSet(), 2, "spec", "replicas")),
		"left out":       pack.One(statefulSet, with(bitcoindSet(), remove{}, "spec", "replicas")),
		"without labels": pack.One(deployment, unlabelled(with(bitcoindSet(), 2, "spec", "replicas"))),
		"inside of a shell": pack.One(deployment, with(unlabelled(with(bitcoindSet(), 2, "spec", "replicas")), map[string]any{
			"name": "node", "image": "registry.example.org/bitcoin-core:31", "command": texts("/bin/sh", "-c", "set -e\nexec bitcoind -datadir=/data"),
		}, inside()...)),
	},
}
