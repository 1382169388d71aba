package bitcoin

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var networksWithMoneyApart = pack.Rule{
	Name:     "networks-with-money-apart",
	Types:    configured().And(pack.Kinds("Namespace")),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "A stack with mainnet has no other network in it.",
	Why: "A stack is one cluster, one state and one command. What is tried on a test network beside mainnet, an upgrade, a destroy, a policy " +
		"turned off, happens to the funds as well.",
	Fix:  "Run mainnet from a stack and an account of its own.",
	Refs: []string{"reference/bitcoin.md 4.4, 4.12"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		known := places(s)
		if !hasMoney(known) {
			return
		}
		for _, p := range known {
			if slices.ContainsFunc(p.names(), func(name string) bool { return name != mainnet }) {
				violate(p.about, "It is on a network for tests, and mainnet is in the same stack.")
			}
		}
	},
	Pass: pack.Cases{
		"mainnet alone": {object(namespaceType, "btc", namespace(mainnet)), object(configMap, "c", file("bitcoind", "chain=main"))},
		"two for tests": {object(namespaceType, "a", namespace("testnet4")), object(namespaceType, "b", elsewhere("signet"))},
	},
	Fail: pack.Cases{
		"beside a testnet": {object(namespaceType, "a", namespace(mainnet)), object(namespaceType, "b", elsewhere("testnet4"))},
		"by its file":      {object(namespaceType, "a", namespace(mainnet)), object(configMap, "c", file("bitcoind", "regtest=1"))},
	},
}

// elsewhere is another namespace.
func elsewhere(network string) map[string]any {
	return with(namespace(network), "other", "metadata", "name")
}
