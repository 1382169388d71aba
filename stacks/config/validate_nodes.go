package config

import (
	"fmt"
	"strings"
)

const wantNodes = "at least one node, with name, network and bitcoind.storage"

// wantNetwork lists the networks by name.
func wantNetwork() string {
	var names []string
	for _, network := range Networks() {
		names = append(names, network.Name)
	}
	return "one of " + strings.Join(names, ", ")
}

// checkNodes checks the nodes, each by itself and all of them together.
func checkNodes(p Platform, found *mistakes) {
	// Refused nodes: an empty list.
	if len(p.Nodes) == 0 {
		found.add("nodes", []any{}, wantNodes)
	}
	names, class := map[string]int{}, BitcoinNetwork{}
	for i, node := range p.Nodes {
		at := fmt.Sprintf("nodes[%d]", i)
		// Refused nodes[].name: more than 40 characters, or other ones than lower-case letters, digits and inner hyphens: it becomes the namespace bitcoin-NAME and a part of DNS names.
		if !dnsName.MatchString(node.Name) {
			found.add(at+".name", node.Name, wantName)
		}
		// Refused nodes[].name: one that an earlier node has; both would share a namespace, and with it volumes and secrets.
		if first, taken := names[node.Name]; taken {
			found.add(at+".name", node.Name, fmt.Sprintf("another name than nodes[%d]", first))
		} else {
			names[node.Name] = i
		}
		// Refused nodes[].network: anything but mainnet, testnet4, testnet3, signet and regtest. What others call testnet is testnet4 here.
		network, known := NetworkNamed(node.Network)
		if !known {
			found.add(at+".network", node.Network, wantNetwork())
		}
		// Refused nodes[].network: mainnet and a test network in one stack. A cluster for experiments must not be the one that holds money.
		if known && class.Name != "" && class.Money != network.Money {
			found.add(at+".network", node.Network, "a network of the same class as "+class.Name+": money and play money do not share a cluster")
		}
		if known && class.Name == "" {
			class = network
		}
		checkBitcoind(at+".bitcoind", node.Bitcoind, network, found)
		if node.Lightning != nil && found.clean(at+".lightning") {
			checkLightning(at+".lightning", *node.Lightning, network, found)
		}
	}
	// Refused protect: false on a stack with a mainnet node. A destroyed volume of lnd is lost money.
	if !p.Protect && p.HoldsMoney() {
		found.add("protect", false, "true, because nodes of this stack hold money")
	}
}
