package systemhardening

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// everywhere matches the networks 0.0.0.0/0 and ::/0 however they are written.
var everywhere = regexp.MustCompile(`/0+$`)

var sgOpenEgress = pack.Rule{
	Name: "sg-open-egress",
	Types: pack.Tokens("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
		"aws:ec2/securityGroupRule:SecurityGroupRule", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
	Severity: pack.Medium,
	CKS:      "system-hardening/external-access",
	Must:     "No security group lets everything out to everywhere.",
	Why:      "A way out on all ports is how a stolen seed leaves and how a miner finds its pool; what a node or an endpoint has to reach is known.",
	Fix:      "Name protocol, ports and networks in the egress rule; a node's group that must reach peers on any port is listed by the name of its resource in the setting groups.",
	Refs:     []string{"AWS-0104"},
	Settings: map[string]any{"groups": []string{}},
	Check: func(r pack.Resource, violate pack.Report) {
		if slices.Contains(r.Setting("groups").Texts(), r.Name) {
			return
		}
		switch r.Type {
		case "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
			to := slices.Concat(r.At("cidrIpv4").Each(), r.At("cidrIpv6").Each())
			refuseOpen(r.At("ipProtocol"), to, violate)
		case "aws:ec2/securityGroupRule:SecurityGroupRule":
			if r.At("type").Is("egress") {
				refuseOpen(r.At("protocol"), networks(r.At("cidrBlocks"), r.At("ipv6CidrBlocks")), violate)
			}
		default:
			for _, rule := range r.At("egress").List() {
				refuseOpen(rule.At("protocol"), networks(rule.At("cidrBlocks"), rule.At("ipv6CidrBlocks")), violate)
			}
		}
	},
	Pass: pack.Cases{
		"no egress":     securityGroup(nil),
		"HTTPS":         securityGroup(list{egress("tcp", "0.0.0.0/0")}),
		"to the VPC":    securityGroup(list{egress("-1", "10.0.0.0/16")}),
		"an ingress":    pack.One("aws:ec2/securityGroupRule:SecurityGroupRule", object{"type": "ingress", "protocol": "-1", "cidrBlocks": list{"0.0.0.0/0"}}),
		"a rule, HTTPS": pack.One("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", object{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0"}),
	},
	Fail: pack.Cases{
		"all":               securityGroup(list{egress("-1", "0.0.0.0/0")}),
		"all, as a number":  securityGroup(list{egress(-1, "0.0.0.0/0")}),
		"all, in words":     securityGroup(list{egress("all", "0.0.0.0/0")}),
		"one of the rules":  securityGroup(list{egress("tcp", "10.0.0.0/16"), egress("-1", "10.0.0.0/16", "0.0.0.0/0")}),
		"to all of IPv6":    securityGroup(list{object{"protocol": "-1", "ipv6CidrBlocks": list{"::/0"}}}),
		"the default group": pack.One("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", object{"egress": list{egress("-1", "0.0.0.0/0")}}),
		"an old rule":       pack.One("aws:ec2/securityGroupRule:SecurityGroupRule", object{"type": "egress", "protocol": "-1", "cidrBlocks": list{"0.0.0.0/0"}}),
		"a rule":            pack.One("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", object{"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}),
		"a rule, IPv6":      pack.One("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", object{"ipProtocol": "-1", "cidrIpv6": "::/0"}),
	},
}

func networks(lists ...pack.Value) []pack.Value {
	var all []pack.Value
	for _, list := range lists {
		all = append(all, list.List()...)
	}
	return all
}

func refuseOpen(protocol pack.Value, to []pack.Value, violate pack.Report) {
	for _, network := range to {
		if (protocol.Is("-1") || protocol.Is("all")) && network.Matches(everywhere) {
			violate(protocol.Path() + " has to be one protocol where " + network.Path() + " is every address.")
		}
	}
}

func securityGroup(egress list) pack.Case {
	return pack.One("aws:ec2/securityGroup:SecurityGroup", object{"vpcId": pack.Unknown, "egress": egress})
}

func egress(protocol any, networks ...string) object {
	var blocks list
	for _, network := range networks {
		blocks = append(blocks, network)
	}
	return object{"protocol": protocol, "fromPort": 0, "toPort": 0, "cidrBlocks": blocks}
}
