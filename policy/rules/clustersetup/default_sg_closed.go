package clustersetup

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var defaultSGClosed = pack.Rule{
	Name:     "default-sg-closed",
	Types:    pack.Tokens(vpc, defaultGroup),
	Severity: pack.Low,
	CKS:      "system-hardening/external-access",
	Must:     "The default security group of every VPC is taken over and lets nothing in or out.",
	Why: "Whatever is started without a security group joins the default one, where all members reach each other and the internet. Closed, such" +
		" a mistake is noticed at once.",
	Fix:  "Add an aws.ec2.DefaultSecurityGroup with the VPC's vpcId, and with neither ingress nor egress.",
	Refs: []string{"Trivy AWS-0173", "AWS VPC user guide: default security groups"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		groups := s.All(pack.Tokens(defaultGroup))
		for _, r := range groups {
			for _, name := range []string{"ingress", "egress"} {
				if rules := r.At(name); !rules.Absent() {
					violate(r, rules.Path()+" is given; want the default group without rules.")
				}
			}
		}
		vpcs, free := unclaimed(s.All(pack.Tokens(vpc)), groups)
		for _, r := range vpcs {
			// Ids of VPCs are known only afterwards; groups that do not depend on a VPC of the stack are counted instead.
			if len(vpcs) > free {
				violate(r, "The stack does not take over the default security group of this VPC; want an aws.ec2.DefaultSecurityGroup for it.")
			}
		}
	},
	Pass: pack.Cases{
		"closed":      joined(network(), pack.One(defaultGroup, object{"vpcId": "vpc-1"})),
		"empty rules": joined(network(), pack.One(defaultGroup, object{"vpcId": "vpc-1", "ingress": list{}, "egress": list{}})),
		"no VPC":      pack.One(subnet, object{"cidrBlock": "10.30.0.0/22"}),
	},
	Fail: pack.Cases{
		"left as it is":   network(),
		"open inside":     joined(network(), pack.One(defaultGroup, object{"ingress": list{object{"protocol": "-1", "fromPort": 0, "toPort": 0, "self": true}}})),
		"open outwards":   joined(network(), pack.One(defaultGroup, object{"egress": list{object{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": list{"0.0.0.0/0"}}}})),
		"one of two":      joined(network(), pack.Case{{Type: vpc, Name: "second", Props: object{"cidrBlock": "10.40.0.0/16"}}}, pack.One(defaultGroup, object{"vpcId": "vpc-1"})),
		"a wrong shape":   joined(network(), pack.One(defaultGroup, object{"ingress": "none"})),
		"without a VPC":   pack.One(defaultGroup, object{"ingress": list{object{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": list{"10.0.0.0/8"}}}}),
		"a plain group's": joined(network(), pack.One(securityGroup, object{"vpcId": "vpc-1"})),
	},
}

// unclaimed returns the VPCs that no default group depends on, and how many groups depend on no VPC of the stack.
func unclaimed(vpcs, groups []pack.Resource) (left []pack.Resource, free int) {
	claimed := map[string]bool{}
	for _, g := range groups {
		bound := false
		for _, v := range vpcs {
			if slices.Contains(g.Dependencies, v.URN) {
				claimed[v.URN], bound = true, true
			}
		}
		if !bound {
			free++
		}
	}
	for _, v := range vpcs {
		if !claimed[v.URN] {
			left = append(left, v)
		}
	}
	return left, free
}

// network is a sample of a VPC.
func network() pack.Case { return pack.One(vpc, object{"cidrBlock": "10.30.0.0/16"}) }
