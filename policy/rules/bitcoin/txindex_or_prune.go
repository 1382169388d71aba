package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var txindexOrPrune = pack.Rule{
	Name:     "txindex-or-prune",
	Types:    configured(),
	Severity: pack.Medium,
	CKS:      "bitcoin/node",
	Must:     "bitcoind keeps an index of all transactions or prunes the chain, never both.",
	Why: "bitcoind refuses to start with both, and whoever then turns pruning off downloads 800 GB again, with lnd down for days while its " +
		"deadlines run.",
	Fix:  "Set txindex=1 and prune=0, or txindex=0 and prune=MIB, and decide before the first start.",
	Refs: []string{"Bitcoin Core doc/files.md", "reference/bitcoin.md 4.17"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, source := range bitcoind.sources(r) {
			if source.on("txindex") && source.on("prune") {
				violate(source.where + " asks for both txindex and prune.")
			}
		}
	},
	Pass: pack.Cases{
		"an index": pack.One(configMap, file("bitcoind", "txindex=1", "prune=0")),
		"pruned":   pack.One(configMap, file("bitcoind", "txindex=0", "prune=2000")),
		"neither":  pack.One(statefulSet, bitcoindSet()),
	},
	Fail: pack.Cases{
		"both":         pack.One(configMap, file("bitcoind", "txindex=1", "prune=2000")),
		"as arguments": pack.One(statefulSet, with(bitcoindSet(), texts("-txindex", "-prune=550"), inside("args")...)),
	},
}
