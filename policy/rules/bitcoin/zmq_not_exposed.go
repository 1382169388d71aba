package bitcoin

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var zmqNotExposed = pack.Rule{
	Name:     "zmq-not-exposed",
	Types:    exposed(),
	Severity: pack.High,
	CKS:      "bitcoin/exposure",
	Must:     "Only named pods reach the ZMQ ports of bitcoind.",
	Why: "ZMQ asks nobody who they are. What a stranger learns or slows down there is what lnd builds its view of the chain on, and a late " +
		"block is a missed deadline.",
	Fix:  "Keep the Service of type ClusterIP, and let each peer of the NetworkPolicy's ingress name a namespaceSelector and a podSelector.",
	Refs: []string{"Bitcoin Core doc/zmq.md", "reference/bitcoin.md 4.16"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		inner{program: bitcoind, ports: []int{28332, 28333, 28334, 28335}, names: zmqName}.check(s, violate)
	},
	Pass: pack.Cases{
		"named pods":     pack.One(policyType, ingressPolicy("bitcoind", 28332, named())),
		"in the cluster": pack.One(serviceType, with(reachable("bitcoind", "", 28333), remove{}, "spec", "type")),
	},
	Fail: pack.Cases{
		"load balancer":      pack.One(serviceType, reachable("bitcoind", "LoadBalancer", 28332)),
		"address by hand":    pack.One(serviceType, with(reachable("x", "ClusterIP", 28333), texts("192.0.2.1"), "spec", "externalIPs")),
		"addresses":          pack.One(policyType, ingressPolicy("bitcoind", 28333, named(), everyone())),
		"everybody in there": pack.One(policyType, ingressPolicy("bitcoind", "zmq-tx", with(named(), remove{}, "podSelector"))),
	},
}

var zmqName = regexp.MustCompile(`(?i)zmq`)
