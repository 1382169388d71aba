package bitcoin

import (
	"net/netip"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var rpcAllowsPrivateAddresses = pack.Rule{
	Name:     "rpc-allows-private-addresses",
	Types:    configured(),
	Severity: pack.High,
	CKS:      "bitcoin/exposure",
	Must:     "bitcoind answers RPC calls from private addresses only.",
	Why:      "With rpcallowip=0.0.0.0/0 one mistake in a Service or in a NetworkPolicy is enough for the whole internet to guess passwords.",
	Fix:      "Set rpcallowip to the addresses that pods have, in CIDR notation.",
	Refs:     []string{"Bitcoin Core doc/JSON-RPC-interface.md", "reference/bitcoin.md 4.15"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, source := range bitcoind.sources(r) {
			if slices.ContainsFunc(source.all("rpcallowip"), func(v string) bool { return !private(v) }) {
				violate(source.where + " has an rpcallowip that is no private network.")
			}
		}
	},
	Pass: pack.Cases{
		"pods":   pack.One(configMap, file("bitcoind", "rpcallowip=10.20.0.0/16", "rpcallowip=127.0.0.1", "rpcallowip=192.168.0.0/255.255.0.0")),
		"nobody": pack.One(statefulSet, bitcoindSet()),
	},
	Fail: pack.Cases{
		"everybody":         pack.One(configMap, file("bitcoind", "rpcallowip=0.0.0.0/0")),
		"everybody in IPv6": pack.One(configMap, file("bitcoind", "rpcallowip=::/0")),
		"half of everybody": pack.One(statefulSet, with(bitcoindSet(), texts("-rpcallowip=0.0.0.0/1"), inside("args")...)),
		"more than 10/8":    pack.One(configMap, file("bitcoind", "rpcallowip=10.0.0.0/7")),
		"by mask":           pack.One(configMap, file("bitcoind", "rpcallowip=10.0.0.0/0.0.0.0")),
	},
}

// private tells whether an address, or a network by its length or mask, lies within the networks that are not routed on the internet.
func private(text string) bool {
	base, length, given := strings.Cut(text, "/")
	addr, err := netip.ParseAddr(base)
	if err != nil {
		return false
	}
	bits := addr.BitLen()
	if given {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			bits = prefix.Bits()
		} else if bits, err = maskBits(length); err != nil {
			return false
		}
	}
	for _, within := range []string{"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "::1/128"} {
		if p := netip.MustParsePrefix(within); p.Contains(addr) && bits >= p.Bits() {
			return true
		}
	}
	return false
}

// maskBits is the length of a mask such as 255.255.0.0; the bits after the first zero count as zeros.
func maskBits(mask string) (int, error) {
	addr, err := netip.ParseAddr(mask)
	bits := 0
	for _, b := range addr.AsSlice() {
		for ; b&0x80 != 0; b <<= 1 {
			bits++
		}
		if bits%8 != 0 {
			break
		}
	}
	return bits, err
}
