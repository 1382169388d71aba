package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var lndClaimOutOfBackups = pack.Rule{
	Name:     "lnd-claim-out-of-backups",
	Types:    pack.PodCarriers().And(pack.Kinds("PersistentVolumeClaim")),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "The claim of lnd tells Velero to leave it out, and its pod names no volume to back up.",
	Why: "Whoever restores a namespace with Velero after an accident brings an old channel database back to life, with the best of " +
		"intentions. What is not in the backup cannot be restored.",
	Fix:  "Label the claim velero.io/exclude-from-backup: \"true\" and take backup.velero.io/backup-volumes from the pod.",
	Refs: []string{"lnd docs/safety.md", "Velero: resource filtering", "reference/bitcoin.md 4.2"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, c := range lnd.claims(s) {
			if label := c.meta.At("labels", "velero.io/exclude-from-backup"); !label.Is("true") {
				violate(c.about, label.Path()+" is not \"true\".")
			}
		}
		for _, w := range lnd.workloads(s) {
			if volumes := w.pod.Meta.At("annotations", "backup.velero.io/backup-volumes"); !volumes.Absent() {
				violate(w.about, volumes.Path()+" hands a volume of lnd to Velero.")
			}
		}
	},
	Pass: pack.Cases{
		"left out of backups": pack.One(claimType, volume("lnd")),
		"bitcoind":            pack.One(claimType, volume("bitcoind")),
		"a node":              pack.One(statefulSet, lndSet()),
	},
	Fail: pack.Cases{
		"no label":        pack.One(claimType, with(volume("lnd"), remove{}, "metadata", "labels", "velero.io/exclude-from-backup")),
		"false":           pack.One(claimType, with(volume("lnd"), "false", "metadata", "labels", "velero.io/exclude-from-backup")),
		"labels a text":   {object(statefulSet, "lnd", lndSet()), object(claimType, "data", with(volume("lnd"), "x", "metadata", "labels"))},
		"named on a node": pack.One(statefulSet, with(lndSet(), "data", "spec", "template", "metadata", "annotations", "backup.velero.io/backup-volumes")),
	},
}
