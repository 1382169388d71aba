package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var volumeProtected = pack.Rule{
	Name:     "volume-protected",
	Types:    pack.Kinds("PersistentVolumeClaim", "StatefulSet", "Secret"),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "On mainnet Pulumi refuses to delete the volumes of the nodes and the Secret of the wallet.",
	Why: "A renamed component, a changed immutable property or a destroy in the wrong stack replaces the claim and the wallet's password " +
		"without another question.",
	Fix:  "Register the claims and the wallet's Secret with the option Protect, and make the claims outside of the StatefulSet.",
	Refs: []string{"reference/bitcoin.md 4.9", "Pulumi: the resource option protect"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		valued := on(mainnet, places(s))
		if len(valued) == 0 {
			return
		}
		for _, c := range nodeClaims(s) {
			if !has(valued, c.about.Namespace()) {
				continue
			}
			if c.about.Kind() == "StatefulSet" {
				violate(c.about, c.spec.Path()+" makes a claim that Pulumi cannot protect.")
			} else if !c.about.Protect {
				violate(c.about, "The claim is not protected, and its namespace is on mainnet.")
			}
		}
		for _, secret := range walletSecrets(s) {
			if !secret.Protect && has(valued, secret.Namespace()) {
				violate(secret, "The wallet's Secret is not protected, and its namespace is on mainnet.")
			}
		}
	},
	Pass: pack.Cases{
		"protected":  {protected(object(claimType, "data", volume("lnd"))), object(namespaceType, "btc", namespace(mainnet))},
		"worthless":  {object(claimType, "data", volume("lnd")), object(namespaceType, "btc", namespace("testnet4"))},
		"on mainnet": {object(statefulSet, "lnd", lndSet()), object(namespaceType, "btc", namespace(mainnet))},
		"a Secret on testnet4, its keys unknown": {
			object(secretType, "w", with(wallet("lnd-bitcoind"), pack.Secret(pack.Unknown), "stringData")), object(namespaceType, "btc", namespace("testnet4")),
		},
		"another's data": {object(claimType, "data", volume("mempool")), object(namespaceType, "btc", namespace(mainnet))},
	},
	Fail: pack.Cases{
		"a claim":             {object(claimType, "data", volume("lnd")), object(namespaceType, "btc", namespace(mainnet))},
		"bitcoind's claim":    {object(claimType, "data", volume("bitcoind")), object(namespaceType, "btc", namespace(mainnet))},
		"the wallet's Secret": {object(secretType, "w", wallet("lnd-wallet")), object(namespaceType, "btc", namespace(mainnet))},
		"mainnet by its conf": {object(claimType, "data", volume("lnd")), object(configMap, "c", file("bitcoind", "chain=main"))},
		"template of claims": {
			object(statefulSet, "lnd", with(lndSet(), []any{volume("x")}, "spec", "volumeClaimTemplates")),
			object(namespaceType, "btc", namespace(mainnet)),
		},
	},
}
