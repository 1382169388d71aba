package bootstrap

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// makes are the actions that create and delete each type of AWS that a stack may have.
func makes() map[string][]string {
	return map[string][]string{
		"aws:autoscaling/attachment:Attachment":                     {"autoscaling:AttachLoadBalancerTargetGroups", "autoscaling:DetachLoadBalancerTargetGroups"},
		"aws:cloudwatch/logGroup:LogGroup":                          {"logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:AssociateKmsKey", "logs:TagResource"},
		"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":         {"ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress", "ec2:CreateTags"},
		"aws:ec2/eip:Eip":                                           {"ec2:AllocateAddress", "ec2:ReleaseAddress"},
		"aws:ec2/flowLog:FlowLog":                                   {"ec2:CreateFlowLogs", "ec2:DeleteFlowLogs", "logs:CreateLogDelivery", "iam:PassRole"},
		"aws:ec2/internetGateway:InternetGateway":                   {"ec2:CreateInternetGateway", "ec2:AttachInternetGateway", "ec2:DetachInternetGateway", "ec2:DeleteInternetGateway"},
		"aws:ec2/launchTemplate:LaunchTemplate":                     {"ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate", "ec2:DeleteLaunchTemplate"},
		"aws:ec2/natGateway:NatGateway":                             {"ec2:CreateNatGateway", "ec2:DeleteNatGateway"},
		"aws:ec2/route:Route":                                       {"ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute"},
		"aws:ec2/routeTable:RouteTable":                             {"ec2:CreateRouteTable", "ec2:DeleteRouteTable"},
		"aws:ec2/routeTableAssociation:RouteTableAssociation":       {"ec2:AssociateRouteTable", "ec2:ReplaceRouteTableAssociation", "ec2:DisassociateRouteTable"},
		"aws:ec2/securityGroup:SecurityGroup":                       {"ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress", "ec2:DeleteSecurityGroup"},
		"aws:ec2/subnet:Subnet":                                     {"ec2:CreateSubnet", "ec2:ModifySubnetAttribute", "ec2:DeleteSubnet"},
		"aws:ec2/vpc:Vpc":                                           {"ec2:CreateVpc", "ec2:ModifyVpcAttribute", "ec2:DeleteVpc"},
		"aws:ec2/vpcEndpoint:VpcEndpoint":                           {"ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints"},
		"aws:eks/addon:Addon":                                       {"eks:CreateAddon", "eks:UpdateAddon", "eks:DeleteAddon"},
		"aws:eks/nodeGroup:NodeGroup":                               {"eks:CreateNodegroup", "eks:UpdateNodegroupConfig", "eks:UpdateNodegroupVersion", "eks:DeleteNodegroup", "ec2:RunInstances", "iam:PassRole"},
		"aws:eks/podIdentityAssociation:PodIdentityAssociation":     {"eks:CreatePodIdentityAssociation", "eks:UpdatePodIdentityAssociation", "eks:DeletePodIdentityAssociation", "iam:PassRole"},
		"aws:iam/role:Role":                                         {"iam:CreateRole", "iam:TagRole", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole"},
		"aws:iam/rolePolicy:RolePolicy":                             {"iam:PutRolePolicy", "iam:DeleteRolePolicy"},
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment":         {"iam:AttachRolePolicy", "iam:DetachRolePolicy"},
		"aws:kms/alias:Alias":                                       {"kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"},
		"aws:kms/key:Key":                                           {"kms:CreateKey", "kms:TagResource", "kms:PutKeyPolicy", "kms:EnableKeyRotation", "kms:ScheduleKeyDeletion", "kms:CreateGrant"},
		"aws:lb/listener:Listener":                                  {"elasticloadbalancing:CreateListener", "elasticloadbalancing:ModifyListener", "elasticloadbalancing:DeleteListener"},
		"aws:lb/loadBalancer:LoadBalancer":                          {"elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:DeleteLoadBalancer"},
		"aws:lb/targetGroup:TargetGroup":                            {"elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:DeleteTargetGroup"},
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   {"ec2:AuthorizeSecurityGroupEgress", "ec2:ModifySecurityGroupRules", "ec2:RevokeSecurityGroupEgress"},
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"ec2:AuthorizeSecurityGroupIngress", "ec2:ModifySecurityGroupRules", "ec2:RevokeSecurityGroupIngress"},
		// The control plane, with what pulumi-eks makes around it.
		"eks:index:Cluster": {"eks:CreateCluster", "eks:UpdateClusterConfig", "eks:UpdateClusterVersion", "eks:DeleteCluster", "eks:CreateAccessEntry", "eks:AssociateAccessPolicy", "iam:CreateRole", "iam:AttachRolePolicy"},
	}
}

// A new type of resource in a stack needs rights here, or the first deployment by a pipeline fails half-way.
func TestDeploy_HasTheRightsForEveryTypeInTheStacks(t *testing.T) {
	granted := map[string]bool{}
	for _, document := range rightsOf(t, "deploy") {
		for _, action := range regexp.MustCompile(`"([a-z0-9-]+:[A-Za-z]+)"`).FindAllStringSubmatch(document, -1) {
			granted[action[1]] = true
		}
	}
	for _, stack := range []string{"testnet", "mainnet"} {
		inventory, err := os.ReadFile(filepath.Join("..", "..", "stacks", "testdata", stack+".yaml"))
		require.NoError(t, err)
		types := regexp.MustCompile(`(?m)^  type: ((?:aws|eks):\S+)$`).FindAllStringSubmatch(string(inventory), -1)
		require.Greater(t, len(types), 30)
		for _, found := range types {
			actions := makes()[found[1]]
			require.NotEmpty(t, actions, "%s of %s: say here what making it takes, and grant it", found[1], stack)
			for _, action := range actions {
				require.True(t, granted[action], "%s, for %s of %s", action, found[1], stack)
			}
		}
	}
}
