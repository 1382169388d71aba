package supplychain

import (
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var standardLabels = pack.Rule{
	Name:     "standard-labels",
	Types:    pack.PodCarriers(),
	Severity: pack.Low,
	CKS:      "supply-chain/understand",
	Must:     "Every workload and its pods carry the app.kubernetes.io labels.",
	Why:      "Logs, metrics and network policies find a pod by its labels: what is unlabelled has no version and no owner when a vulnerability or an alert names it.",
	Fix:      "Set the labels of the setting labels in metadata.labels and in the pod template; a company adds the key of its owners there.",
	Refs:     []string{"Kubernetes: Recommended Labels", "Kubescape C-0076", "Kubescape C-0077", "kube-linter required-label-owner"},
	Settings: map[string]any{"labels": []string{
		"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by",
	}},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, key := range r.Setting("labels").Texts() {
			labels := []pack.Value{r.Label(key)}
			for _, pod := range r.Pods() {
				labels = append(labels, pod.Meta.At("labels", key))
			}
			for _, label := range labels {
				if label.Absent() {
					violate(label.Path() + " is not set.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"all":      labelled(standard, standard),
		"and more": labelled(with(standard, object{"app.kubernetes.io/component": "chain"}), standard),
		"of a pod": pack.One("kubernetes:core/v1:Pod", object{"metadata": object{"labels": standard}}),
	},
	Fail: pack.Cases{
		"none":               labelled(nil, nil),
		"pods without":       labelled(standard, object{"app": "bitcoind"}),
		"workload without":   labelled(object{}, standard),
		"one of them empty":  labelled(with(standard, object{"app.kubernetes.io/version": ""}), standard),
		"one of them absent": labelled(standard, with(standard, object{"app.kubernetes.io/part-of": nil})),
	},
}

var standard = object{
	"app.kubernetes.io/name": "bitcoind", "app.kubernetes.io/instance": "testnet4", "app.kubernetes.io/version": "31.1",
	"app.kubernetes.io/part-of": "satkube", "app.kubernetes.io/managed-by": "pulumi",
}

func labelled(workload, pod object) pack.Case {
	return pack.One("kubernetes:apps/v1:StatefulSet", object{
		"metadata": object{"labels": workload},
		"spec":     object{"template": object{"metadata": object{"labels": pod}}},
	})
}
