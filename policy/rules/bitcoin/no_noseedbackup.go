package bitcoin

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var noNoSeedBackup = pack.Rule{
	Name:     "no-noseedbackup",
	Types:    configured(),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "lnd is told neither noseedbackup nor wallet-unlock-allow-create.",
	Why: "noseedbackup makes a wallet under a well-known password whose seed nobody ever sees, so the funds die with the volume. " +
		"wallet-unlock-allow-create leaves an open door until the wallet exists: whoever comes first puts in a seed of theirs.",
	Fix:  "Take both options out of lnd.conf and of the arguments, and create the wallet in an init container that listens on the loopback interface.",
	Refs: []string{"lnd docs/safety.md", "lnd docs/wallet.md"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, source := range lnd.sources(r) {
			for _, key := range []string{"noseedbackup", "wallet-unlock-allow-create"} {
				if slices.ContainsFunc(source.all(key), yes) {
					violate(source.where + " turns " + key + " on.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"neither":    pack.One(statefulSet, lndSet()),
		"turned off": pack.One(configMap, file("lnd", "[Application Options]", "noseedbackup=false", "; noseedbackup=true", "wallet-unlock-allow-create=false")),
		"no node":    pack.One(deployment, with(another(), texts("--noseedbackup"), inside("args")...)),
	},
	Fail: pack.Cases{
		"in a file":         pack.One(configMap, file("lnd", "bitcoin.node=bitcoind", "noseedbackup=true")),
		"a key by itself":   pack.One(configMap, file("lnd", "noseedbackup")),
		"as argument":       pack.One(statefulSet, with(lndSet(), texts("--noseedbackup"), inside("args")...)),
		"allows to create":  pack.One(statefulSet, with(lndSet(), texts("--wallet-unlock-allow-create=true"), inside("args")...)),
		"in a shell script": pack.One(statefulSet, with(lndSet(), texts("sh", "-c", "exec lnd --noseedbackup"), inside("command")...)),
		"in an init container": pack.One(statefulSet, with(lndSet(),
			[]any{map[string]any{"name": "first", "image": "lnd", "args": texts("--noseedbackup=1")}}, inPod("initContainers")...)),
		"another file's name": pack.One(configMap, map[string]any{"data": map[string]any{"x": "bitcoin.mainnet=true\nnoseedbackup=1\n"}}),
	},
}
