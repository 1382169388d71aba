package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var nodesNotDisrupted = pack.Rule{
	Name:     "nodes-not-disrupted",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "bitcoin/node",
	Must:     "The pod of a node tells Karpenter and EKS Auto Mode to leave it where it is.",
	Why:      "Consolidation moves pods to save machines. For bitcoind each move is a flush and a check of the chain, for lnd all channels offline.",
	Fix:      "Annotate the pod's template karpenter.sh/do-not-disrupt: \"true\".",
	Refs:     []string{"Karpenter: disruption", "reference/bitcoin.md 4.10"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range append(lnd.pods(r), bitcoind.pods(r)...) {
			if keep := pod.Meta.At("annotations", "karpenter.sh/do-not-disrupt"); !keep.Is("true") {
				violate(keep.Path() + " is not \"true\".")
			}
		}
	},
	Pass: pack.Cases{
		"lnd":     pack.One(statefulSet, lndSet()),
		"no node": pack.One(deployment, another()),
	},
	Fail: pack.Cases{
		"left out":   pack.One(statefulSet, with(lndSet(), remove{}, "spec", "template", "metadata", "annotations")),
		"false":      pack.One(statefulSet, with(bitcoindSet(), "false", "spec", "template", "metadata", "annotations", "karpenter.sh/do-not-disrupt")),
		"at the set": pack.One(statefulSet, with(with(lndSet(), remove{}, "spec", "template", "metadata", "annotations"), "true", "metadata", "annotations", "karpenter.sh/do-not-disrupt")),
	},
}
