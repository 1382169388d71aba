package bitcoin

import (
	"fmt"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var startupBudget = pack.Rule{
	Name:     "startup-budget",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "bitcoin/node",
	Must:     "Nobody kills a starting bitcoind within an hour, nor a starting lnd within an hour and a half.",
	Why: "A bitcoind that was killed replays blocks for 20 to 40 minutes before it answers, and lnd migrates or compacts its database before " +
		"its first port is open. A kill in the middle starts it from the beginning, or leaves a torn database.",
	Fix:  "Give the container a startupProbe whose periodSeconds times failureThreshold is 3600 or more for bitcoind, 5400 or more for lnd.",
	Refs: []string{"blinkbitcoin/charts#939", "blinkbitcoin/charts#9261", "reference/bitcoin.md 4.5, 4.6"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range []program{bitcoind, lnd} {
			budget := 3600
			if p == lnd {
				budget = 5400
			}
			for _, pod := range p.pods(r) {
				for _, c := range p.daemons(pod) {
					probe := c.At("startupProbe")
					if c.At("livenessProbe").Absent() && probe.Absent() {
						continue
					}
					if probe.Absent() || whole(probe.At("periodSeconds"), 10)*whole(probe.At("failureThreshold"), 3) < budget {
						violate(fmt.Sprintf("%s does not wait for at least %d seconds.", probe.Path(), budget))
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"lnd":                pack.One(statefulSet, lndSet()),
		"bitcoind":           pack.One(statefulSet, bitcoindSet()),
		"an hour":            pack.One(statefulSet, with(bitcoindSet(), map[string]any{"failureThreshold": 360}, inside("startupProbe")...)),
		"nothing that kills": pack.One(statefulSet, with(with(lndSet(), remove{}, inside("startupProbe")...), remove{}, inside("livenessProbe")...)),
	},
	Fail: pack.Cases{
		"left out":           pack.One(statefulSet, with(lndSet(), remove{}, inside("startupProbe")...)),
		"an hour for lnd":    pack.One(statefulSet, with(lndSet(), 360, inside("startupProbe", "failureThreshold")...)),
		"thirty minutes":     pack.One(statefulSet, with(bitcoindSet(), 180, inside("startupProbe", "failureThreshold")...)),
		"threshold left out": pack.One(statefulSet, with(bitcoindSet(), remove{}, inside("startupProbe", "failureThreshold")...)),
		"negative":           pack.One(statefulSet, with(bitcoindSet(), -1, inside("startupProbe", "failureThreshold")...)),
	},
}
