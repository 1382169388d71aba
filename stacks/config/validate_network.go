package config

import (
	"fmt"
	"net/netip"
)

// checkNetwork checks the VPC and the addresses of Services.
func checkNetwork(n Network, found *mistakes) {
	const at = "cluster.eks.network."
	// Refused cluster.eks.network.cidr: anything but a private IPv4 range (RFC 1918) of /16 to /20, without host bits: 10.0.1.0/16 is stored by AWS as 10.0.0.0/16. A VPC is /16 at most, and below /20 the pods of three zones run out of addresses.
	vpc := checkPrivate(at+"cidr", n.CIDR, 16, 20, found)
	// Refused cluster.eks.network.serviceCidr: anything but a private IPv4 range of /12 to /24 (EKS' rule), or one that overlaps the VPC's. It cannot be changed once the cluster exists.
	services := checkPrivate(at+"serviceCidr", n.ServiceCIDR, 12, 24, found)
	if found.clean(at+"cidr", at+"serviceCidr") && vpc.Overlaps(services) {
		found.add(at+"serviceCidr", n.ServiceCIDR, "a range outside of network.cidr "+short(n.CIDR))
	}
	// Refused cluster.eks.network.zones: fewer than 2, which EKS does not accept, or more than 3, which not every region has.
	if n.Zones < 2 || n.Zones > 3 {
		found.add(at+"zones", n.Zones, "2 or 3")
	}
	// Refused cluster.eks.network.nat: anything but one and per-zone.
	if n.NAT != NATOne && n.NAT != NATPerZone {
		found.add(at+"nat", string(n.NAT), "one or per-zone")
	}
}

// privateRanges are those of RFC 1918, the only ones that EKS takes for Services and the only ones for a VPC whose
// addresses nobody else on the internet owns.
func privateRanges() []netip.Prefix {
	return []netip.Prefix{
		netip.PrefixFrom(netip.AddrFrom4([4]byte{10}), 8),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{172, 16}), 12),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168}), 16),
	}
}

// checkPrivate reads a private range whose length is between widest and narrowest.
func checkPrivate(path, text string, widest, narrowest int, found *mistakes) netip.Prefix {
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil || !prefix.Addr().Is4():
		found.add(path, text, fmt.Sprintf("an IPv4 range from /%d to /%d, such as 10.0.0.0/16", widest, narrowest))
	case prefix.Masked() != prefix:
		found.add(path, text, short(prefix.Masked().String())+": host bits are set")
	case prefix.Bits() < widest || prefix.Bits() > narrowest:
		found.add(path, text, fmt.Sprintf("a range from /%d to /%d", widest, narrowest))
	case !private(prefix):
		found.add(path, text, "a private range, within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
	}
	return prefix
}

func private(prefix netip.Prefix) bool {
	for _, whole := range privateRanges() {
		if whole.Bits() <= prefix.Bits() && whole.Contains(prefix.Addr()) {
			return true
		}
	}
	return false
}

// checkPublicCIDRs checks who may reach the API server from the internet.
func checkPublicCIDRs(texts []string, found *mistakes) {
	const at = "cluster.eks.publicCidrs"
	// Refused cluster.eks.publicCidrs: more than 40 ranges, EKS' quota.
	if len(texts) > 40 {
		found.addText(at, fmt.Sprintf("a list of %d", len(texts)), "at most 40 ranges")
		return
	}
	var earlier []netip.Prefix
	for i, text := range texts {
		path := fmt.Sprintf("%s[%d]", at, i)
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			found.add(path, text, "an IPv4 range such as 198.51.100.0/24")
		// Refused cluster.eks.publicCidrs[]: 0.0.0.0/0 and ::/0, or another range wider than /8, since two of /1 make up the whole internet.
		case prefix.Bits() == 0 || prefix.Addr().Is4() && prefix.Bits() < 8:
			found.add(path, text, "a range of /8 or narrower: the API server is not for the whole internet")
		// Refused cluster.eks.publicCidrs[]: an IPv6 range. EKS takes these only for clusters whose family is IPv6, and SatKube's is IPv4.
		case !prefix.Addr().Is4():
			found.add(path, text, "an IPv4 range: the cluster's addresses are IPv4")
		// Refused cluster.eks.publicCidrs[]: a range with host bits set; EKS would store another one than was reviewed.
		case prefix.Masked() != prefix:
			found.add(path, text, short(prefix.Masked().String())+": host bits are set")
		// Refused cluster.eks.publicCidrs[]: a private or otherwise reserved range, which never reaches a public endpoint and which EKS turns down.
		case private(prefix) || !prefix.Addr().IsGlobalUnicast():
			found.add(path, text, "a range of public addresses")
		default:
			// Refused cluster.eks.publicCidrs[]: a range that overlaps an earlier one of the list.
			for j, other := range earlier {
				if other.Overlaps(prefix) {
					found.add(path, text, fmt.Sprintf("a range that does not overlap publicCidrs[%d]", j))
				}
			}
		}
		if err != nil {
			prefix = netip.Prefix{} // keeps the indexes right, and overlaps nothing
		}
		earlier = append(earlier, prefix)
	}
}
