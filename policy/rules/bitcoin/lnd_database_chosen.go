package bitcoin

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var lndDatabaseChosen = pack.Rule{
	Name:     "lnd-database-chosen",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "bitcoin/funds",
	Must:     "lnd is told its database, and the database is on its own volume: sqlite or bolt.",
	Why: "A default that changes with a new version starts lnd over an empty database, with all channels forgotten. A database server " +
		"that fails over to a copy some seconds old has lost the last states, which is as bad as an old backup.",
	Fix:  "Set db.backend=sqlite, or bolt for a node that has it already, and never change it.",
	Refs: []string{"lnd docs/postgres.md", "lightningnetwork/lnd#8531", "reference/bitcoin.md 2.2, 4.12, 4.13"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, w := range lnd.workloads(s) {
			local := func(value string) bool { return slices.Contains([]string{"sqlite", "bolt"}, value) }
			if conf := lnd.conf(s, w); !conf.always(local, "db.backend") {
				violate(w.about, "Neither the command line nor a mounted ConfigMap sets db.backend to a database on the volume.")
			}
		}
	},
	Pass: pack.Cases{
		"sqlite":      {object(statefulSet, "l", lndSet()), object(configMap, "c", file("lnd", "[db]", "db.backend=sqlite"))},
		"as argument": pack.One(statefulSet, with(lndSet(), texts("--db.backend=bolt"), inside("args")...)),
	},
	Fail: pack.Cases{
		"left out": pack.One(statefulSet, lndSet()),
		"a server": {object(statefulSet, "l", lndSet()), object(configMap, "c", file("lnd", "db.backend=postgres"))},
	},
}
