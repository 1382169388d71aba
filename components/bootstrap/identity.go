package bootstrap

import "gitlab.com/thinkmassive/satkube/internal/policydoc"

// managedPolicies are the policies of AWS that the platform's roles have: components/cluster, and the control plane's from pulumi-eks.
func managedPolicies(a Args) []string {
	var all []string
	for _, name := range []string{
		"AmazonEC2ContainerRegistryPullOnly", "AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy",
		"service-role/AmazonEBSCSIDriverPolicy",
	} {
		all = append(all, "arn:"+a.Partition+":iam::aws:policy/"+name)
	}
	return all
}

// identity is what the platform's roles take. A role that the deploying role makes, or gives rights, must carry the boundary, so none of them
// can do more than the boundary says, whatever is in its policies.
func identity(a Args) policydoc.Document {
	// Pulumi begins a role's name with the resource's.
	roles := []string{a.iamARN("role/cluster-*"), a.iamARN("role/network-*")}
	bounded := func() map[string]map[string][]string {
		return map[string]map[string][]string{"StringEquals": {"iam:PermissionsBoundary": {a.boundaryARN()}}}
	}
	attaching := bounded()
	attaching["ArnEquals"] = map[string][]string{"iam:PolicyARN": managedPolicies(a)}
	var guarded []string
	for _, name := range []string{"boundary", "read", "network", "nodes", "cluster", "iam"} {
		guarded = append(guarded, a.iamARN("policy/"+a.Name+"-"+name))
	}
	guarded = append(guarded, a.iamARN("role/"+a.previewRole()), a.iamARN("role/"+a.deployRole()), a.iamARN("oidc-provider/*"))
	return policydoc.Of(
		policydoc.Statement{
			Sid:       "RolesWithinTheBoundary",
			Effect:    "Allow",
			Action:    []string{"iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"},
			Resource:  roles,
			Condition: bounded(),
		},
		policydoc.Statement{
			Sid:       "PoliciesOfAWSThatItUses",
			Effect:    "Allow",
			Action:    []string{"iam:AttachRolePolicy", "iam:DetachRolePolicy"},
			Resource:  roles,
			Condition: attaching,
		},
		policydoc.Statement{
			Sid:    "RolesWithoutNewRights",
			Effect: "Allow",
			Action: []string{
				"iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
			},
			Resource: roles,
		},
		policydoc.Statement{
			Sid:      "HandRolesToServices",
			Effect:   "Allow",
			Action:   []string{"iam:PassRole"},
			Resource: roles,
			Condition: map[string]map[string][]string{"StringEquals": {"iam:PassedToService": {
				"ec2.amazonaws.com", "eks.amazonaws.com", "pods.eks.amazonaws.com", "vpc-flow-logs.amazonaws.com",
			}}},
		},
		policydoc.Statement{
			Sid:      "RolesOfServices",
			Effect:   "Allow",
			Action:   []string{"iam:CreateServiceLinkedRole"},
			Resource: []string{a.iamARN("role/aws-service-role/*")},
			Condition: map[string]map[string][]string{"StringEquals": {"iam:AWSServiceName": {
				"autoscaling.amazonaws.com", "eks.amazonaws.com", "eks-nodegroup.amazonaws.com", "elasticloadbalancing.amazonaws.com",
				"spot.amazonaws.com",
			}}},
		},
		policydoc.Statement{
			Sid:      "BoundariesStay",
			Effect:   "Deny",
			Action:   []string{"iam:DeleteRolePermissionsBoundary"},
			Resource: []string{"*"},
		},
		// Said twice: nothing above allows these. A policy that somebody adds to the role later does not either.
		policydoc.Statement{
			Sid:    "WhatGuardsTheAccountStays",
			Effect: "Deny",
			Action: []string{
				"iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:Remove*", "iam:Set*", "iam:Tag*",
				"iam:Untag*", "iam:Update*",
			},
			Resource: guarded,
		},
		policydoc.Statement{
			Sid:    "NobodyIsMadeWhoLasts",
			Effect: "Deny",
			Action: []string{
				"iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateServiceSpecificCredential", "iam:CreateUser", "iam:UploadSSHPublicKey",
			},
			Resource: []string{"*"},
		},
	)
}
