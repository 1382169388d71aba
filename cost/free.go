package cost

import (
	"slices"
	"strings"
)

// free tells whether AWS asks nothing for the resource itself. What flows through it is billed to something else, if at all: flow logs
// to their log group, routes to their gateway, add-ons to the nodes that they run on.
func free(token string) bool {
	if strings.HasPrefix(token, "aws:iam/") {
		return true
	}
	return slices.Contains([]string{
		"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "aws:ec2/flowLog:FlowLog", "aws:ec2/internetGateway:InternetGateway",
		"aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/route:Route", "aws:ec2/routeTable:RouteTable",
		"aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/securityGroup:SecurityGroup",
		"aws:ec2/securityGroupRule:SecurityGroupRule", "aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc",
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
		"aws:eks/accessEntry:AccessEntry", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "aws:eks/addon:Addon",
		"aws:eks/podIdentityAssociation:PodIdentityAssociation",
		"aws:kms/alias:Alias", "aws:kms/keyPolicy:KeyPolicy",
		"aws:lb/listener:Listener", "aws:lb/targetGroup:TargetGroup", "aws:autoscaling/attachment:Attachment",
	}, token)
}
