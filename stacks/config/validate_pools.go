package config

import (
	"fmt"
	"regexp"
	"slices"
)

// instanceForm splits an EC2 instance type: m7gd.2xlarge is family m, generation 7, attributes gd, size 2xlarge.
var instanceForm = regexp.MustCompile(`^([a-z]+)([0-9]+)([a-z]*)(?:-[a-z0-9]+)?\.(nano|micro|small|medium|large|xlarge|[1-9][0-9]{0,2}xlarge|metal(?:-[0-9]+xl)?)$`)

// instanceArch is the CPU architecture of an instance type. AWS marks its Graviton processors by a g right behind the
// generation (m7g, c6gn, r8gd); the first of them, a1, is from before that rule.
func instanceArch(instance string) string {
	parts := instanceForm.FindStringSubmatch(instance)
	if parts == nil {
		return AMD64
	}
	if family, attributes := parts[1]+parts[2], parts[3]; family == "a1" || attributes != "" && attributes[0] == 'g' {
		return ARM64
	}
	return AMD64
}

// checkPools checks both pools of worker nodes.
func checkPools(p Platform, found *mistakes) {
	e := p.Cluster.EKS
	checkPool("cluster.eks.systemPool", e.SystemPool, e.Network, found)
	checkPool("cluster.eks.bitcoinPool", e.BitcoinPool, e.Network, found)

	// Refused cluster.eks.bitcoinPool.capacity: spot on a stack with a mainnet node. AWS takes a spot instance back after two minutes, while bitcoind needs up to fifteen to stop, and an lnd that is cut off can lose its channel database.
	if e.BitcoinPool.Capacity == Spot && p.HoldsMoney() {
		found.add("cluster.eks.bitcoinPool.capacity", string(Spot), "on-demand, because nodes of this stack hold money")
	}
}

func checkPool(at string, pool NodePool, network Network, found *mistakes) {
	checkInstanceTypes(at+".instanceTypes", pool.InstanceTypes, found)
	// Refused cluster.eks.*Pool.capacity: anything but on-demand and spot.
	if pool.Capacity != OnDemand && pool.Capacity != Spot {
		found.add(at+".capacity", string(pool.Capacity), "on-demand or spot")
	}
	// Refused cluster.eks.*Pool.zones: more zones than the network has.
	if pool.Zones < 0 {
		found.add(at+".zones", pool.Zones, "0 (all zones) or more")
	} else if pool.Zones > network.Zones && found.clean("cluster.eks.network.zones") {
		found.add(at+".zones", pool.Zones, fmt.Sprintf("at most %d, as many as network.zones", network.Zones))
	}
	// Refused cluster.eks.*Pool.min, desired, max: other than 1 ≤ min ≤ desired ≤ max ≤ 450. An empty pool leaves its workloads pending, and 450 is EKS' quota of nodes for a group.
	if pool.Min < 1 {
		found.add(at+".min", pool.Min, "at least 1")
	}
	if pool.Max < 1 || pool.Max > 450 {
		found.add(at+".max", pool.Max, "1 to 450")
	}
	if pool.Min > pool.Max && found.clean(at+".min", at+".max") {
		found.add(at+".max", pool.Max, fmt.Sprintf("at least min, %d", pool.Min))
	}
	if (pool.Desired < pool.Min || pool.Desired > pool.Max) && found.clean(at+".min", at+".max") {
		found.add(at+".desired", pool.Desired, fmt.Sprintf("min to max, %d to %d", pool.Min, pool.Max))
	}
	// Refused cluster.eks.*Pool.diskGiB: other than 20 to 16384. Images and logs fill a smaller disk, and evictions follow.
	if pool.DiskGiB < 20 || pool.DiskGiB > 16384 {
		found.add(at+".diskGiB", pool.DiskGiB, "20 to 16384")
	}
}

func checkInstanceTypes(at string, types []string, found *mistakes) {
	// Refused cluster.eks.*Pool.instanceTypes: an empty list, or more than 20 (EKS' limit for a node group).
	if len(types) == 0 {
		found.add(at, []any{}, "at least one instance type, such as m7g.large")
	}
	if len(types) > 20 {
		found.addText(at, fmt.Sprintf("a list of %d", len(types)), "at most 20 instance types")
	}
	for i, instance := range types {
		path := fmt.Sprintf("%s[%d]", at, i)
		switch {
		// Refused cluster.eks.*Pool.instanceTypes[]: a name that is no EC2 instance type, such as a family without a size.
		case !instanceForm.MatchString(instance):
			found.add(path, instance, "an EC2 instance type such as m7g.large")
		// Refused cluster.eks.*Pool.instanceTypes[]: one that is listed twice.
		case slices.Index(types, instance) < i:
			found.add(path, instance, "each instance type once")
		// Refused cluster.eks.*Pool.instanceTypes[]: another CPU architecture than the first one's. A node group boots one machine image.
		case instanceArch(instance) != instanceArch(types[0]) && found.clean(at+"[0]"):
			found.add(path, instance, "an instance type for "+instanceArch(types[0])+", like the first one")
		}
	}
}
