package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var walletSecretImmutable = pack.Rule{
	Name:     "wallet-secret-immutable",
	Types:    pack.Kinds("Secret"),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "The Secret with a wallet's password cannot be changed.",
	Why: "lnd enciphers the wallet with the password that it was made with. Once another value stands in the Secret, the next restart " +
		"cannot unlock the wallet, while deadlines of open channels run.",
	Fix:  "Set immutable to true on the Secret.",
	Refs: []string{"lnd docs/wallet.md", "Kubernetes: immutable Secrets"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, secret := range walletSecrets(s) {
			if immutable := secret.At("immutable"); !immutable.Is(true) {
				violate(secret, immutable.Path()+" is not true.")
			}
		}
	},
	Pass: pack.Cases{
		"immutable":      pack.One(secretType, with(wallet("lnd-wallet"), true, "immutable")),
		"another secret": pack.One(secretType, wallet("lnd-bitcoind")),
		"another program's": pack.One(secretType, map[string]any{
			"metadata": meta("shop", "wallet"),
		}),
	},
	Fail: pack.Cases{
		"left out":     pack.One(secretType, wallet("lnd-wallet")),
		"false":        pack.One(secretType, with(wallet("lnd-wallet"), false, "immutable")),
		"known by key": pack.One(secretType, with(wallet("x"), map[string]any{"seed-passphrase": pack.Secret("s3cr3t")}, "stringData")),
		"known by who reads it": {
			object(statefulSet, "lnd", lndSet()),
			object(secretType, "w", map[string]any{"metadata": map[string]any{"name": "w", "namespace": "btc"}}),
		},
	},
}

// wallet is a Secret of lnd.
func wallet(name string) map[string]any { return map[string]any{"metadata": meta("lnd", name)} }
