package bitcoin

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var lndWaitsForBitcoind = pack.Rule{
	Name:     "lnd-waits-for-bitcoind",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "bitcoin/node",
	Must:     "An init container of lnd asks bitcoind whether it is synced, before lnd starts.",
	Why: "lnd gives a starting bitcoind 30 seconds and ends at once when there is none. While bitcoind replays blocks lnd crashes in a loop, " +
		"each time through the opening of its database.",
	Fix:  "Add an init container that calls getblockchaininfo until initialblockdownload is false.",
	Refs: []string{"raspiblitz/raspiblitz#2398", "btcpayserver-docker btc_fully_synched", "reference/bitcoin.md 2.2, 4.7"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range lnd.pods(r) {
			inits := pod.Spec.At("initContainers")
			waits := func(c pack.Value) bool {
				lists := []pack.Value{c.At("command"), c.At("args")}
				return slices.ContainsFunc(lists, func(list pack.Value) bool { return mentions(list, asksBitcoind) })
			}
			if !inits.Known() && inits.Is("waiting") {
				continue
			}
			if !slices.ContainsFunc(inits.List(), waits) {
				violate(inits.Path() + " has none that asks bitcoind.")
			}
		}
	},
	Pass: pack.Cases{
		"waits":   pack.One(statefulSet, with(lndSet(), []any{map[string]any{"name": "wait", "command": texts("sh", "-c", "until bitcoin-cli getblockchaininfo; do sleep 9; done")}}, inPod("initContainers")...)),
		"no node": pack.One(deployment, another()),
	},
	Fail: pack.Cases{
		"left out":       pack.One(statefulSet, lndSet()),
		"does otherwise": pack.One(statefulSet, with(lndSet(), []any{map[string]any{"name": "first", "command": texts("sh", "-c", "chown -R 1000 /data")}}, inPod("initContainers")...)),
		"a text":         pack.One(statefulSet, with(lndSet(), "wait", inPod("initContainers")...)),
	},
}

var asksBitcoind = regexp.MustCompile(`getblockchaininfo|initialblockdownload|verificationprogress`)

// mentions tells whether a word of a command matches.
func mentions(words pack.Value, what *regexp.Regexp) bool {
	if !words.Known() {
		return words.Matches(what)
	}
	return slices.ContainsFunc(words.List(), func(w pack.Value) bool { return w.Matches(what) })
}
