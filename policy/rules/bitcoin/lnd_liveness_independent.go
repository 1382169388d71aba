package bitcoin

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var lndLivenessIndependent = pack.Rule{
	Name:     "lnd-liveness-independent",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "The liveness of lnd does not hang on bitcoind or on the wallet, and has 10 seconds to answer.",
	Why: "A probe that asks for getinfo or for a synced chain fails whenever bitcoind restarts. Kubernetes then kills an lnd that was well, " +
		"again and again, with all its channels offline.",
	Fix: "Probe /v1/state over HTTPS, which answers without a macaroon and without bitcoind, with timeoutSeconds of 10 or more. Leave the " +
		"rest to the readiness probe.",
	Refs: []string{"blinkbitcoin/charts#8945", "lightningnetwork/lnd#4669", "reference/bitcoin.md 4.7"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range lnd.pods(r) {
			for _, c := range lnd.daemons(pod) {
				probe := c.At("livenessProbe")
				if probe.Absent() {
					continue
				}
				if timeout := probe.At("timeoutSeconds"); !timeout.AtLeast(10) {
					violate(timeout.Path() + " is not at least 10.")
				}
				for _, asked := range append(probe.At("exec", "command").List(), probe.At("httpGet", "path")) {
					if asked.Matches(needsChain) || asked.Matches(onlyServes) && !asked.Matches(serving) {
						violate(asked.Path() + " asks for what needs bitcoind or the wallet.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"any state":     pack.One(statefulSet, lndSet()),
		"no probe":      pack.One(statefulSet, with(lndSet(), remove{}, inside("livenessProbe")...)),
		"state by exec": pack.One(statefulSet, with(lndSet(), map[string]any{"exec": map[string]any{"command": texts("lncli", "state")}, "timeoutSeconds": 10}, inside("livenessProbe")...)),
	},
	Fail: pack.Cases{
		"getinfo":            pack.One(statefulSet, with(lndSet(), map[string]any{"exec": map[string]any{"command": texts("sh", "-c", "lncli getinfo")}, "timeoutSeconds": 30}, inside("livenessProbe")...)),
		"getinfo over REST":  pack.One(statefulSet, with(lndSet(), "/v1/getinfo", inside("livenessProbe", "httpGet", "path")...)),
		"asks bitcoind":      pack.One(statefulSet, with(unlabelled(lndSet()), map[string]any{"exec": map[string]any{"command": texts("bitcoin-cli", "uptime")}, "timeoutSeconds": 30}, inside("livenessProbe")...)),
		"wants to be synced": pack.One(statefulSet, with(lndSet(), map[string]any{"exec": map[string]any{"command": texts("sh", "-c", "lncli state | grep SERVER_ACTIVE")}, "timeoutSeconds": 30}, inside("livenessProbe")...)),
		"no time":            pack.One(statefulSet, with(lndSet(), remove{}, inside("livenessProbe", "timeoutSeconds")...)),
		"two seconds":        pack.One(statefulSet, with(lndSet(), 2, inside("livenessProbe", "timeoutSeconds")...)),
	},
}

var (
	needsChain = regexp.MustCompile(`(?i)getinfo|bitcoin-cli|getblockchaininfo|getnetworkinfo|walletbalance|listchannels|synced`)
	onlyServes = regexp.MustCompile(`SERVER_ACTIVE`)
	serving    = regexp.MustCompile(`RPC_ACTIVE`)
)
