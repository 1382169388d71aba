package clustersetup

import (
	"net/netip"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var netpolImdsBlocked = pack.Rule{
	Name:     "netpol-imds-blocked",
	Types:    twins(networkPolicy),
	Severity: pack.High,
	CKS:      "cluster-setup/node-metadata",
	Must:     "A NetworkPolicy whose egress covers the address of the instance metadata service takes it out again.",
	Why: "A pod that reaches 169.254.169.254 can ask for the node's IAM credentials and act as the node: pull every image, read every" +
		" instance, move network interfaces.",
	Fix: "List 169.254.169.254/32, or a range that holds it, in except of the ipBlock (fd00:ec2::254/128 for IPv6); 169.254.170.23/32 stays" +
		" open for EKS Pod Identity.",
	Refs: []string{"Kubescape C-0052", "Amazon EKS best practices: restrict access to the instance profile"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, rule := range r.At("spec", "egress").List() {
			to := rule.At("to")
			if to.Absent() && reachesHTTP(rule.At("ports")) {
				violate(to.Path() + " is left out, so that the rule covers the metadata service; want peers.")
			}
			for _, peer := range to.List() {
				block := peer.At("ipBlock")
				prefix, is := cidr(block.At("cidr"))
				for _, addr := range metadataServices() {
					if is && prefix.Contains(addr) && !excepts(block, addr) {
						violate(block.At("except").Path() + " does not take out the metadata service that the range covers; want its address in it.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"taken out":                policy(object{"egress": list{to("0.0.0.0/0", "169.254.169.254/32")}}),
		"taken out with its range": policy(object{"egress": list{to("0.0.0.0/0", "10.0.0.0/8", "169.254.0.0/16")}}),
		"Pod Identity":             policy(object{"egress": list{to("169.254.170.23/32")}}),
		"the VPC":                  policy(object{"egress": list{to("10.30.0.0/16")}}),
		"labels":                   policy(object{"egress": list{object{"to": list{peer("db")}}}}),
		"DNS for everybody":        policy(object{"egress": list{object{"ports": list{object{"port": 53, "protocol": "UDP"}, object{"port": 53, "protocol": "TCP"}}}}}),
		"no egress":                policy(object{"podSelector": object{}, "policyTypes": list{"Egress"}}),
		"IPv6":                     policy(object{"egress": list{to("::/0", "fd00:ec2::/32")}}),
		"a list":                   policyList(object{"egress": list{to("0.0.0.0/0", "169.254.169.254/32")}}),
	},
	Fail: pack.Cases{
		"the internet":                 policy(object{"egress": list{to("0.0.0.0/0")}}),
		"another address taken out":    policy(object{"egress": list{to("0.0.0.0/0", "10.0.0.0/8", "169.254.170.23/32")}}),
		"except a text":                policy(object{"egress": list{object{"to": list{object{"ipBlock": object{"cidr": "0.0.0.0/0", "except": "169.254.0.0/16"}}}}}}),
		"link-local addresses":         policy(object{"egress": list{to("169.254.0.0/16", "169.254.170.0/24")}}),
		"half the internet":            policy(object{"egress": list{to("128.0.0.0/1")}}),
		"IPv6":                         policy(object{"egress": list{to("::/0", "2600::/12")}}),
		"the second peer":              policy(object{"egress": list{object{"to": list{peer("db"), ipBlock("0.0.0.0/0", nil)}}}}),
		"everything":                   policy(object{"egress": list{object{}}}),
		"every address on these ports": policy(object{"egress": list{object{"ports": list{object{"port": 1, "endPort": 443, "protocol": "TCP"}}}}}),
		"a patch":                      policyPatch(object{"egress": list{object{"to": list{object{"ipBlock": object{"cidr": "0.0.0.0/0", "except": list{"10.0.0.0/8"}}}}}}}),
		"a list":                       policyList(object{"egress": list{to("0.0.0.0/0")}}),
	},
}

// metadataServices are the addresses at which EC2 serves instance metadata.
func metadataServices() []netip.Addr {
	return []netip.Addr{netip.AddrFrom4([4]byte{169, 254, 169, 254}), netip.MustParseAddr("fd00:ec2::254")}
}

// reachesHTTP tells whether a rule for these ports is one for TCP port 80, the only one of the metadata service.
func reachesHTTP(ports pack.Value) bool {
	if ports.Absent() {
		return true
	}
	for _, p := range ports.List() {
		port := p.At("port")
		if gate(p.At("protocol")).In("UDP", "SCTP") {
			continue
		}
		if port.Absent() || port.Is(80) || port.AtMost(80) && p.At("endPort").AtLeast(80) {
			return true
		}
	}
	return false
}
