package bootstrap

import "gitlab.com/thinkmassive/satkube/internal/policydoc"

// cluster is what deploying the control plane takes, what belongs to it in EKS, its log groups and its keys.
func cluster(a Args) policydoc.Document {
	var eks, logs, aliases []string
	for _, name := range a.Clusters {
		for _, resource := range []string{
			"cluster/" + name, "nodegroup/" + name + "/*", "addon/" + name + "/*", "access-entry/" + name + "/*", "podidentityassociation/" + name + "/*",
		} {
			eks = append(eks, a.everywhere("eks", resource))
		}
		logs = append(logs, a.everywhere("logs", "log-group:/aws/eks/"+name+"/*"), a.everywhere("logs", "log-group:/satkube/"+name+"/*"))
		aliases = append(aliases, a.everywhere("kms", "alias/"+name+"-*"))
	}
	key := []string{a.everywhere("kms", "key/*")}
	grants := a.owning()
	grants["Bool"] = map[string][]string{"kms:GrantIsForAWSResource": {"true"}}
	return policydoc.Of(
		policydoc.Statement{
			Sid:    "Clusters",
			Effect: "Allow",
			Action: []string{
				"eks:AssociateAccessPolicy", "eks:AssociateEncryptionConfig", "eks:CreateAccessEntry", "eks:CreateAddon", "eks:CreateCluster",
				"eks:CreateNodegroup", "eks:CreatePodIdentityAssociation", "eks:DeleteAccessEntry", "eks:DeleteAddon", "eks:DeleteCluster",
				"eks:DeleteNodegroup", "eks:DeletePodIdentityAssociation", "eks:DisassociateAccessPolicy", "eks:TagResource",
				"eks:UntagResource", "eks:UpdateAccessEntry", "eks:UpdateAddon", "eks:UpdateClusterConfig", "eks:UpdateClusterVersion",
				"eks:UpdateNodegroupConfig", "eks:UpdateNodegroupVersion", "eks:UpdatePodIdentityAssociation",
			},
			Resource:  eks,
			Condition: a.inRegions(),
		},
		policydoc.Statement{
			Sid:    "LogGroups",
			Effect: "Allow",
			Action: []string{
				"logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:DisassociateKmsKey",
				"logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
			},
			Resource:  logs,
			Condition: a.inRegions(),
		},
		// CreateFlowLogs asks for these; they know no resources.
		policydoc.Statement{
			Sid:       "FlowLogDelivery",
			Effect:    "Allow",
			Action:    []string{"logs:CreateLogDelivery", "logs:DeleteLogDelivery"},
			Resource:  []string{"*"},
			Condition: a.inRegions(),
		},
		policydoc.Statement{
			Sid:       "MakeKeys",
			Effect:    "Allow",
			Action:    []string{"kms:CreateKey", "kms:TagResource"},
			Resource:  []string{"*"},
			Condition: a.tagging(),
		},
		policydoc.Statement{
			Sid:    "ChangeItsKeys",
			Effect: "Allow",
			Action: []string{
				"kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation",
				"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
			},
			Resource:  key,
			Condition: a.owning(),
		},
		policydoc.Statement{
			Sid:       "NameItsKeys",
			Effect:    "Allow",
			Action:    []string{"kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"},
			Resource:  aliases,
			Condition: a.inRegions(),
		},
		// EKS takes its grant on the key for Kubernetes Secrets in the name of who makes the cluster.
		policydoc.Statement{
			Sid:       "LendItsKeysToAWS",
			Effect:    "Allow",
			Action:    []string{"kms:CreateGrant"},
			Resource:  key,
			Condition: grants,
		},
	)
}
