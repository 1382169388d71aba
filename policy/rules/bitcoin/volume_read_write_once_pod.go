package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var volumeReadWriteOncePod = pack.Rule{
	Name:     "volume-read-write-once-pod",
	Types:    pack.Kinds("PersistentVolumeClaim", "StatefulSet"),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "One pod at a time can mount the volume of a node.",
	Why: "ReadWriteOnce lets any number of pods on one machine mount the volume. A second lnd over the same channel database, or a backup " +
		"job beside it, ends in revoked states or a torn database.",
	Fix:  "Set spec.accessModes of the claim to ReadWriteOncePod alone.",
	Refs: []string{"KEP-2485", "kubernetes-sigs/aws-ebs-csi-driver#2331", "lnd docs/safety.md"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, c := range nodeClaims(s) {
			modes := c.spec.At("accessModes")
			if !modes.At(0).Is("ReadWriteOncePod") || !modes.At(1).Absent() {
				violate(c.about, modes.Path()+" has to name the mode for one pod, and no other.")
			}
		}
	},
	Pass: pack.Cases{
		"labelled":      pack.One(claimType, volume("lnd")),
		"another claim": pack.One(claimType, with(volume("mempool"), texts("ReadWriteMany"), "spec", "accessModes")),
	},
	Fail: pack.Cases{
		"once a machine": pack.One(claimType, with(volume("lnd"), texts("ReadWriteOnce"), "spec", "accessModes")),
		"left out":       pack.One(claimType, with(volume("bitcoind"), remove{}, "spec", "accessModes")),
		"two modes":      pack.One(claimType, with(volume("lnd"), texts("ReadWriteOncePod", "ReadWriteMany"), "spec", "accessModes")),
		"a text":         pack.One(claimType, with(volume("lnd"), "ReadWriteOncePod", "spec", "accessModes")),
		"known by who mounts it": {
			object(statefulSet, "lnd", lndSet()),
			object(claimType, "data", with(with(volume("lnd"), remove{}, "metadata", "labels"), texts("ReadWriteOnce"), "spec", "accessModes")),
		},
		"a template": pack.One(statefulSet, with(lndSet(), []any{map[string]any{"spec": map[string]any{"accessModes": texts("ReadWriteOnce")}}}, "spec", "volumeClaimTemplates")),
	},
}
