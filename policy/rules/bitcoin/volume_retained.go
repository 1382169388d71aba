package bitcoin

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var volumeRetained = pack.Rule{
	Name:     "volume-retained",
	Types:    pack.Kinds("PersistentVolumeClaim", "StatefulSet"),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "The volume of a node outlives its claim, except on regtest.",
	Why: "With the reclaim policy Delete, one deleted claim deletes the volume at the same moment, and the channel states on it exist " +
		"nowhere else. Of bitcoind, days of download are gone.",
	Fix: "Set spec.storageClassName to a StorageClass whose reclaimPolicy is Retain. Name a class that is made outside of the stack in the " +
		"rule's setting classes.",
	Refs:     []string{"reference/bitcoin.md 4.9", "Kubernetes: reclaim policy"},
	Settings: map[string]any{"classes": []string{}},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		elsewhere := s.Setting("classes").Texts()
		worthless := on(regtest, places(s))
		classes := s.All(pack.Kinds("StorageClass"))
		for _, c := range nodeClaims(s) {
			name := c.spec.At("storageClassName")
			retains := func(class pack.Resource) bool {
				return same(name, class.At("metadata", "name")) && class.At("reclaimPolicy").Is("Retain")
			}
			given := name.Given() && (name.In(elsewhere...) || slices.ContainsFunc(classes, retains))
			if !given && !has(worthless, c.about.Namespace()) {
				violate(c.about, name.Path()+" names no StorageClass that is known to retain its volumes.")
			}
		}
	},
	Pass: pack.Cases{
		"retained":      {object(claimType, "data", volume("lnd")), object(classType, "keep", class("keep", "Retain"))},
		"regtest":       {object(claimType, "data", volume("lnd")), object(namespaceType, "btc", namespace(regtest))},
		"another claim": {object(claimType, "data", with(volume("mempool"), remove{}, "spec", "storageClassName"))},
	},
	Fail: pack.Cases{
		"deleted":            {object(claimType, "data", volume("lnd")), object(classType, "keep", class("keep", "Delete"))},
		"policy left out":    {object(claimType, "data", volume("bitcoind")), object(classType, "keep", with(class("keep", ""), remove{}, "reclaimPolicy"))},
		"another class":      {object(claimType, "data", volume("lnd")), object(classType, "other", class("other", "Retain"))},
		"class left out":     pack.One(claimType, with(volume("lnd"), remove{}, "spec", "storageClassName")),
		"template of claims": pack.One(statefulSet, with(lndSet(), []any{volume("x")}, "spec", "volumeClaimTemplates")),
	},
}

// class is a StorageClass on EBS.
func class(name, reclaim string) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": name}, "provisioner": "ebs.csi.aws.com", "reclaimPolicy": reclaim}
}
