package bitcoin

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var rpcNotExposed = pack.Rule{
	Name:     "rpc-not-exposed",
	Types:    exposed(),
	Severity: pack.Critical,
	CKS:      "bitcoin/exposure",
	Must:     "Only named pods reach the RPC of bitcoind.",
	Why: "The RPC speaks plain HTTP with a password in each request. Whoever reaches it from the outside listens in, guesses, stops the " +
		"node, or tells lnd that a payment is settled.",
	Fix: "Keep the Service of type ClusterIP, and let each peer of the NetworkPolicy's ingress name a namespaceSelector and a podSelector, " +
		"no ipBlock.",
	Refs: []string{"Bitcoin Core doc/JSON-RPC-interface.md", "reference/bitcoin.md 4.15, 4.16"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		inner{program: bitcoind, ports: []int{8332, 18332, 18443, 38332, 48332}, names: rpcName}.check(s, violate)
	},
	Pass: pack.Cases{
		"named pods":         pack.One(policyType, ingressPolicy("bitcoind", 8332, named())),
		"peers of the chain": pack.One(policyType, ingressPolicy("bitcoind", 8333, everyone())),
		"in the cluster":     pack.One(serviceType, reachable("bitcoind", "ClusterIP", 8332)),
		"P2P to the world":   pack.One(serviceType, reachable("bitcoind", "LoadBalancer", 8333)),
	},
	Fail: pack.Cases{
		"load balancer":      pack.One(serviceType, reachable("bitcoind", "LoadBalancer", 8332)),
		"port of each node":  pack.One(serviceType, reachable("x", "NodePort", 48332)),
		"behind another":     pack.One(serviceType, with(reachable("x", "LoadBalancer", 80), "18332", "spec", "ports", 0, "targetPort")),
		"by name":            pack.One(serviceType, with(reachable("bitcoind", "LoadBalancer", 80), "rpc", "spec", "ports", 0, "targetPort")),
		"addresses":          pack.One(policyType, ingressPolicy("bitcoind", 8332, everyone())),
		"an empty peer":      pack.One(policyType, ingressPolicy("bitcoind", "8332", map[string]any{})),
		"pods of everywhere": pack.One(policyType, ingressPolicy("bitcoind", 8332, with(named(), map[string]any{}, "namespaceSelector"))),
		"everybody":          pack.One(policyType, ingressPolicy("bitcoind", 48332)),
		"all ports":          pack.One(policyType, with(ingressPolicy("bitcoind", 1, everyone()), remove{}, "spec", "ingress", 0, "ports")),
		"a range":            pack.One(policyType, with(ingressPolicy("x", 8000, everyone()), 9000, "spec", "ingress", 0, "ports", 0, "endPort")),
		"without a selector": {
			object(statefulSet, "b", unlabelled(bitcoindSet())),
			object(policyType, "p", with(with(ingressPolicy("x", "rpc", everyone()), map[string]any{}, "spec", "podSelector"), "btc", "metadata", "namespace")),
		},
		"ingress": pack.One("kubernetes:networking.k8s.io/v1:Ingress", map[string]any{"spec": map[string]any{"rules": []any{map[string]any{"http": map[string]any{
			"paths": []any{map[string]any{"backend": map[string]any{"service": map[string]any{"name": "x", "port": map[string]any{"number": 8332}}}}},
		}}}}}),
	},
}

var rpcName = regexp.MustCompile(`(?i)rpc`)
