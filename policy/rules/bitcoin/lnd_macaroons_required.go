package bitcoin

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var lndMacaroonsRequired = pack.Rule{
	Name:     "lnd-macaroons-required",
	Types:    configured(),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "lnd asks every caller for a macaroon, over TLS.",
	Why: "With no-macaroons whoever reaches the port spends. With no-rest-tls a macaroon crosses the network in clear, and a " +
		"macaroon is money.",
	Fix:  "Take no-macaroons and no-rest-tls out of lnd.conf and of the arguments.",
	Refs: []string{"lnd docs/macaroons.md", "lnd sample-lnd.conf"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, source := range lnd.sources(r) {
			for _, key := range []string{"no-macaroons", "no-rest-tls"} {
				if slices.ContainsFunc(source.all(key), yes) {
					violate(source.where + " turns " + key + " on.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"neither":    pack.One(statefulSet, lndSet()),
		"turned off": pack.One(configMap, file("lnd", "no-macaroons=false")),
	},
	Fail: pack.Cases{
		"in a file":     pack.One(configMap, file("lnd", "[Application Options]", "no-macaroons=true")),
		"as argument":   pack.One(statefulSet, with(lndSet(), texts("--no-macaroons"), inside("args")...)),
		"REST in clear": pack.One(configMap, file("lnd", "no-rest-tls=1")),
	},
}
