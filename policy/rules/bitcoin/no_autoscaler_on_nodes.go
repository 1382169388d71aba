package bitcoin

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var noAutoscalerOnNodes = pack.Rule{
	Name:     "no-autoscaler-on-nodes",
	Types:    pack.Kinds("HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject"),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "No autoscaler targets lnd or bitcoind.",
	Why: "A horizontal autoscaler makes a second lnd over the same seed as soon as the first one is busy. A vertical one evicts pods to give " +
		"them other sizes, whatever they are doing.",
	Fix:  "Take the autoscaler away; size the node in the stack's configuration.",
	Refs: []string{"lnd docs/safety.md", "reference/bitcoin.md 4.1"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		nodes := append(lnd.workloads(s), bitcoind.workloads(s)...)
		for _, scaler := range s.All(pack.Kinds("HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject")) {
			for _, target := range []pack.Value{scaler.At("spec", "scaleTargetRef", "name"), scaler.At("spec", "targetRef", "name")} {
				ours := func(w workload) bool {
					return same(target, w.about.At("metadata", "name")) && sameNamespace(scaler.Namespace(), w.about.Namespace())
				}
				if target.Given() && !scaler.At("spec", "updatePolicy", "updateMode").Is("Off") &&
					(target.In(string(lnd), string(bitcoind)) || slices.ContainsFunc(nodes, ours)) {
					violate(scaler, target.Path()+" is a node.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"another":           {object(statefulSet, "l", lndSet()), object(hpa, "a", scaler("scaleTargetRef", "mempool"))},
		"that only advises": pack.One(vpa, with(scaler("targetRef", "lnd"), "Off", "spec", "updatePolicy", "updateMode")),
	},
	Fail: pack.Cases{
		"more of it":      pack.One(hpa, scaler("scaleTargetRef", "lnd")),
		"of another size": pack.One(vpa, scaler("targetRef", "bitcoind")),
		"by who it is":    {object(statefulSet, "l", unlabelled(with(lndSet(), "alice", "metadata", "name"))), object(hpa, "a", scaler("scaleTargetRef", "alice"))},
		"by events":       pack.One("kubernetes:keda.sh/v1alpha1:ScaledObject", scaler("scaleTargetRef", "lnd")),
	},
}

const (
	hpa = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
	vpa = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
)

func scaler(field, target string) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"name": "a", "namespace": "btc"},
		"spec":     map[string]any{field: map[string]any{"kind": "StatefulSet", "name": target}},
	}
}
