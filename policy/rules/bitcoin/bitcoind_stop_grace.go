package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var bitcoindStopGrace = pack.Rule{
	Name:     "bitcoind-stop-grace",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "bitcoin/node",
	Must:     "bitcoind has at least 600 seconds to stop, on mainnet 900.",
	Why: "bitcoind writes its cache to disk when it stops, gigabytes of it. Killed before, it replays blocks for 20 to 40 minutes at the " +
		"next start, and is killed again; lnd is blind for that long.",
	Fix:  "Set the pod's terminationGracePeriodSeconds to 900, and the machine's kubelet shutdown grace period above that.",
	Refs: []string{"blinkbitcoin/charts#9261", "reference/bitcoin.md 2.1, 4.5"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		valued := on(mainnet, places(s))
		for _, w := range bitcoind.workloads(s) {
			grace := w.pod.Spec.At("terminationGracePeriodSeconds")
			if !grace.AtLeast(600) {
				violate(w.about, grace.Path()+" is not at least 600.")
			} else if !grace.AtLeast(900) && has(valued, w.about.Namespace()) {
				violate(w.about, grace.Path()+" is not at least 900, as mainnet needs.")
			}
		}
	},
	Pass: pack.Cases{
		"mainnet": {object(statefulSet, "b", bitcoindSet()), object(namespaceType, "btc", namespace(mainnet))},
		"testnet": {object(statefulSet, "b", with(bitcoindSet(), 600, inPod("terminationGracePeriodSeconds")...)), object(namespaceType, "btc", namespace("testnet4"))},
	},
	Fail: pack.Cases{
		"left out":             pack.One(statefulSet, with(bitcoindSet(), remove{}, inPod("terminationGracePeriodSeconds")...)),
		"a minute":             pack.One(statefulSet, with(bitcoindSet(), 60, inPod("terminationGracePeriodSeconds")...)),
		"too short on mainnet": {object(statefulSet, "b", with(bitcoindSet(), 600, inPod("terminationGracePeriodSeconds")...)), object(namespaceType, "btc", namespace(mainnet))},
		"mainnet by its file":  {object(statefulSet, "b", with(bitcoindSet(), 600, inPod("terminationGracePeriodSeconds")...)), object(configMap, "c", file("bitcoind", "chain=main"))},
	},
}
