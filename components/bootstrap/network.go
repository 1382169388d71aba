package bootstrap

import "gitlab.com/thinkmassive/satkube/internal/policydoc"

// ClusterTag is the tag that the program puts on everything it makes in AWS (stacks.newAWSProvider). What the deploying role makes must
// bear it, and what it changes must have it.
const ClusterTag = "satkube:cluster"

// tagging demands the tag in the request, owning that it is on the resource already.
func (a Args) tagging() map[string]map[string][]string { return a.tagged("aws:RequestTag/") }
func (a Args) owning() map[string]map[string][]string  { return a.tagged("aws:ResourceTag/") }

func (a Args) tagged(key string) map[string]map[string][]string {
	return map[string]map[string][]string{"StringEquals": {key + ClusterTag: a.Clusters, "aws:RequestedRegion": a.regions()}}
}

func (a Args) inRegions() map[string]map[string][]string {
	return map[string]map[string][]string{"StringEquals": {"aws:RequestedRegion": a.regions()}}
}

// ec2s names EC2 resources of these types.
func (a Args) ec2s(types ...string) []string {
	var all []string
	for _, t := range types {
		all = append(all, a.everywhere("ec2", t+"/*"))
	}
	return all
}

// network is what deploying a VPC and load balancers takes. EC2 checks a creation once for what is made, which the request tags, and once for
// what it is made in, which has its tag (Amazon EC2 user guide: grant permission to tag resources on creation).
func network(a Args) policydoc.Document {
	create := []string{
		"ec2:AllocateAddress", "ec2:CreateFlowLogs", "ec2:CreateInternetGateway", "ec2:CreateLaunchTemplate", "ec2:CreateNatGateway",
		"ec2:CreateRouteTable", "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateVpc", "ec2:CreateVpcEndpoint",
	}
	return policydoc.Of(
		policydoc.Statement{
			Sid:    "Make",
			Effect: "Allow",
			Action: create,
			Resource: a.ec2s("elastic-ip", "internet-gateway", "launch-template", "natgateway", "route-table", "security-group", "subnet",
				"vpc", "vpc-endpoint", "vpc-flow-log"),
			Condition: a.tagging(),
		},
		policydoc.Statement{
			Sid:       "MakeInside",
			Effect:    "Allow",
			Action:    create,
			Resource:  a.ec2s("elastic-ip", "route-table", "security-group", "subnet", "vpc"),
			Condition: a.owning(),
		},
		// A rule of a security group is a resource of its own, which is tagged when it is made. The group it is for has to be its own, below.
		policydoc.Statement{
			Sid:       "MakeRules",
			Effect:    "Allow",
			Action:    []string{"ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"},
			Resource:  a.ec2s("security-group-rule"),
			Condition: a.tagging(),
		},
		policydoc.Statement{
			Sid:    "ChangeItsOwn",
			Effect: "Allow",
			Action: []string{
				"ec2:AssociateRouteTable", "ec2:AttachInternetGateway", "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
				"ec2:CreateLaunchTemplateVersion", "ec2:CreateRoute", "ec2:CreateTags", "ec2:DeleteFlowLogs", "ec2:DeleteInternetGateway",
				"ec2:DeleteLaunchTemplate", "ec2:DeleteLaunchTemplateVersions", "ec2:DeleteNatGateway", "ec2:DeleteRoute", "ec2:DeleteRouteTable",
				"ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints",
				"ec2:DetachInternetGateway", "ec2:DisassociateAddress", "ec2:DisassociateRouteTable", "ec2:ModifyLaunchTemplate",
				"ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
				"ec2:ReleaseAddress", "ec2:ReplaceRoute", "ec2:ReplaceRouteTableAssociation", "ec2:RevokeSecurityGroupEgress",
				"ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
			},
			Resource:  []string{a.everywhere("ec2", "*")},
			Condition: a.owning(),
		},
		policydoc.Statement{
			Sid:       "MakeLoadBalancers",
			Effect:    "Allow",
			Action:    []string{"elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"},
			Resource:  []string{a.everywhere("elasticloadbalancing", "*")},
			Condition: a.tagging(),
		},
		policydoc.Statement{
			Sid:      "TagNewLoadBalancers",
			Effect:   "Allow",
			Action:   []string{"elasticloadbalancing:AddTags"},
			Resource: []string{a.everywhere("elasticloadbalancing", "*")},
			Condition: map[string]map[string][]string{"StringEquals": {
				"aws:RequestedRegion":               a.regions(),
				"elasticloadbalancing:CreateAction": {"CreateListener", "CreateLoadBalancer", "CreateTargetGroup"},
			}},
		},
		policydoc.Statement{
			Sid:    "ChangeItsLoadBalancers",
			Effect: "Allow",
			Action: []string{
				"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener", "elasticloadbalancing:DeleteListener",
				"elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:ModifyListener",
				"elasticloadbalancing:ModifyListenerAttributes", "elasticloadbalancing:ModifyLoadBalancerAttributes",
				"elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:RemoveTags",
				"elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets",
			},
			Resource:  []string{a.everywhere("elasticloadbalancing", "*")},
			Condition: a.owning(),
		},
	)
}

// nodes is what node groups take, and the two things in EC2 that no tag can fence in.
func nodes(a Args) policydoc.Document {
	launched := a.ec2s("instance", "launch-template", "network-interface", "security-group", "subnet", "volume")
	return policydoc.Of(
		policydoc.Statement{
			Sid:      "TagWhatItMakes",
			Effect:   "Allow",
			Action:   []string{"ec2:CreateTags"},
			Resource: []string{a.everywhere("ec2", "*")},
			Condition: map[string]map[string][]string{"StringEquals": {
				"aws:RequestedRegion": a.regions(),
				"ec2:CreateAction": {
					"AllocateAddress", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateFlowLogs", "CreateInternetGateway", "CreateLaunchTemplate", "CreateNatGateway", "CreateRouteTable",
					"CreateSecurityGroup", "CreateSubnet", "CreateVpc", "CreateVpcEndpoint", "RunInstances",
				},
			}},
		},
		// AWS makes a VPC's default group, without a tag. The program takes its rules away and then tags it; so this reaches any group of the account,
		// to close it or to claim it.
		policydoc.Statement{
			Sid:       "CloseDefaultGroups",
			Effect:    "Allow",
			Action:    []string{"ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"},
			Resource:  a.ec2s("security-group"),
			Condition: a.inRegions(),
		},
		policydoc.Statement{
			Sid:       "ClaimDefaultGroups",
			Effect:    "Allow",
			Action:    []string{"ec2:CreateTags"},
			Resource:  a.ec2s("security-group"),
			Condition: a.tagging(),
		},
		// EKS tries a node group's launch template with the rights of who makes the group (Amazon EKS user guide: launch templates).
		policydoc.Statement{
			Sid:      "LaunchFromItsTemplates",
			Effect:   "Allow",
			Action:   []string{"ec2:RunInstances"},
			Resource: append(launched, "arn:"+a.Partition+":ec2:*::image/*"),
			Condition: map[string]map[string][]string{
				"StringEquals": {"aws:RequestedRegion": a.regions()},
				"ArnLike":      {"ec2:LaunchTemplate": a.ec2s("launch-template")},
			},
		},
		policydoc.Statement{
			Sid:       "SendTrafficToNodes",
			Effect:    "Allow",
			Action:    []string{"autoscaling:AttachLoadBalancerTargetGroups", "autoscaling:DetachLoadBalancerTargetGroups"},
			Resource:  []string{a.everywhere("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-*")},
			Condition: a.inRegions(),
		},
	)
}
