package keys

import "gitlab.com/thinkmassive/satkube/internal/policydoc"

// use are the operations that encrypting and decrypting data takes.
func use() []string {
	return []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}
}

// account hands the key to the account's IAM policies, so that it can always be administered; KMS warns of keys without it.
func account(args Args) policydoc.Statement {
	return policydoc.Statement{
		Sid:       "AccountAdministersThroughIAM",
		Effect:    "Allow",
		Principal: map[string]string{"AWS": "arn:" + args.Partition + ":iam::" + args.AccountID + ":root"},
		Action:    []string{"kms:*"},
		Resource:  []string{"*"},
	}
}

// secretsPolicy needs no statement of its own: EKS uses the key through a grant that the cluster's creator makes.
func secretsPolicy(args Args) policydoc.Document {
	return policydoc.Of(account(args))
}

// volumesPolicy lets EC2 Auto Scaling start nodes with encrypted disks. Without it a node group fails with
// Client.InvalidKMSKey.InvalidState and says nothing else.
func volumesPolicy(args Args) policydoc.Document {
	autoScaling := map[string]string{
		"AWS": "arn:" + args.Partition + ":iam::" + args.AccountID + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
	}
	return policydoc.Of(
		account(args),
		policydoc.Statement{
			Sid:       "AutoScalingUses",
			Effect:    "Allow",
			Principal: autoScaling,
			Action:    use(),
			Resource:  []string{"*"},
		},
		policydoc.Statement{
			Sid:       "AutoScalingGrantsToEC2",
			Effect:    "Allow",
			Principal: autoScaling,
			Action:    []string{"kms:CreateGrant"},
			Resource:  []string{"*"},
			Condition: map[string]map[string][]string{"Bool": {"kms:GrantIsForAWSResource": {"true"}}},
		},
	)
}

// logsPolicy lets CloudWatch Logs use the key for this cluster's log groups and for no others.
func logsPolicy(args Args) policydoc.Document {
	group := "arn:" + args.Partition + ":logs:" + args.Region + ":" + args.AccountID + ":log-group:"
	return policydoc.Of(
		account(args),
		policydoc.Statement{
			Sid:       "CloudWatchLogsUses",
			Effect:    "Allow",
			Principal: map[string]string{"Service": "logs." + args.Region + ".amazonaws.com"},
			Action:    use(),
			Resource:  []string{"*"},
			Condition: map[string]map[string][]string{"ArnLike": {"kms:EncryptionContext:aws:logs:arn": {
				group + "/aws/eks/" + args.Cluster + "/*",
				group + "/satkube/" + args.Cluster + "/*",
			}}},
		},
	)
}
