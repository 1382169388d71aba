package clustersetup

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var privateNodes = pack.Rule{
	Name:     "private-nodes",
	Types:    pack.Tokens(subnet, launchTemplate, nodeGroup),
	Severity: pack.High,
	CKS:      "cluster-setup/node-metadata",
	Must:     "Nodes get no public addresses: neither from their subnets nor from their launch template.",
	Why: "A public address puts the kubelet, and every port that a pod opens on the host, one mistake in a security group away from the" +
		" internet.",
	Fix: "Set mapPublicIpOnLaunch of subnets to false, except for those of load balancers with the tag kubernetes.io/role/elb; keep node groups" +
		" out of the latter, and associatePublicIpAddress of launch templates unset or false.",
	Refs: []string{"CIS EKS 1.8.0 5.4.3", "Kubescape C-0229", "CKV_AWS_130", "Trivy AWS-0164", "Amazon EKS best practices: subnets"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		public := map[string]pack.Value{}
		for _, r := range s.All(pack.Tokens(subnet)) {
			mapped, balancers := r.At("mapPublicIpOnLaunch"), r.At("tags", "kubernetes.io/role/elb")
			public[r.URN] = mapped
			// The tag's value is 1, or empty.
			if mapped.Is(true) && !balancers.Is(1) && !balancers.Is("") {
				violate(r, mapped.Path()+" gives every instance a public address; want false.")
			}
		}
		for _, r := range s.All(pack.Tokens(launchTemplate)) {
			for _, face := range r.At("networkInterfaces").List() {
				if associated := face.At("associatePublicIpAddress"); associated.Is(true) {
					violate(r, associated.Path()+" gives the nodes public addresses; want it left out or false.")
				}
			}
		}
		for _, r := range s.All(pack.Tokens(nodeGroup)) {
			// The ids of subnets are known only afterwards; what the group depends on is known always.
			if slices.ContainsFunc(r.Dependencies, func(urn string) bool { v, is := public[urn]; return is && v.Is(true) }) {
				violate(r, "subnetIds holds a subnet that gives public addresses; want private subnets only.")
			}
		}
	},
	Pass: pack.Cases{
		"private":             pack.One(subnet, object{"mapPublicIpOnLaunch": false}),
		"left out":            pack.One(subnet, object{"cidrBlock": "10.30.64.0/18"}),
		"for load balancers":  pack.One(subnet, object{"mapPublicIpOnLaunch": true, "tags": object{"kubernetes.io/role/elb": "1"}}),
		"with an empty tag":   pack.One(subnet, object{"mapPublicIpOnLaunch": true, "tags": object{"kubernetes.io/role/elb": ""}}),
		"a launch template":   pack.One(launchTemplate, object{"networkInterfaces": list{object{"associatePublicIpAddress": "false"}}}),
		"one without a say":   pack.One(launchTemplate, object{"name": "nodes"}),
		"a group by itself":   pack.One(nodeGroup, object{"subnetIds": list{"subnet-1"}}),
		"a group and subnets": joined(pack.One(subnet, object{"mapPublicIpOnLaunch": false}), pack.One(nodeGroup, object{"subnetIds": list{"subnet-1"}})),
	},
	Fail: pack.Cases{
		"public":              pack.One(subnet, object{"mapPublicIpOnLaunch": true}),
		"as text":             pack.One(subnet, object{"mapPublicIpOnLaunch": "true", "tags": object{"Name": "nodes"}}),
		"for internal ones":   pack.One(subnet, object{"mapPublicIpOnLaunch": true, "tags": object{"kubernetes.io/role/internal-elb": "1"}}),
		"tagged otherwise":    pack.One(subnet, object{"mapPublicIpOnLaunch": true, "tags": object{"kubernetes.io/role/elb": "no"}}),
		"a launch template":   pack.One(launchTemplate, object{"networkInterfaces": list{object{}, object{"associatePublicIpAddress": "true"}}}),
		"associated as truth": pack.One(launchTemplate, object{"networkInterfaces": list{object{"associatePublicIpAddress": true}}}),
	},
}
