package supplychain

import "gitlab.com/thinkmassive/satkube/policy/pack"

var ecrKMS = pack.Rule{
	Name:     "ecr-kms",
	Types:    pack.Tokens(ecrRepository),
	Severity: pack.Medium,
	CKS:      "supply-chain/secure",
	Must:     "Images in ECR are encrypted with a KMS key of our own.",
	Why:      "Under AWS's default key nobody can withdraw the right to read the layers or see in CloudTrail who did; the setting cannot be changed once the repository exists.",
	Fix:      "Set encryptionConfigurations to one entry with encryptionType KMS and kmsKey.",
	Refs:     []string{"CKV_AWS_136", "AWS-0033", "pulumi/compliance-policies aws ecr configureCustomerManagedKey"},
	Check: func(r pack.Resource, violate pack.Report) {
		configurations := r.At("encryptionConfigurations")
		own := func(c pack.Value) bool { return c.At("encryptionType").In("KMS", "KMS_DSSE") && c.At("kmsKey").Given() }
		if !configurations.Some(own) {
			violate(configurations.Path() + " has no entry of type KMS with a kmsKey.")
		}
	},
	Pass: pack.Cases{
		"own key":             encrypting(object{"encryptionType": "KMS", "kmsKey": "arn:aws:kms:us-east-2:123456789012:key/images"}),
		"own key of tomorrow": encrypting(object{"encryptionType": "KMS", "kmsKey": pack.Unknown}),
	},
	Fail: pack.Cases{
		"left out":    repository(object{}),
		"AWS's key":   encrypting(object{"encryptionType": "KMS"}),
		"S3's cipher": encrypting(object{"encryptionType": "AES256"}),
	},
}

func encrypting(configuration object) pack.Case {
	return repository(object{"encryptionConfigurations": list{configuration}})
}
