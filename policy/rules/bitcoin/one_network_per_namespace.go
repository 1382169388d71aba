package bitcoin

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var oneNetworkPerNamespace = pack.Rule{
	Name:     "one-network-per-namespace",
	Types:    configured().And(pack.Kinds("Namespace")),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "A namespace with nodes says its network by the label satkube.com/network, and everything in it is on that one.",
	Why: "Where two networks share a namespace, an lnd for testing finds the mainnet wallet's Secret or the mainnet bitcoind, and what is " +
		"done without much thought there costs money. Rules and alerts go by the label.",
	Fix:  "Give each network a Namespace of its own, labelled satkube.com/network, and let chain= and bitcoin.NETWORK= agree with it.",
	Refs: []string{"reference/bitcoin.md 4.12"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		known := places(s)
		var all [][]string
		for i, p := range known {
			names := p.names()
			all = append(all, names)
			if len(names) > 1 {
				violate(p.about, "It is on more than one network.")
			}
			for k, other := range known[:i] {
				if differ(names, all[k]) && sameNamespace(p.namespace, other.namespace) {
					violate(p.about, "It is on another network than the rest of its namespace.")
				}
			}
		}
		for _, n := range s.All(pack.Kinds("Namespace")) {
			name := n.At("metadata", "name")
			within := func(w workload) bool { return sameNamespace(w.about.Namespace(), name) }
			nodes := append(lnd.near(s, name), bitcoind.near(s, name)...)
			if label := n.Label(networkLabel); label.Absent() && slices.ContainsFunc(nodes, within) {
				violate(n, label.Path()+" is missing, and a node is in the namespace.")
			}
		}
	},
	Pass: pack.Cases{
		"agreed":      {object(namespaceType, "btc", namespace("testnet4")), object(configMap, "c", file("bitcoind", "chain=testnet4")), object(configMap, "l", file("lnd", "bitcoin.testnet4=true"))},
		"old testnet": {object(namespaceType, "btc", namespace("testnet3")), object(configMap, "c", file("bitcoind", "chain=test")), object(configMap, "l", file("lnd", "bitcoin.testnet=1"))},
		"no node":     pack.One(namespaceType, namespace("")),
	},
	Fail: pack.Cases{
		"bitcoind on another": {object(namespaceType, "btc", namespace("testnet4")), object(configMap, "c", file("bitcoind", "chain=main"))},
		"lnd on another":      {object(configMap, "c", file("bitcoind", "chain=testnet4")), object(configMap, "l", file("lnd", "bitcoin.mainnet=true"))},
		"two at once":         pack.One(configMap, file("bitcoind", "chain=testnet4", "regtest=1")),
		"no label":            {object(namespaceType, "btc", namespace("")), object(statefulSet, "l", lndSet())},
		"as argument":         {object(namespaceType, "btc", namespace(mainnet)), object(statefulSet, "b", with(bitcoindSet(), texts("-chain=regtest"), inside("args")...))},
	},
}

// differ tells whether two lists of networks are there and not the same.
func differ(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.Equal(a, b)
}
