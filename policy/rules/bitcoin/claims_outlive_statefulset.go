package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var claimsOutliveStatefulSet = pack.Rule{
	Name:     "claims-outlive-statefulset",
	Types:    pack.Kinds("StatefulSet"),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "The StatefulSet of a node says that its claims stay when it is deleted or scaled down.",
	Why: "With whenScaled: Delete the drill of stopping lnd for a drain, replicas 0, deletes the channel states; with whenDeleted a replaced " +
		"StatefulSet does.",
	Fix:  "Set spec.persistentVolumeClaimRetentionPolicy to whenDeleted Retain and whenScaled Retain.",
	Refs: []string{"kiln-fired/kiln-operator", "reference/bitcoin.md 4.9"},
	Check: func(r pack.Resource, violate pack.Report) {
		if len(lnd.pods(r))+len(bitcoind.pods(r)) == 0 {
			return
		}
		for _, when := range []string{"whenDeleted", "whenScaled"} {
			if policy := r.At("spec", "persistentVolumeClaimRetentionPolicy", when); !policy.Is("Retain") {
				violate(policy.Path() + " is not Retain.")
			}
		}
	},
	Pass: pack.Cases{
		"they stay": pack.One(statefulSet, with(lndSet(), map[string]any{"whenDeleted": "Retain", "whenScaled": "Retain"}, "spec", "persistentVolumeClaimRetentionPolicy")),
		"no node":   pack.One(statefulSet, another()),
	},
	Fail: pack.Cases{
		"left out":    pack.One(statefulSet, lndSet()),
		"scaled away": pack.One(statefulSet, with(lndSet(), map[string]any{"whenDeleted": "Retain", "whenScaled": "Delete"}, "spec", "persistentVolumeClaimRetentionPolicy")),
		"half said":   pack.One(statefulSet, with(bitcoindSet(), map[string]any{"whenDeleted": "Retain"}, "spec", "persistentVolumeClaimRetentionPolicy")),
	},
}
