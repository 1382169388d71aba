package bitcoin

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var mainnetRefusesSpot = pack.Rule{
	Name: "mainnet-refuses-spot",
	Types: pack.Tokens("aws:eks/nodeGroup:NodeGroup", "eks:index:ManagedNodeGroup", "aws:ec2/launchTemplate:LaunchTemplate").
		And(pack.Kinds("NodePool")),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "A stack with mainnet buys no spot capacity.",
	Why: "EC2 takes a spot machine back at two minutes' notice. lnd and bitcoind need ten minutes and more to stop well, so each time they are " +
		"killed in the middle of a write.",
	Fix:  "Set capacityType to ON_DEMAND, take instanceMarketOptions from the launch template, and spot from the NodePool's requirements.",
	Refs: []string{"reference/bitcoin.md 4.10"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		if !hasMoney(places(s)) {
			return
		}
		for _, g := range s.All(pack.Tokens("aws:eks/nodeGroup:NodeGroup", "eks:index:ManagedNodeGroup")) {
			if kind := g.At("capacityType"); kind.Matches(spot) {
				violate(g, kind.Path()+" buys spot capacity.")
			}
		}
		for _, t := range s.All(pack.Tokens("aws:ec2/launchTemplate:LaunchTemplate")) {
			if kind := t.At("instanceMarketOptions", "marketType"); kind.Matches(spot) {
				violate(t, kind.Path()+" buys spot capacity.")
			}
		}
		for _, pool := range s.All(pack.Kinds("NodePool")) {
			for _, need := range pool.At("spec", "template", "spec", "requirements").List() {
				if need.At("key").Is("karpenter.sh/capacity-type") && need.At("operator").Is("In") && need.At("values").Contains("spot") {
					violate(pool, need.Path()+" allows spot capacity.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"on demand": {object(namespaceType, "btc", namespace(mainnet)), object(nodeGroupType, "g", map[string]any{"capacityType": "ON_DEMAND"})},
		"left out":  {object(namespaceType, "btc", namespace(mainnet)), object(nodeGroupType, "g", map[string]any{})},
		"worthless": {object(namespaceType, "btc", namespace("testnet4")), object(nodeGroupType, "g", map[string]any{"capacityType": "SPOT"})},
	},
	Fail: pack.Cases{
		"spot":            {object(namespaceType, "btc", namespace(mainnet)), object(nodeGroupType, "g", map[string]any{"capacityType": "SPOT"})},
		"by the template": {object(configMap, "c", file("lnd", "bitcoin.mainnet=true")), object("aws:ec2/launchTemplate:LaunchTemplate", "t", map[string]any{"instanceMarketOptions": map[string]any{"marketType": "spot"}})},
		"Karpenter's pool": {object(namespaceType, "btc", namespace(mainnet)), object("kubernetes:karpenter.sh/v1:NodePool", "p", map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{
			"requirements": []any{map[string]any{"key": "karpenter.sh/capacity-type", "operator": "In", "values": texts("on-demand", "spot")}},
		}}}})},
	},
}

var spot = regexp.MustCompile(`(?i)^spot$`)
