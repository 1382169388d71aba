package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var eksCMK = pack.Rule{
	Name:     "eks-cmk",
	Types:    pack.Tokens("aws:eks/cluster:Cluster"),
	Severity: pack.High,
	CKS:      "microservices/secrets",
	Must:     "The cluster encrypts Kubernetes Secrets with a KMS key of the account.",
	Why:      "With AWS' own key nobody here can see who decrypts Secrets, revoke it or tie it to a condition; and encryptionConfig can be added to a cluster but never taken back, so it belongs there from the start.",
	Fix:      "Set encryptionConfig.provider.keyArn to a customer managed key and encryptionConfig.resources to [secrets]; with pulumi-eks, whose component is not judged but its cluster, encryptionConfigKeyArn.",
	Refs:     []string{"CIS EKS 1.8.0 5.3.1", "CKV_AWS_58", "AWS-0039", "C-0066"},
	Check: func(r pack.Resource, violate pack.Report) {
		// A key's ARN is not known before the key is made: that there is one is what counts.
		if key := r.At("encryptionConfig", "provider", "keyArn"); !key.Given() {
			violate(key.Path() + " is not set; want the ARN of a KMS key.")
		}
		if resources := r.At("encryptionConfig", "resources"); !resources.Contains("secrets") {
			violate(resources.Path() + " does not contain secrets.")
		}
	},
	Pass: pack.Cases{
		"a key":            pack.One("aws:eks/cluster:Cluster", object{"encryptionConfig": object{"provider": object{"keyArn": "arn:aws:kms:us-east-2:123456789012:key/k"}, "resources": list{"secrets"}}}),
		"a key to be made": pack.One("aws:eks/cluster:Cluster", object{"encryptionConfig": object{"provider": object{"keyArn": pack.Unknown}, "resources": list{"secrets"}}}),
	},
	Fail: pack.Cases{
		"left out":        pack.One("aws:eks/cluster:Cluster", object{"name": "satkube"}),
		"no key":          pack.One("aws:eks/cluster:Cluster", object{"encryptionConfig": object{"resources": list{"secrets"}}}),
		"an empty key":    pack.One("aws:eks/cluster:Cluster", object{"encryptionConfig": object{"provider": object{}, "resources": list{"secrets"}}}),
		"not for secrets": pack.One("aws:eks/cluster:Cluster", object{"encryptionConfig": object{"provider": object{"keyArn": "arn:aws:kms:us-east-2:123456789012:key/k"}, "resources": list{"configmaps"}}}),
		"for nothing":     pack.One("aws:eks/cluster:Cluster", object{"encryptionConfig": object{"provider": object{"keyArn": "arn:aws:kms:us-east-2:123456789012:key/k"}}}),
	},
}
