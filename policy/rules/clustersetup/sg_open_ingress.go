package clustersetup

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var tcp = regexp.MustCompile(`^(?i:tcp|6)$`)

var sgOpenIngress = pack.Rule{
	Name:     "sg-open-ingress",
	Types:    pack.Tokens(securityGroup, defaultGroup, groupRule, groupIngressRule),
	Severity: pack.Critical,
	CKS:      "system-hardening/external-access",
	Must:     "Security groups let the internet in on a few listed TCP ports only.",
	Why: "Whoever scans the address space finds an open port within hours: SSH, a kubelet, the RPC of bitcoind or lnd. Only ports whose" +
		" protocol is made for strangers, such as the peer-to-peer ones, may answer them.",
	Fix: "Name the networks or security groups that need the port, or open single TCP ports that the setting ports lists.",
	Refs: []string{
		"Trivy AWS-0107", "pulumi/compliance-policies: ec2 SecurityGroup disallowPublicInternetIngress", "AWS VPC user guide: security group rules",
	},
	Settings: map[string]any{"ports": []string{"80", "443", "8333", "9735"}},
	Check: func(r pack.Resource, violate pack.Report) {
		ports := r.Setting("ports").Texts()
		for _, entry := range ingressRules(r) {
			from, to, protocol := entry.At("fromPort"), entry.At("toPort"), entry.At("protocol")
			if r.Type == groupIngressRule {
				protocol = entry.At("ipProtocol")
			}
			// A range of ports is none of the listed ports, even when it begins and ends at them.
			listed := protocol.Matches(tcp) && slices.ContainsFunc(ports, func(p string) bool { return from.Is(p) && to.Is(p) })
			if listed {
				continue
			}
			for _, name := range []string{"cidrBlocks", "ipv6CidrBlocks"} {
				if ranges := entry.At(name); anyOpen(ranges) {
					violate(ranges.Path() + " lets the internet in on ports that are not listed; want networks of /8 or narrower.")
				}
			}
			for _, name := range []string{"cidrIpv4", "cidrIpv6"} {
				if v := entry.At(name); v.Given() && open(v) {
					violate(v.Path() + " lets the internet in on ports that are not listed; want a network of /8 or narrower.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"from the VPC":              ingressOf("tcp", 22, 22, "10.30.0.0/16"),
		"HTTPS for everybody":       ingressOf("tcp", 443, 443, "0.0.0.0/0"),
		"bitcoin for everybody":     ingressOf("6", "8333", "8333", "0.0.0.0/0"),
		"no rules":                  pack.One(securityGroup, object{"description": "none"}),
		"a rule for what goes out":  pack.One(groupRule, object{"type": "egress", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": list{"0.0.0.0/0"}}),
		"a rule from another group": pack.One(groupRule, object{"type": "ingress", "protocol": "-1", "fromPort": 0, "toPort": 0, "sourceSecurityGroupId": "sg-1"}),
		"Lightning for everybody":   pack.One(groupIngressRule, object{"ipProtocol": "tcp", "fromPort": 9735, "toPort": 9735, "cidrIpv6": "::/0"}),
	},
	Fail: pack.Cases{
		"SSH":               ingressOf("tcp", 22, 22, "0.0.0.0/0"),
		"everything":        ingressOf("-1", 0, 0, "0.0.0.0/0"),
		"HTTPS and above":   ingressOf("tcp", 443, 9735, "0.0.0.0/0"),
		"HTTPS over UDP":    ingressOf("udp", 443, 443, "0.0.0.0/0"),
		"no ports":          pack.One(securityGroup, object{"ingress": list{object{"protocol": "tcp", "cidrBlocks": list{"0.0.0.0/0"}}}}),
		"half the internet": ingressOf("tcp", 22, 22, "128.0.0.0/1"),
		"no range at all":   ingressOf("tcp", 22, 22, "everywhere"),
		"the second range":  pack.One(securityGroup, object{"ingress": list{object{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": list{"10.0.0.0/8"}, "ipv6CidrBlocks": list{"fd00::/8", "::/0"}}}}),
		"the default group": pack.One(defaultGroup, object{"ingress": list{object{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": list{"0.0.0.0/0"}}}}),
		"a rule by itself":  pack.One(groupRule, object{"type": "ingress", "protocol": "tcp", "fromPort": 8332, "toPort": 8332, "cidrBlocks": list{"0.0.0.0/0"}}),
		"an ingress rule":   pack.One(groupIngressRule, object{"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}),
		"an IPv6 one":       pack.One(groupIngressRule, object{"ipProtocol": "tcp", "fromPort": 10009, "toPort": 10009, "cidrIpv6": "::/0"}),
	},
}

// ingressRules returns what a security group or a rule of one lets in.
func ingressRules(r pack.Resource) []pack.Value {
	switch r.Type {
	case securityGroup, defaultGroup:
		return r.At("ingress").List()
	case groupRule:
		if !gate(r.At("type")).Is("ingress") {
			return nil
		}
	}
	return []pack.Value{r.At()}
}

// ingressOf is a sample of a security group with one rule.
func ingressOf(protocol string, from, to any, cidr string) pack.Case {
	return pack.One(securityGroup, object{"ingress": list{object{"protocol": protocol, "fromPort": from, "toPort": to, "cidrBlocks": list{cidr}}}})
}
