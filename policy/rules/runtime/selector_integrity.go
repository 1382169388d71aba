package runtime

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var selectorIntegrity = pack.Rule{
	Name:     "selector-integrity",
	Types:    pack.Kinds("Service", "Ingress", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
	Severity: pack.Low,
	CKS:      "supply-chain/static-analysis",
	Must:     "Selectors, named ports and backends find what they are meant for.",
	Why:      "A selector that matches nothing leaves a Service without a pod and an alert without a target, and whoever may create pods in the namespace can give one these labels and take the traffic.",
	Fix:      "Let a Service select labels of a pod template in its namespace and name a port that its containers have; a workload select its own template's labels; an Ingress name a Service beside it.",
	Refs:     []string{"kube-linter dangling-service", "kube-linter dangling-ingress", "kube-linter mismatching-selector", "Kubescape C-0293", "Kubescape C-0296", "kube-score service-targets-pod"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, r := range s.All(pack.Kinds("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")) {
			selector := r.At("spec", "selector")
			if selector.Absent() {
				violate(r, selector.Path()+" is not set.")
			} else if !selects(selector, r.At("spec", "template", "metadata", "labels")) {
				violate(r, selector.Path()+" does not match the labels of spec.template.")
			}
		}
		for _, r := range s.All(pack.Kinds("Service")) {
			checkService(s, r, violate)
		}
		for _, r := range s.All(pack.Kinds("Ingress")) {
			for _, name := range backends(r) {
				exists := func(service pack.Resource) bool {
					return sameNamespace(service, r) && equal(service.At("metadata", "name"), name)
				}
				if !name.Absent() && !slices.ContainsFunc(s.Near(r.Namespace(), pack.Kinds("Service")), exists) {
					violate(r, name.Path()+" names no Service of the stack.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"all fit":             {selected(lnd), published("lnd", lnd, "rpc"), routed("lnd")},
		"port by its number":  {selected(lnd), published("lnd", lnd, 10009)},
		"expression":          {one("kubernetes:apps/v1:DaemonSet", "agent", object{"spec": object{"selector": object{"matchExpressions": list{object{"key": nameLabel, "operator": "In", "values": list{"agent"}}}}, "template": object{"metadata": object{"labels": object{nameLabel: "agent"}}}}})},
		"Service without one": {one("kubernetes:core/v1:Service", "outside", object{"spec": object{"type": "ExternalName", "externalName": "example.com"}})},
	},
	Fail: pack.Cases{
		"Service of no pod":           {selected(lnd), published("lnd", object{nameLabel: "lnd", "app.kubernetes.io/instance": "mainnet"}, "rpc")},
		"Service alone":               {published("lnd", lnd, "rpc")},
		"Service elsewhere":           {selected(lnd), one("kubernetes:core/v1:Service", "lnd", object{"metadata": object{"namespace": "elsewhere"}, "spec": object{"selector": lnd}})},
		"port of no container":        {selected(lnd), published("lnd", lnd, "rest")},
		"workload of other pods":      {selected(object{nameLabel: "bitcoind"})},
		"workload without a selector": {one("kubernetes:apps/v1:Deployment", "lnd", object{"spec": object{"replicas": 1}})},
		"Ingress to no Service":       {selected(lnd), published("lnd", lnd, "rpc"), routed("lnd-rest")},
		"Ingress defaults to nothing": {one("kubernetes:networking.k8s.io/v1:Ingress", "site", object{"spec": object{"defaultBackend": object{"service": object{"name": "site"}}}})},
	},
}

// checkService looks whether a Service finds pods, and its named ports in them.
func checkService(s pack.Stack, r pack.Resource, violate pack.StackReport) {
	selector := r.At("spec", "selector")
	if r.At("spec", "type").Is("ExternalName") || selector.Absent() {
		return
	}
	var matched []pack.Pod
	for _, workload := range s.Near(r.Namespace(), pack.PodCarriers()) {
		if !sameNamespace(workload, r) {
			continue
		}
		for _, pod := range workload.Pods() {
			if contains(pod.Meta.At("labels"), selector) {
				matched = append(matched, pod)
			}
		}
	}
	if len(matched) == 0 {
		violate(r, selector.Path()+" matches the labels of no pod in the stack.")
		return
	}
	for _, port := range r.At("spec", "ports").List() {
		target := port.At("targetPort")
		if target.Text() != "" && !slices.ContainsFunc(matched, func(pod pack.Pod) bool { return opens(pod, target) }) {
			violate(r, target.Path()+" names a port that no container of its pods has.")
		}
	}
}

// opens tells whether a container of the pod names the port.
func opens(pod pack.Pod, name pack.Value) bool {
	has := func(c pack.Value) bool {
		return c.At("ports").Some(func(port pack.Value) bool { return equal(port.At("name"), name) })
	}
	sidecar := func(c pack.Value) bool { return c.At("restartPolicy").Is("Always") && has(c) }
	return pod.Spec.At("containers").Some(has) || pod.Spec.At("initContainers").Some(sidecar)
}

// backends returns the names of the Services that an Ingress sends to.
func backends(r pack.Resource) []pack.Value {
	names := []pack.Value{r.At("spec", "defaultBackend", "service", "name")}
	for _, rule := range r.At("spec", "rules").List() {
		for _, path := range rule.At("http", "paths").List() {
			names = append(names, path.At("backend", "service", "name"))
		}
	}
	return names
}

var lnd = object{nameLabel: "lnd", "app.kubernetes.io/instance": "testnet4"}

// selected is lnd's StatefulSet with that selector.
func selected(matchLabels object) pack.Object {
	return one("kubernetes:apps/v1:StatefulSet", "lnd", object{
		"metadata": object{"namespace": "bitcoin"},
		"spec": object{
			"selector": object{"matchLabels": matchLabels},
			"template": object{"metadata": object{"labels": lnd}, "spec": object{"containers": list{object{"name": "lnd", "ports": list{object{"name": "rpc", "containerPort": 10009}}}}}},
		},
	})
}

func published(name string, selector object, targetPort any) pack.Object {
	return one("kubernetes:core/v1:Service", name, object{
		"metadata": object{"name": name, "namespace": "bitcoin"},
		"spec":     object{"selector": selector, "ports": list{object{"name": "rpc", "port": 10009, "targetPort": targetPort}}},
	})
}

func routed(name string) pack.Object {
	return one("kubernetes:networking.k8s.io/v1:Ingress", "lnd", object{
		"metadata": object{"namespace": "bitcoin"},
		"spec":     object{"rules": list{object{"http": object{"paths": list{object{"path": "/", "backend": object{"service": object{"name": name}}}}}}}},
	})
}
