package bitcoin

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var lndRPCNotExposed = pack.Rule{
	Name:     "lnd-rpc-not-exposed",
	Types:    exposed(),
	Severity: pack.Critical,
	CKS:      "bitcoin/exposure",
	Must:     "Only named pods reach the gRPC and REST ports of lnd.",
	Why: "One macaroon that leaks and a port that is reachable, and the wallet is empty within seconds. Before the wallet exists, whoever " +
		"reaches the port can put in a seed of theirs.",
	Fix: "Keep the Service of type ClusterIP, and let each peer of the NetworkPolicy's ingress for 10009 and 8080 name a namespaceSelector " +
		"and a podSelector, no ipBlock.",
	Refs: []string{"lnd docs/macaroons.md", "lnd docs/wallet.md", "reference/bitcoin.md 4.15"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		inner{program: lnd, ports: []int{10009}, common: []int{8080}, names: lndRPCName}.check(s, violate)
	},
	Pass: pack.Cases{
		"named pods":       pack.One(policyType, ingressPolicy("lnd", 10009, named())),
		"peers of lnd":     pack.One(policyType, ingressPolicy("lnd", 9735, everyone())),
		"another's web":    pack.One(serviceType, reachable("shop", "LoadBalancer", 8080)),
		"P2P to the world": pack.One(serviceType, reachable("lnd", "LoadBalancer", 9735)),
	},
	Fail: pack.Cases{
		"load balancer":     pack.One(serviceType, reachable("lnd", "LoadBalancer", 10009)),
		"REST":              pack.One(serviceType, reachable("lnd", "NodePort", 8080)),
		"by name":           pack.One(serviceType, with(reachable("lnd", "LoadBalancer", 443), "rest", "spec", "ports", 0, "name")),
		"addresses":         pack.One(policyType, ingressPolicy("lnd", 8080, everyone())),
		"another namespace": pack.One(policyType, ingressPolicy("lnd", 10009, with(named(), map[string]any{"matchLabels": map[string]any{}}, "podSelector"))),
		"all ports":         pack.One(policyType, with(ingressPolicy("lnd", 1, named(), map[string]any{}), []any{}, "spec", "ingress", 0, "ports")),
		"ingress": pack.One("kubernetes:networking.k8s.io/v1:Ingress", map[string]any{"spec": map[string]any{
			"defaultBackend": map[string]any{"service": map[string]any{"name": "lnd", "port": map[string]any{"name": "rest"}}},
		}}),
	},
}

var lndRPCName = regexp.MustCompile(`(?i)(rpc|rest)`)
