package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var bitcoindNatpmpOff = pack.Rule{
	Name:     "bitcoind-natpmp-off",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "bitcoin/exposure",
	Must:     "bitcoind is told to ask no router for open ports and to offer no onion service: natpmp and listenonion are off.",
	Why: "Both are on by default. A node that opens ports by itself, or a hidden service beside the clear one, says more about where the " +
		"node is than its owner decided, and an address once told cannot be taken back.",
	Fix:  "Set natpmp=0 and listenonion=0 in bitcoin.conf.",
	Refs: []string{"Bitcoin Core 30.0 release notes", "reference/bitcoin.md 2.1, 4.21"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, w := range bitcoind.workloads(s) {
			conf := bitcoind.conf(s, w)
			for _, key := range []string{"natpmp", "listenonion"} {
				if !conf.off(key) {
					violate(w.about, "Neither the command line nor a mounted ConfigMap turns "+key+" off.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"off":          {object(statefulSet, "b", bitcoindSet()), object(configMap, "c", file("bitcoind", "natpmp=0", "listenonion=0"))},
		"as arguments": pack.One(statefulSet, with(bitcoindSet(), texts("-nonatpmp", "-listenonion=0"), inside("args")...)),
	},
	Fail: pack.Cases{
		"left out": pack.One(statefulSet, bitcoindSet()),
		"on":       {object(statefulSet, "b", bitcoindSet()), object(configMap, "c", file("bitcoind", "natpmp=1", "listenonion=0"))},
		"one":      pack.One(statefulSet, with(bitcoindSet(), texts("-natpmp=0"), inside("args")...)),
	},
}
