package runtime

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var logShipperPresent = pack.Rule{
	Name:     "log-shipper-present",
	Types:    pack.Tokens("aws:eks/cluster:Cluster").And(pack.Kinds("DaemonSet")),
	Severity: pack.High,
	CKS:      "runtime/investigation",
	Must:     "A log shipper runs on every node of the cluster.",
	Why:      "A pod's log goes with the pod, and a node's with the node: an intruder who deletes the pod deletes the traces, and so does the autoscaler.",
	Fix:      "Deploy a DaemonSet whose label app.kubernetes.io/name is in the setting shippers, with a toleration of operator Exists without key and effect.",
	Refs:     []string{"CKS 1.34: Investigate and identify phases of attack and bad actors within the environment", "NSA-CISA Kubernetes Hardening Guide: audit logging and threat detection"},
	Settings: map[string]any{"shippers": []string{"fluentd", "fluent-bit", "vector"}},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		names, all := s.Setting("shippers").Texts(), clusters(s)
		var shippers []pack.Resource
		for _, r := range s.All(pack.Kinds("DaemonSet")) {
			if r.Label(nameLabel).In(names...) {
				shippers = append(shippers, r)
			}
		}
		if len(shippers) == 0 {
			for _, cluster := range all {
				violate(cluster, "The stack has no DaemonSet that ships logs.")
			}
			return
		}
		for _, r := range shippers {
			spec := r.At("spec", "template", "spec")
			if !spec.At("tolerations").Some(toleratesAll) {
				violate(r, spec.At("tolerations").Path()+" has no entry that tolerates every taint.")
			}
			if selector := spec.At("nodeSelector"); slices.ContainsFunc(selector.Keys(), func(key string) bool { return key != "kubernetes.io/os" }) {
				violate(r, selector.Path()+" leaves nodes out.")
			}
		}
	},
	Pass: pack.Cases{
		"on every node": {eksCluster, shipper("fluentd", object{"operator": "Exists"})},
		"another one":   {eksCluster, shipper("fluent-bit", object{"operator": "Exists"})},
		"no EKS":        {one("kubernetes:core/v1:Namespace", "bitcoin", object{})},
	},
	Fail: pack.Cases{
		"nothing":                 {eksCluster},
		"another DaemonSet":       {eksCluster, shipper("node-exporter", object{"operator": "Exists"})},
		"not on tainted nodes":    {eksCluster, shipper("fluentd", nil)},
		"only on some of them":    {eksCluster, shipper("fluentd", object{"key": "satkube.com/pool", "operator": "Exists"})},
		"only where it may start": {eksCluster, shipper("fluentd", object{"operator": "Exists", "effect": "NoSchedule"})},
		"on chosen nodes": {eksCluster, one("kubernetes:apps/v1:DaemonSet", "shipper", object{
			"metadata": object{"labels": object{nameLabel: "fluentd"}},
			"spec":     object{"template": object{"spec": object{"tolerations": list{object{"operator": "Exists"}}, "nodeSelector": object{"satkube.com/pool": "system"}}}},
		})},
	},
}

// toleratesAll tells whether a toleration is for every key and effect.
func toleratesAll(t pack.Value) bool {
	return t.At("operator").Is("Exists") && t.At("key").Absent() && t.At("effect").Absent()
}

func shipper(name string, toleration object) pack.Object {
	spec := object{}
	if toleration != nil {
		spec["tolerations"] = list{toleration}
	}
	return one("kubernetes:apps/v1:DaemonSet", "shipper", object{
		"metadata": object{"labels": object{nameLabel: name}}, "spec": object{"template": object{"spec": spec}},
	})
}
