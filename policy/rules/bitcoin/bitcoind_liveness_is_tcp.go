package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var bitcoindLivenessIsTCP = pack.Rule{
	Name:     "bitcoind-liveness-is-tcp",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "bitcoin/node",
	Must:     "The liveness of bitcoind is an open port, or is not probed.",
	Why: "While it downloads or replays blocks bitcoind holds its main lock for minutes, and every RPC call waits. A probe that calls one " +
		"kills a node that is at work, and the replay begins anew.",
	Fix:  "Give livenessProbe a tcpSocket on the RPC port and neither exec nor httpGet; ask getblockchaininfo in the readiness probe.",
	Refs: []string{"blinkbitcoin/charts#8945", "blinkbitcoin/charts#9261", "reference/bitcoin.md 2.1"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range bitcoind.pods(r) {
			for _, c := range bitcoind.daemons(pod) {
				probe := c.At("livenessProbe")
				for _, other := range []string{"exec", "httpGet", "grpc"} {
					if !probe.At(other).Absent() {
						violate(probe.At(other).Path() + " is given, want a tcpSocket alone.")
					}
				}
				if !probe.Absent() && probe.At("tcpSocket").Absent() {
					violate(probe.At("tcpSocket").Path() + " is missing.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"a port":   pack.One(statefulSet, bitcoindSet()),
		"no probe": pack.One(statefulSet, with(bitcoindSet(), remove{}, inside("livenessProbe")...)),
		"lnd":      pack.One(statefulSet, lndSet()),
	},
	Fail: pack.Cases{
		"a call":         pack.One(statefulSet, with(bitcoindSet(), map[string]any{"exec": map[string]any{"command": texts("bitcoin-cli", "uptime")}}, inside("livenessProbe")...)),
		"over HTTP":      pack.One(statefulSet, with(bitcoindSet(), map[string]any{"httpGet": map[string]any{"port": 8332}}, inside("livenessProbe")...)),
		"no question":    pack.One(statefulSet, with(bitcoindSet(), map[string]any{"periodSeconds": 10}, inside("livenessProbe")...)),
		"without labels": pack.One(deployment, unlabelled(with(bitcoindSet(), map[string]any{"exec": map[string]any{"command": texts("true")}}, inside("livenessProbe")...))),
	},
}
