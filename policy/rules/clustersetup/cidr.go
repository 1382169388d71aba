package clustersetup

import (
	"net/netip"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// cidr returns the range of addresses that a text names. An IPv4 range that is written as an IPv6 one is returned as IPv4.
func cidr(v pack.Value) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(v.Text())
	if err != nil {
		return netip.Prefix{}, false
	}
	if addr := prefix.Addr(); addr.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96)
	}
	return prefix, true
}

// open tells whether a range that is given is the internet: shorter than /8, or for IPv6 shorter than the /7 of the local addresses.
// That catches the internet cut in halves, too. What cannot be read as a range counts as open; what is not known leaves the check open.
func open(v pack.Value) bool {
	prefix, is := cidr(v)
	if !v.Known() {
		return false
	}
	if !is {
		return true
	}
	if prefix.Addr().Is4() {
		return prefix.Bits() < 8
	}
	return prefix.Bits() < 7
}

// anyOpen tells whether one of the ranges in a list is the internet.
func anyOpen(ranges pack.Value) bool {
	for _, v := range ranges.List() {
		if open(v) {
			return true
		}
	}
	return false
}

// excepts tells whether an ipBlock takes the address out of its range.
func excepts(block pack.Value, addr netip.Addr) bool {
	except := block.At("except")
	if !except.Known() {
		return assumed(except)
	}
	for _, v := range except.List() {
		if !v.Known() {
			if assumed(v) {
				return true
			}
			continue
		}
		if prefix, is := cidr(v); is && prefix.Contains(addr) {
			return true
		}
	}
	return false
}
