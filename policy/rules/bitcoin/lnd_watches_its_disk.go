package bitcoin

import (
	"strconv"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var lndWatchesItsDisk = pack.Rule{
	Name:     "lnd-watches-its-disk",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "bitcoin/funds",
	Must:     "lnd stops before its disk is full: healthcheck.diskspace.attempts is above 0.",
	Why:      "The check is off by default, and a write that finds no space leaves a broken channel database, which closes every channel.",
	Fix:      "Set healthcheck.diskspace.attempts=2 and healthcheck.diskspace.diskrequired=0.1 in lnd.conf.",
	Refs:     []string{"lnd docs/safety.md", "reference/bitcoin.md 2.2, 4.6"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, w := range lnd.workloads(s) {
			positive := func(value string) bool { n, err := strconv.Atoi(value); return err == nil && n > 0 }
			if conf := lnd.conf(s, w); !conf.always(positive, "healthcheck.diskspace.attempts") {
				violate(w.about, "Neither the command line nor a mounted ConfigMap turns healthcheck.diskspace.attempts on.")
			}
		}
	},
	Pass: pack.Cases{
		"on":          {object(statefulSet, "l", lndSet()), object(configMap, "c", file("lnd", "healthcheck.diskspace.attempts=2"))},
		"as argument": pack.One(statefulSet, with(lndSet(), texts("--healthcheck.diskspace.attempts=2"), inside("args")...)),
	},
	Fail: pack.Cases{
		"left out": pack.One(statefulSet, lndSet()),
		"off":      {object(statefulSet, "l", lndSet()), object(configMap, "c", file("lnd", "healthcheck.diskspace.attempts=0"))},
	},
}
