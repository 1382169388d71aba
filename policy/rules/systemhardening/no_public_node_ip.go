package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var noPublicNodeIP = pack.Rule{
	Name: "no-public-node-ip",
	Types: pack.Tokens("aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/launchConfiguration:LaunchConfiguration",
		"aws:ec2/instance:Instance"),
	Severity: pack.High,
	CKS:      "system-hardening/external-access",
	Must:     "Nodes have no public address.",
	Why:      "With a public address one wrong security-group rule is all that stands between the internet and the kubelet, a NodePort or a Bitcoin RPC port on the node.",
	Fix:      "Leave associatePublicIpAddress out, or set it to false, and put nodes into private subnets with a NAT gateway or VPC endpoints.",
	Refs:     []string{"CIS EKS 1.8.0 5.4.3", "AWS-0009", "pulumi/compliance-policies ec2 LaunchTemplate disallowPublicIp"},
	Check: func(r pack.Resource, violate pack.Report) {
		addresses := []pack.Value{r.At("associatePublicIpAddress")}
		if r.Type == "aws:ec2/launchTemplate:LaunchTemplate" {
			addresses = nil
			for _, card := range r.At("networkInterfaces").List() {
				addresses = append(addresses, card.At("associatePublicIpAddress"))
			}
		}
		for _, public := range addresses {
			if !off(public) {
				violate(public.Path() + " has to be false or left out.")
			}
		}
	},
	Pass: pack.Cases{
		"no interfaces":   launchTemplate(object{"imageId": "ami-1"}),
		"left out":        launchTemplate(object{"networkInterfaces": list{object{"deviceIndex": 0}}}),
		"false, a text":   launchTemplate(object{"networkInterfaces": list{object{"associatePublicIpAddress": "false"}}}),
		"false, instance": pack.One("aws:ec2/instance:Instance", object{"associatePublicIpAddress": false}),
	},
	Fail: pack.Cases{
		"true, a text":        launchTemplate(object{"networkInterfaces": list{object{"associatePublicIpAddress": "true"}}}),
		"true":                launchTemplate(object{"networkInterfaces": list{object{"associatePublicIpAddress": true}}}),
		"the second one":      launchTemplate(object{"networkInterfaces": list{object{"deviceIndex": 0}, object{"associatePublicIpAddress": "true"}}}),
		"spelt otherwise":     launchTemplate(object{"networkInterfaces": list{object{"associatePublicIpAddress": "True"}}}),
		"true, instance":      pack.One("aws:ec2/instance:Instance", object{"associatePublicIpAddress": true}),
		"true, configuration": pack.One("aws:ec2/launchConfiguration:LaunchConfiguration", object{"associatePublicIpAddress": true}),
	},
}
