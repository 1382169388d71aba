package bitcoin

import (
	"slices"
	"strconv"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var explicitDBCache = pack.Rule{
	Name:     "explicit-dbcache",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "bitcoin/node",
	Must:     "bitcoind is told the size of its cache, which is at most three quarters of its memory limit.",
	Why: "Since version 31 bitcoind picks the size by the memory that it sees, which is the machine's and not the container's. A cache that " +
		"grows into the limit is a kill without a flush, and a replay of blocks.",
	Fix:  "Set dbcache, in MiB, in the bitcoin.conf that the pod mounts or as argument, and keep it below the container's memory limit.",
	Refs: []string{"Bitcoin Core 31.0 release notes", "reference/bitcoin.md 2.1, 4.5"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, w := range bitcoind.workloads(s) {
			conf := bitcoind.conf(s, w)
			if !conf.has("dbcache") {
				violate(w.about, "Neither the command line nor a mounted ConfigMap sets dbcache.")
			}
			for _, c := range bitcoind.daemons(w.pod) {
				limit := c.At("resources", "limits", "memory")
				for _, value := range conf.all("dbcache") {
					if n, err := strconv.Atoi(value); err != nil || n <= 0 || n > 1<<24 {
						violate(w.about, "dbcache is no size in MiB.")
					} else if !limit.Absent() && !fits(float64(n)*(1<<20), limit) {
						violate(w.about, "dbcache is more than three quarters of "+limit.Path()+".")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"in the file":   {object(statefulSet, "b", bitcoindSet()), object(configMap, "c", file("bitcoind", "chain=main", "dbcache=4096"))},
		"as argument":   pack.One(statefulSet, with(bitcoindSet(), texts("-dbcache=450"), inside("args")...)),
		"without limit": pack.One(statefulSet, with(with(bitcoindSet(), texts("-dbcache=450"), inside("args")...), remove{}, inside("resources")...)),
	},
	Fail: pack.Cases{
		"left out":               pack.One(statefulSet, bitcoindSet()),
		"in nobody's file":       {object(statefulSet, "b", bitcoindSet()), object(configMap, "c", with(file("bitcoind", "dbcache=450"), "other", "metadata", "name"))},
		"in a comment":           {object(statefulSet, "b", bitcoindSet()), object(configMap, "c", file("bitcoind", "server=1", "# dbcache=450"))},
		"as large as the limit":  pack.One(statefulSet, with(bitcoindSet(), texts("-dbcache=8192"), inside("args")...)),
		"larger, limit in bytes": pack.One(statefulSet, with(with(bitcoindSet(), texts("-dbcache=4096"), inside("args")...), 4294967296, inside("resources", "limits", "memory")...)),
		"a word":                 pack.One(statefulSet, with(bitcoindSet(), texts("-dbcache=lots"), inside("args")...)),
	},
}

// fits tells whether the bytes are at most three quarters of a quantity of memory.
func fits(bytes float64, limit pack.Value) bool {
	if !limit.Known() {
		return limit.AtLeast(bytes)
	}
	text := limit.Text()
	if text == "" {
		return limit.AtLeast(bytes / 0.75)
	}
	for _, unit := range units() {
		if number, is := strings.CutSuffix(text, unit.suffix); is {
			n, err := strconv.ParseFloat(number, 64)
			return err == nil && bytes <= n*unit.size*0.75
		}
	}
	return false
}

type unit struct {
	suffix string
	size   float64
}

// units are the suffixes of quantities, none at last.
func units() []unit {
	return slices.Concat(
		[]unit{{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"Ti", 1 << 40}},
		[]unit{{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"", 1}},
	)
}
