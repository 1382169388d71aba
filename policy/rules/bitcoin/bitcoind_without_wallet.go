package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var bitcoindWithoutWallet = pack.Rule{
	Name:     "bitcoind-without-wallet",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "bitcoin/funds",
	Must:     "bitcoind runs without a wallet.",
	Why: "Coins in a wallet of bitcoind lie on a volume that is snapshot and shared for its chain, behind an RPC that several programs call, " +
		"and no seed in words restores them.",
	Fix:  "Set disablewallet=1 in bitcoin.conf; the funds are lnd's.",
	Refs: []string{"Bitcoin Core doc/reduce-memory.md", "reference/bitcoin.md 2.1"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, w := range bitcoind.workloads(s) {
			if conf := bitcoind.conf(s, w); !conf.always(yes, "disablewallet") {
				violate(w.about, "Neither the command line nor a mounted ConfigMap sets disablewallet to 1.")
			}
		}
	},
	Pass: pack.Cases{
		"disabled":    {object(statefulSet, "b", bitcoindSet()), object(configMap, "c", file("bitcoind", "disablewallet=1"))},
		"as argument": pack.One(statefulSet, with(bitcoindSet(), texts("-disablewallet"), inside("args")...)),
	},
	Fail: pack.Cases{
		"left out": pack.One(statefulSet, bitcoindSet()),
		"enabled":  {object(statefulSet, "b", bitcoindSet()), object(configMap, "c", file("bitcoind", "disablewallet=0"))},
	},
}
