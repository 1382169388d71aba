package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var drainNeedsAPerson = pack.Rule{
	Name:     "drain-needs-a-person",
	Types:    pack.PodCarriers().And(pack.Kinds("PodDisruptionBudget")),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "A PodDisruptionBudget keeps everybody from evicting lnd: maxUnavailable is 0.",
	Why: "A node group update, a consolidation or a rebalancing evicts pods when it suits the machines. For lnd that may be in the middle of a " +
		"migration or with payments in flight, and together with bitcoind.",
	Fix: "Make a PodDisruptionBudget in the namespace whose selector matches the pod of lnd, with spec.maxUnavailable 0, and drain by the runbook: " +
		"scale lnd to 0 first.",
	Refs: []string{"reference/bitcoin.md 4.10", "Kubernetes: disruption budgets"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		budgets := s.All(pack.Kinds("PodDisruptionBudget"))
		for _, w := range lnd.workloads(s) {
			covered := false
			for _, b := range budgets {
				if !sameNamespace(b.Namespace(), w.about.Namespace()) || !selects(b.At("spec", "selector"), w.pod.Meta.At("labels")) {
					continue
				}
				covered = true
				if most := b.At("spec", "maxUnavailable"); !most.Is(0) && !most.Is("0%") {
					violate(b, most.Path()+" is not 0.")
				}
			}
			if !covered {
				violate(w.about, "No PodDisruptionBudget of the stack selects the pod of lnd.")
			}
		}
	},
	Pass: pack.Cases{
		"never":      {object(statefulSet, "l", lndSet()), object(budgetType, "b", budget(0))},
		"in percent": {object(statefulSet, "l", lndSet()), object(budgetType, "b", budget("0%"))},
		"no node":    pack.One(deployment, another()),
	},
	Fail: pack.Cases{
		"none":              pack.One(statefulSet, lndSet()),
		"one at a time":     {object(statefulSet, "l", lndSet()), object(budgetType, "b", budget(1))},
		"left out":          {object(statefulSet, "l", lndSet()), object(budgetType, "b", with(budget(0), remove{}, "spec", "maxUnavailable"))},
		"of another pod":    {object(statefulSet, "l", lndSet()), object(budgetType, "b", with(budget(0), "shop", "spec", "selector", "matchLabels", nameLabel))},
		"another namespace": {object(statefulSet, "l", lndSet()), object(budgetType, "b", with(budget(0), "x", "metadata", "namespace"))},
		"without labels":    pack.One(deployment, unlabelled(lndSet())),
	},
}

// selects tells whether a selector of labels alone matches them. One with expressions is taken as not matching.
func selects(selector, labels pack.Value) bool {
	if !selector.Known() || !selector.At("matchLabels").Known() {
		return selector.At("matchLabels").Is("ours")
	}
	if !selector.Given() || !selector.At("matchExpressions").Absent() {
		return false
	}
	for _, key := range selector.At("matchLabels").Keys() {
		if !same(labels.At(key), selector.At("matchLabels", key)) {
			return false
		}
	}
	return true
}

// budget is a PodDisruptionBudget of lnd.
func budget(most any) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"name": "lnd", "namespace": "btc"},
		"spec": map[string]any{
			"maxUnavailable": most,
			"selector":       map[string]any{"matchLabels": map[string]any{nameLabel: "lnd"}},
		},
	}
}
