package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var lndVolumeStartsEmpty = pack.Rule{
	Name:     "lnd-volume-starts-empty",
	Types:    pack.Kinds("PersistentVolumeClaim", "StatefulSet"),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "The volume of lnd is never filled from a snapshot or a clone.",
	Why: "Every channel state but the last one is revoked. An lnd that starts over an old copy of its database publishes a revoked state " +
		"sooner or later, and the peer takes the whole channel.",
	Fix:  "Take spec.dataSource and spec.dataSourceRef from the claim. Recover with the seed and the static channel backup.",
	Refs: []string{"lnd docs/safety.md", "lnd docs/recovery.md", "lightningnetwork/lnd#2578"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, c := range lnd.claims(s) {
			for _, source := range []pack.Value{c.spec.At("dataSource"), c.spec.At("dataSourceRef")} {
				if !source.Absent() {
					violate(c.about, source.Path()+" fills the volume from another one.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"empty":                    pack.One(claimType, volume("lnd")),
		"bitcoind from a snapshot": pack.One(claimType, with(volume("bitcoind"), map[string]any{"kind": "VolumeSnapshot", "name": "s"}, "spec", "dataSource")),
	},
	Fail: pack.Cases{
		"from a snapshot": pack.One(claimType, with(volume("lnd"), map[string]any{"kind": "VolumeSnapshot", "name": "s"}, "spec", "dataSource")),
		"a clone":         pack.One(claimType, with(volume("lnd"), map[string]any{"kind": "PersistentVolumeClaim", "name": "o"}, "spec", "dataSourceRef")),
		"a template": pack.One(statefulSet, with(lndSet(),
			[]any{with(volume("x"), map[string]any{"kind": "VolumeSnapshot", "name": "s"}, "spec", "dataSource")}, "spec", "volumeClaimTemplates")),
	},
}
