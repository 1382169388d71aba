package bitcoin

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var rpcWhitelists = pack.Rule{
	Name:     "rpc-whitelists",
	Types:    configured(),
	Severity: pack.High,
	CKS:      "bitcoin/exposure",
	Must:     "Each user of bitcoind's RPC may call the methods that are listed for it, and no other.",
	Why: "Without lists every user may do all: an exporter that is broken into stops the node, bans its peers, or calls invalidateblock, " +
		"which shows lnd another chain.",
	Fix:  "Give bitcoin.conf one rpcwhitelist=USER:METHOD,METHOD line a user and rpcwhitelistdefault=1.",
	Refs: []string{"bitcoin/bitcoin#12763", "fort-nix/nix-bitcoin bitcoind-rpc-public-whitelist", "reference/bitcoin.md 2.1, 4.15"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, r := range s.All(configured()) {
			for _, source := range bitcoind.sources(r) {
				if slices.ContainsFunc(source.all("rpcwhitelistdefault"), no) || slices.ContainsFunc(source.all("norpcwhitelistdefault"), yes) {
					violate(r, source.where+" lets users without a list call everything.")
				}
				for _, list := range source.all("rpcwhitelist") {
					if user, methods, _ := strings.Cut(list, ":"); user == "" || strings.Trim(methods, ", ") == "" {
						violate(r, source.where+" has an rpcwhitelist that is not a user and its methods.")
					}
				}
			}
		}
		for _, w := range bitcoind.workloads(s) {
			if conf := bitcoind.conf(s, w); !conf.has("rpcwhitelist") && !slices.ContainsFunc(conf.all("rpcwhitelistdefault"), yes) {
				violate(w.about, "Neither the command line nor a mounted ConfigMap has an rpcwhitelist.")
			}
		}
	},
	Pass: pack.Cases{
		"listed":      {object(statefulSet, "b", bitcoindSet()), object(configMap, "c", file("bitcoind", "rpcwhitelistdefault=1", "rpcwhitelist=lnd:getinfo,uptime"))},
		"nobody":      {object(statefulSet, "b", with(bitcoindSet(), texts("-rpcwhitelistdefault=1"), inside("args")...))},
		"no bitcoind": pack.One(statefulSet, lndSet()),
	},
	Fail: pack.Cases{
		"no list":        {object(statefulSet, "b", bitcoindSet()), object(configMap, "c", file("bitcoind", "server=1"))},
		"open otherwise": pack.One(configMap, file("bitcoind", "rpcwhitelist=lnd:uptime", "rpcwhitelistdefault=0")),
		"no methods":     pack.One(configMap, file("bitcoind", "rpcwhitelist=lnd:")),
		"no user":        pack.One(configMap, file("bitcoind", "rpcwhitelist=uptime")),
		"as argument":    pack.One(statefulSet, with(bitcoindSet(), texts("-rpcwhitelist=lnd:uptime", "-rpcwhitelistdefault=0"), inside("args")...)),
	},
}
