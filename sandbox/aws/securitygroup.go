package aws

import (
	"fmt"
	"net/netip"
	"strings"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// securityGroupKinds are security groups and the three ways to write their rules.
func securityGroupKinds() map[string]*standin.Kind {
	rule := func(arnPrefix string) *standin.Kind {
		return regional(tagged(&standin.Kind{
			Required:  []string{"ipProtocol", "securityGroupId"},
			Immutable: []string{"securityGroupId"},
			Refuse: []standin.Rule{
				exactlyOne("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"), portsInOrder, allMeansNoPorts,
				validRange("cidrIpv4"), validRange("cidrIpv6"),
			},
			ID: newID("sgr"),
			Outputs: map[string]standin.Output{
				"arn":                 byID("ec2", arnPrefix),
				"securityGroupRuleId": func(c *standin.Call) any { return c.IDOf() },
			},
		}))
	}
	return map[string]*standin.Kind{
		"aws:ec2/securityGroup:SecurityGroup": regional(tagged(&standin.Kind{
			Name:      "name",
			Immutable: []string{"name", "namePrefix", "description", "vpcId"},
			Refuse:    []standin.Rule{groupName, groupDescription},
			Claims: func(c *standin.Call) []string {
				return []string{"security group " + c.String("vpcId") + " " + c.String("name")}
			},
			ID:      newID("sg"),
			Outputs: map[string]standin.Output{"arn": byID("ec2", "security-group/"), "ownerId": owner},
			Defaults: map[string]standin.Output{
				"name": generated, "description": constant("Managed by Pulumi"), "ingress": constant([]any{}), "egress": constant([]any{}),
				"vpcId": constant(""), "namePrefix": constant(""),
			},
		})),
		"aws:ec2/securityGroupRule:SecurityGroupRule": regional(&standin.Kind{
			Required: []string{"fromPort", "protocol", "securityGroupId", "toPort", "type"},
			Immutable: []string{
				"cidrBlocks", "fromPort", "ipv6CidrBlocks", "prefixListIds", "protocol", "securityGroupId", "self", "sourceSecurityGroupId",
				"toPort", "type",
			},
			Refuse: []standin.Rule{oneOf("type", "ingress", "egress"), portsInOrder, hasPeer},
			ID:     func(*standin.Call) string { return "sgrule-" + decimal(standin.Hex(8)) },
			Outputs: map[string]standin.Output{
				"securityGroupRuleId": func(c *standin.Call) any { return "sgr-" + c.Hex("rule", 17) },
			},
			Defaults: map[string]standin.Output{"self": constant(false)},
		}),
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("security-group-rule/"),
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   rule("security-group-rule/"),
		"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": regional(tagged(&standin.Kind{
			Immutable: []string{"vpcId"},
			ID:        func(c *standin.Call) string { return belonging(c, "sg", c.String("vpcId")) },
			Outputs: map[string]standin.Output{
				"arn": byID("ec2", "security-group/"), "ownerId": owner, "name": constant("default"), "namePrefix": constant(""),
				"description": constant("default VPC security group"),
			},
			Defaults: map[string]standin.Output{"ingress": constant([]any{}), "egress": constant([]any{}), "vpcId": constant("")},
		})),
	}
}

func groupName(c *standin.Call) error {
	if name := c.String("name"); strings.HasPrefix(name, "sg-") || len(name) > 255 {
		return fmt.Errorf("%s: name is %q, want at most 255 characters that do not begin with sg-", c.Name, name)
	}
	return nil
}

func groupDescription(c *standin.Call) error {
	if d := c.String("description"); len(d) > 255 {
		return fmt.Errorf("%s: description has %d characters, want at most 255", c.Name, len(d))
	}
	return nil
}

func portsInOrder(c *standin.Call) error {
	from, hasFrom := c.Number("fromPort")
	to, hasTo := c.Number("toPort")
	protocol := c.String("protocol") + c.String("ipProtocol")
	if hasFrom && hasTo && from > to && (protocol == "tcp" || protocol == "udp") {
		return fmt.Errorf("%s: fromPort %v is above toPort %v", c.Name, from, to)
	}
	return nil
}

func allMeansNoPorts(c *standin.Call) error {
	if c.String("ipProtocol") == "-1" && (c.Given("fromPort") || c.Given("toPort")) {
		return fmt.Errorf("%s: ipProtocol -1 means all traffic, want neither fromPort nor toPort", c.Name)
	}
	return nil
}

func hasPeer(c *standin.Call) error {
	for _, p := range []string{"cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "sourceSecurityGroupId"} {
		if c.Given(p) {
			return nil
		}
	}
	if c.Bool("self") {
		return nil
	}
	return fmt.Errorf("%s: no peer, want cidrBlocks, ipv6CidrBlocks, prefixListIds, self or sourceSecurityGroupId", c.Name)
}

func validRange(property string) standin.Rule {
	return func(c *standin.Call) error {
		if text := c.String(property); text != "" {
			if p, err := netip.ParsePrefix(text); err != nil || p.Masked() != p {
				return fmt.Errorf("%s: %s is %q, want an address range such as 10.0.0.0/16", c.Name, property, text)
			}
		}
		return nil
	}
}

// decimal turns hexadecimal digits into as many decimal ones.
func decimal(hex string) string {
	return strings.Map(func(r rune) rune { return '0' + r%10 }, hex)
}
