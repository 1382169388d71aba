package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var bitcoindKeepsItsAddress = pack.Rule{
	Name:     "bitcoind-keeps-its-address",
	Types:    pack.PodCarriers().And(pack.Kinds("Service")),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "A bitcoind that Services lead to has one with an address of its own, that outlives the pod.",
	Why: "lnd resolves the name of bitcoind once, when it starts. Behind headless Services that is the address of a pod: after bitcoind's pod was " +
		"replaced, lnd sees no block any more, says that it is well, and misses the breach that it should answer.",
	Fix:  "Leave spec.clusterIP out of a Service of bitcoind, and keep spec.publishNotReadyAddresses; a headless one beside it does no harm.",
	Refs: []string{"btcd rpcclient/infrastructure.go newHTTPClient: the host is parsed and resolved when the client is made", "Kubernetes: headless Services"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		services := s.All(pack.Kinds("Service"))
		for _, w := range bitcoind.workloads(s) {
			var passing []pack.Resource
			lasts := false
			for _, service := range services {
				if !sameNamespace(service.Namespace(), w.about.Namespace()) || !leadsTo(service, w.pod.Meta.At("labels")) {
					continue
				}
				if service.At("spec", "clusterIP").Is("None") {
					passing = append(passing, service)
				} else {
					lasts = true
				}
			}
			if lasts {
				continue
			}
			for _, service := range passing {
				violate(service, "spec.clusterIP is None, and no other Service gives bitcoind an address that outlives its pod.")
			}
		}
	},
	Pass: pack.Cases{
		"an address of its own": {object(statefulSet, "b", bitcoindSet()), object(serviceType, "s", addressed("bitcoind", nil))},
		"a headless one beside it": {
			object(statefulSet, "b", bitcoindSet()), object(serviceType, "s", addressed("bitcoind", nil)), object(serviceType, "p", addressed("bitcoind", "None")),
		},
		"no Service":        pack.One(statefulSet, bitcoindSet()),
		"of somebody else":  {object(statefulSet, "b", bitcoindSet()), object(serviceType, "s", addressed("shop", "None"))},
		"in another place":  {object(statefulSet, "b", bitcoindSet()), object(serviceType, "s", with(addressed("bitcoind", "None"), "x", "metadata", "namespace"))},
		"without selectors": {object(statefulSet, "b", bitcoindSet()), object(serviceType, "s", with(addressed("bitcoind", "None"), remove{}, "spec", "selector"))},
	},
	Fail: pack.Cases{
		"headless": {object(statefulSet, "b", bitcoindSet()), object(serviceType, "s", addressed("bitcoind", "None"))},
		"two headless ones": {
			object(statefulSet, "b", bitcoindSet()), object(serviceType, "s", addressed("bitcoind", "None")), object(serviceType, "p", addressed("bitcoind", "None")),
		},
	},
}

// leadsTo tells whether a Service selects pods with these labels. One without a selector selects none.
func leadsTo(service pack.Resource, labels pack.Value) bool {
	selector := service.At("spec", "selector")
	if !selector.Known() {
		return selector.Is("ours")
	}
	if !selector.Given() || len(selector.Keys()) == 0 {
		return false
	}
	for _, key := range selector.Keys() {
		if !same(labels.At(key), selector.At(key)) {
			return false
		}
	}
	return true
}

// addressed is a Service that leads to the pods of an app.
func addressed(app string, clusterIP any) map[string]any {
	spec := map[string]any{"selector": map[string]any{nameLabel: app}}
	if clusterIP != nil {
		spec["clusterIP"] = clusterIP
	}
	return map[string]any{"metadata": map[string]any{"name": app, "namespace": "btc"}, "spec": spec}
}
