package bitcoin

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var noPlainRPCPassword = pack.Rule{
	Name:     "no-plain-rpc-password",
	Types:    configured(),
	Severity: pack.High,
	CKS:      "bitcoin/exposure",
	Must:     "No configuration, command line or environment holds a password of bitcoind's RPC.",
	Why: "rpcpassword stands in clear in the ConfigMap and in the list of processes, is one user for everybody, and whoever reads it may " +
		"stop the node or feed lnd with lies.",
	Fix: "Give bitcoind rpcauth lines with salted hashes in a Secret that includeconf reads, and give lnd bitcoind.rpccookie or a mounted file; " +
		"bitcoin-cli takes the password from its input with -stdinrpcpass.",
	Refs: []string{"Bitcoin Core share/rpcauth", "fort-nix/nix-bitcoin", "reference/bitcoin.md 4.15"},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Kind() == "ConfigMap" {
			data := r.At("data")
			for _, key := range data.Keys() {
				if data.At(key).Matches(passwordLine) {
					violate(data.Path() + " holds a password of the RPC.")
				}
			}
			return
		}
		for _, c := range r.Containers() {
			for _, word := range append(c.At("command").List(), c.At("args").List()...) {
				if word.Matches(passwordFlag) {
					violate(word.Path() + " holds a password of the RPC.")
				}
			}
			for _, env := range c.At("env").List() {
				value := env.At("value")
				if env.At("name").Matches(passwordEnv) && !value.Absent() && !value.Matches(path) {
					violate(value.Path() + " holds a password of the RPC.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"hashed":       pack.One(configMap, file("bitcoind", "server=1", "# rpcpassword=x", "includeconf=/run/secrets/rpcauth.conf", "rpcauth=lnd:00$11")),
		"by its input": pack.One(deployment, with(another(), texts("sh", "-c", "cut -d: -f2 /c | bitcoin-cli -rpcuser=lnd -stdinrpcpass -rpcclienttimeout=60 uptime"), inside("command")...)),
		"a file":       pack.One(deployment, with(another(), []any{map[string]any{"name": "RPC_PASSWORD_FILE", "value": "/run/p"}}, inside("env")...)),
	},
	Fail: pack.Cases{
		"in bitcoin.conf":    pack.One(configMap, file("bitcoind", "server=1", " rpcpassword = hunter2")),
		"in lnd.conf":        pack.One(configMap, file("lnd", "bitcoind.rpcpass=hunter2")),
		"as argument":        pack.One(statefulSet, with(bitcoindSet(), texts("-rpcpassword=hunter2"), inside("args")...)),
		"as lnd's argument":  pack.One(statefulSet, with(lndSet(), texts("--bitcoind.rpcpass=hunter2"), inside("args")...)),
		"of a client":        pack.One(deployment, with(another(), texts("sh", "-c", "bitcoin-cli -rpcpassword=hunter2 uptime"), inside("command")...)),
		"in the environment": pack.One(deployment, with(another(), []any{map[string]any{"name": "BITCOIN_RPC_PASSWORD", "value": "hunter2"}}, inside("env")...)),
		"in a probe's twin":  pack.One("kubernetes:core/v1:PodList", list(with(pod(bitcoindSet()), texts("-rpcpassword=x"), "spec", "containers", 0, "args"))),
	},
}

var (
	passwordLine = regexp.MustCompile(`(?m)^\s*(main\.|test\.|testnet4\.|signet\.|regtest\.|bitcoind\.)?rpcpass(word)?\s*=|-(bitcoind\.)?rpcpass(word)?[= ]`)
	passwordFlag = regexp.MustCompile(`(?m)(^|[\s"'])--?(bitcoind\.)?rpcpass(word)?([=\s]|$)|^\s*(bitcoind\.)?rpcpass(word)?\s*=`)
	passwordEnv  = regexp.MustCompile(`(?i)(^|_)RPC_?PASS(WORD|WD)?$|(^|_)RPC_?PASS(WORD|WD)?_`)
)
