package config

// Architectures, as Kubernetes and the image locks name them.
const (
	ARM64 = "arm64"
	AMD64 = "amd64"
)

// HoldsMoney says that a node of this stack is on a network whose coins have a price.
func (p Platform) HoldsMoney() bool {
	for _, node := range p.Nodes {
		if network, ok := NetworkNamed(node.Network); ok && network.Money {
			return true
		}
	}
	return false
}

// Namespace is the Kubernetes namespace of everything that belongs to the node.
func (n Node) Namespace() string { return "bitcoin-" + n.Name }

// Arch is the CPU architecture of the pool's instances, arm64 or amd64. After Load it is that of all of them.
func (p NodePool) Arch() string {
	if len(p.InstanceTypes) > 0 {
		return instanceArch(p.InstanceTypes[0])
	}
	return AMD64
}

// ZonesOf is how many zones of the network the pool uses, with 0 resolved to all of them.
func (p NodePool) ZonesOf(network Network) int {
	if p.Zones == 0 {
		return network.Zones
	}
	return p.Zones
}
