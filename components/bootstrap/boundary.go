package bootstrap

import "gitlab.com/thinkmassive/satkube/internal/policydoc"

// boundary is the most that a role of the platform can do: the actions of the policies of AWS that these roles have, and of the program's
// own two (the flow logs', and the EBS driver's for its key). IAM is not among them but for one service's own role, S3 and STS not at all: no role of a
// cluster reaches the state, makes another role or becomes one. A boundary allows nothing by itself.
func boundary(a Args) policydoc.Document {
	return policydoc.Of(
		policydoc.Statement{
			Sid:    "Infrastructure",
			Effect: "Allow",
			Action: []string{
				"autoscaling:DescribeAutoScalingGroups", "autoscaling:UpdateAutoScalingGroup",
				"ec2:AssignPrivateIpAddresses", "ec2:AttachNetworkInterface", "ec2:AttachVolume", "ec2:AuthorizeSecurityGroupIngress",
				"ec2:CopyVolumes", "ec2:CreateNetworkInterface", "ec2:CreateRoute", "ec2:CreateSecurityGroup", "ec2:CreateSnapshot",
				"ec2:CreateTags", "ec2:CreateVolume", "ec2:DeleteNetworkInterface", "ec2:DeleteRoute", "ec2:DeleteSecurityGroup",
				"ec2:DeleteSnapshot", "ec2:DeleteTags", "ec2:DeleteVolume", "ec2:Describe*", "ec2:DetachNetworkInterface", "ec2:DetachVolume",
				"ec2:EnableFastSnapshotRestores", "ec2:LockSnapshot", "ec2:ModifyInstanceAttribute", "ec2:ModifyNetworkInterfaceAttribute",
				"ec2:ModifyVolume", "ec2:RevokeSecurityGroupIngress", "ec2:UnassignPrivateIpAddresses",
				"ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer",
				"eks:DescribeCluster", "eks-auth:AssumeRoleForPodIdentity",
				"elasticloadbalancing:AddTags", "elasticloadbalancing:Apply*", "elasticloadbalancing:Attach*", "elasticloadbalancing:Configure*",
				"elasticloadbalancing:Create*", "elasticloadbalancing:Delete*", "elasticloadbalancing:Deregister*", "elasticloadbalancing:Describe*",
				"elasticloadbalancing:Detach*", "elasticloadbalancing:Modify*", "elasticloadbalancing:Register*", "elasticloadbalancing:Set*",
			},
			Resource:  []string{"*"},
			Condition: a.inRegions(),
		},
		policydoc.Statement{
			Sid:    "KeysOfTheAccount",
			Effect: "Allow",
			Action: []string{
				"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ListGrants", "kms:ReEncrypt*",
				"kms:RevokeGrant",
			},
			Resource:  []string{a.everywhere("kms", "key/*")},
			Condition: a.inRegions(),
		},
		policydoc.Statement{
			Sid:      "LogsOfThePlatform",
			Effect:   "Allow",
			Action:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resource: []string{a.everywhere("logs", "log-group:/aws/eks/*"), a.everywhere("logs", "log-group:/satkube/*")},
		},
		policydoc.Statement{
			Sid:       "RoleOfLoadBalancing",
			Effect:    "Allow",
			Action:    []string{"iam:CreateServiceLinkedRole"},
			Resource:  []string{"*"},
			Condition: map[string]map[string][]string{"StringEquals": {"iam:AWSServiceName": {"elasticloadbalancing.amazonaws.com"}}},
		},
	)
}
