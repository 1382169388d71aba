package bitcoin

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var nodeDataOnAClaim = pack.Rule{
	Name:     "node-data-on-a-claim",
	Types:    pack.PodCarriers(),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "A node keeps its data on a PersistentVolumeClaim, and on no directory of the machine.",
	Why: "What lnd writes to an emptyDir, a hostPath or the container's own layer is gone when the pod moves, and the channel states with " +
		"it. bitcoind would download the whole chain again.",
	Fix:  "Mount a persistentVolumeClaim in spec.volumes, or give the StatefulSet volumeClaimTemplates; take hostPath away.",
	Refs: []string{"lnd docs/safety.md", "reference/bitcoin.md 4.9"},
	Check: func(r pack.Resource, violate pack.Report) {
		templates := r.At("spec", "volumeClaimTemplates")
		for _, pod := range append(lnd.pods(r), bitcoind.pods(r)...) {
			volumes := pod.Spec.At("volumes")
			claimed := func(v pack.Value) bool { return !v.At("persistentVolumeClaim", "claimName").Absent() || !v.Known() }
			if templates.Absent() && !slices.ContainsFunc(volumes.List(), claimed) && (volumes.Known() || !volumes.Is("")) {
				violate(volumes.Path() + " holds no claim.")
			}
			for _, v := range volumes.List() {
				if host := v.At("hostPath"); !host.Absent() {
					violate(host.Path() + " is a directory of the machine.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"lnd":         pack.One(statefulSet, lndSet()),
		"bitcoind":    pack.One(statefulSet, bitcoindSet()),
		"by template": pack.One(statefulSet, with(with(lndSet(), []any{}, inPod("volumes")...), []any{volume("x")}, "spec", "volumeClaimTemplates")),
	},
	Fail: pack.Cases{
		"no volume":      pack.One(statefulSet, with(lndSet(), remove{}, inPod("volumes")...)),
		"scratch":        pack.One(statefulSet, with(lndSet(), []any{map[string]any{"name": "data", "emptyDir": map[string]any{}}}, inPod("volumes")...)),
		"of the machine": pack.One(statefulSet, with(bitcoindSet(), []any{map[string]any{"name": "data", "hostPath": map[string]any{"path": "/srv"}}}, inPod("volumes")...)),
		"without labels": pack.One(deployment, unlabelled(with(lndSet(), []any{}, inPod("volumes")...))),
	},
}
