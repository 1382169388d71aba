package bitcoin

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

const (
	networkLabel = "satkube.com/network"
	mainnet      = "mainnet"
	regtest      = "regtest"
)

// networks returns the networks that the options name, under one name each.
func (c conf) networks() []string {
	var found []string
	add := func(name string) {
		if !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	for _, o := range c.options {
		switch {
		case o.key == "chain":
			switch o.value {
			case "main", mainnet:
				add(mainnet)
			case "test", "testnet", "testnet3":
				add("testnet3")
			case "testnet4", "signet", regtest:
				add(o.value)
			}
		case o.key == "bitcoin.mainnet" && yes(o.value):
			add(mainnet)
		case (o.key == "testnet" || o.key == "bitcoin.testnet") && yes(o.value):
			add("testnet3")
		case (o.key == "testnet4" || o.key == "bitcoin.testnet4") && yes(o.value):
			add("testnet4")
		case (o.key == "signet" || o.key == "bitcoin.signet") && yes(o.value):
			add("signet")
		case (o.key == regtest || o.key == "bitcoin.regtest") && yes(o.value):
			add(regtest)
		}
	}
	return found
}

// place is a resource that names networks: a Namespace by its label, a node by its options.
type place struct {
	about     pack.Resource
	namespace pack.Value
	label     pack.Value
	conf      conf
}

// on tells whether the place names the network.
func (p place) on(network string) bool {
	return p.label.Is(network) || slices.Contains(p.conf.networks(), network) ||
		slices.ContainsFunc(p.conf.open, func(v pack.Value) bool { return v.Is(network) })
}

// names returns the networks that the place names as far as they are known.
func (p place) names() []string {
	names := p.conf.networks()
	if label := p.label.Text(); label != "" && !slices.Contains(names, label) {
		names = append(names, label)
	}
	return names
}

// places returns what names a network in the stack.
func places(s pack.Stack) []place {
	var found []place
	for _, n := range s.All(pack.Kinds("Namespace")) {
		found = append(found, place{about: n, namespace: n.At("metadata", "name"), label: n.Label(networkLabel)})
	}
	for _, r := range s.All(configured()) {
		for _, p := range []program{bitcoind, lnd} {
			for _, source := range p.sources(r) {
				found = append(found, place{about: r, namespace: r.Namespace(), conf: source.conf})
			}
		}
	}
	return found
}

// on returns the places that name the network.
func on(network string, places []place) []place {
	return slices.DeleteFunc(slices.Clone(places), func(p place) bool { return !p.on(network) })
}

// has tells whether one of the places is the namespace, by the Namespace itself or by the nodes in it.
func has(places []place, namespace pack.Value) bool {
	return slices.ContainsFunc(places, func(p place) bool { return sameNamespace(p.namespace, namespace) })
}

// hasMoney tells whether anything in the stack is on the network whose coins are worth money.
func hasMoney(places []place) bool {
	return slices.ContainsFunc(places, func(p place) bool { return p.on(mainnet) })
}
