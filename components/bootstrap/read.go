package bootstrap

import "gitlab.com/thinkmassive/satkube/internal/policydoc"

// read is what a preview, and a refresh, asks AWS: the reads of the resource types that the stacks have. Nothing here returns a secret: no
// log events, no console output, no parameter, no object but those of the state bucket's settings.
func read(a Args) policydoc.Document {
	return policydoc.Of(
		policydoc.Statement{
			Sid:    "InTheRegions",
			Effect: "Allow",
			Action: []string{
				"autoscaling:Describe*",
				"ec2:Describe*", "ec2:GetEbsDefaultKmsKeyId", "ec2:GetEbsEncryptionByDefault",
				"eks:Describe*", "eks:List*",
				"elasticloadbalancing:Describe*",
				"kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListResourceTags",
				"logs:DescribeLogGroups", "logs:ListTagsForResource",
			},
			Resource:  []string{"*"},
			Condition: map[string]map[string][]string{"StringEquals": {"aws:RequestedRegion": a.regions()}},
		},
		policydoc.Statement{
			Sid:    "Identities",
			Effect: "Allow",
			Action: []string{
				"iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy",
				"iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListOpenIDConnectProviders",
				"iam:ListPolicyVersions", "iam:ListRolePolicies", "iam:ListRoleTags",
			},
			Resource: []string{"*"},
		},
		policydoc.Statement{
			Sid:    "StateBucket",
			Effect: "Allow",
			Action: []string{
				"s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls",
				"s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning",
				"s3:GetBucketWebsite", "s3:GetAccelerateConfiguration", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
				"s3:GetReplicationConfiguration",
			},
			Resource: []string{a.bucketARN()},
		},
	)
}

// regions are those of the clusters and that of the state.
func (a Args) regions() []string {
	all := []string{a.Region}
	for _, region := range a.Regions {
		if region != a.Region {
			all = append(all, region)
		}
	}
	return all
}
