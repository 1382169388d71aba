package aws

import (
	"fmt"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// storageKinds are keys, logs and the account's disk encryption.
func storageKinds() map[string]*standin.Kind {
	return map[string]*standin.Kind{
		"aws:kms/key:Key": regional(tagged(&standin.Kind{
			Immutable: []string{"customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId", "xksKeyId"},
			Refuse: []standin.Rule{
				between(7, 30, "deletionWindowInDays"), between(90, 2560, "rotationPeriodInDays"), validDocument("policy"),
				oneOf("keyUsage", "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"), rotatesOnlySymmetric,
			},
			ID: func(*standin.Call) string {
				h := standin.Hex(32)
				return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
			},
			Outputs: map[string]standin.Output{
				"arn": byID("kms", "key/"), "keyId": func(c *standin.Call) any { return c.IDOf() },
			},
			Defaults: map[string]standin.Output{
				"customerMasterKeySpec": constant("SYMMETRIC_DEFAULT"), "keyUsage": constant("ENCRYPT_DECRYPT"), "isEnabled": constant(true),
				"enableKeyRotation": constant(false), "multiRegion": constant(false), "description": constant(""),
				"rotationPeriodInDays": constant(365),
				"policy": func(c *standin.Call) any {
					return fmt.Sprintf(`{"Id":"key-default-1","Statement":[{"Action":"kms:*","Effect":"Allow","Principal":{"AWS":%q},`+
						`"Resource":"*","Sid":"Enable IAM User Permissions"}],"Version":"2012-10-17"}`, globalARN(c, "iam", "root"))
				},
			},
		})),
		"aws:kms/alias:Alias": regional(&standin.Kind{
			Name: "name", NamePrefix: "alias/",
			Required:  []string{"targetKeyId"},
			Immutable: []string{"name", "namePrefix"},
			Refuse:    []standin.Rule{aliasName},
			Claims:    func(c *standin.Call) []string { return []string{"alias " + aliasOf(c)} },
			ID:        func(c *standin.Call) string { return aliasOf(c) },
			Outputs: map[string]standin.Output{
				"arn": func(c *standin.Call) any { return arn(c, "kms", c.IDOf()) },
				"targetKeyArn": func(c *standin.Call) any {
					if key := c.String("targetKeyId"); strings.HasPrefix(key, "arn:") {
						return key
					}
					return arn(c, "kms", "key/"+c.String("targetKeyId"))
				},
			},
			Defaults: map[string]standin.Output{
				"name":       func(c *standin.Call) any { return c.IDOf() },
				"namePrefix": constant(""),
			},
		}),
		"aws:cloudwatch/logGroup:LogGroup": regional(tagged(&standin.Kind{
			Name: "name", NameLimit: 512,
			Immutable: []string{"name", "namePrefix", "logGroupClass"},
			Refuse: []standin.Rule{
				matching("name", `^[\w./#-]+$`, "letters, digits or any of _./#-"), allowedRetention,
				oneOf("logGroupClass", "STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
			},
			Claims: func(c *standin.Call) []string { return []string{"log group " + c.String("name")} },
			ID:     nameOrPrefix,
			Outputs: map[string]standin.Output{
				"arn": func(c *standin.Call) any { return arn(c, "logs", "log-group:"+c.IDOf()) },
			},
			Defaults: map[string]standin.Output{
				"name": func(c *standin.Call) any { return c.IDOf() }, "namePrefix": constant(""), "logGroupClass": constant("STANDARD"),
				"retentionInDays": constant(0), "skipDestroy": constant(false),
			},
		})),
		"aws:ebs/encryptionByDefault:EncryptionByDefault": regional(&standin.Kind{
			ID:       func(*standin.Call) string { return "terraform-" + decimal(standin.Hex(26)) },
			Defaults: map[string]standin.Output{"enabled": constant(true)},
		}),
		"aws:ebs/defaultKmsKey:DefaultKmsKey": regional(&standin.Kind{
			Required:  []string{"keyArn"},
			Immutable: []string{"keyArn"},
			Refuse:    []standin.Rule{matching("keyArn", `^arn:aws[\w-]*:kms:`, "the ARN of a KMS key")},
			ID:        idFrom("keyArn"),
		}),
	}
}

func rotatesOnlySymmetric(c *standin.Call) error {
	spec := c.String("customerMasterKeySpec")
	if c.Bool("enableKeyRotation") && spec != "" && spec != "SYMMETRIC_DEFAULT" {
		return fmt.Errorf("%s: enableKeyRotation is true, want false for a key of kind %s", c.Name, spec)
	}
	return nil
}

func aliasOf(c *standin.Call) string {
	if name := c.String("name"); name != "" {
		return name
	}
	return c.String("namePrefix") + standin.Hex(26)
}

func aliasName(c *standin.Call) error {
	for _, property := range []string{"name", "namePrefix"} {
		v := c.String(property)
		if c.Has(property) && (!strings.HasPrefix(v, "alias/") || strings.HasPrefix(v, "alias/aws/")) {
			return fmt.Errorf("%s: %s is %q, want one that begins with alias/ but not with alias/aws/", c.Name, property, v)
		}
	}
	return nil
}

// allowedRetention refuses a number of days that CloudWatch does not offer; 0 keeps the logs for ever.
func allowedRetention(c *standin.Call) error {
	allowed := []float64{
		0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
	}
	if days, given := c.Number("retentionInDays"); given && !slices.Contains(allowed, days) {
		return fmt.Errorf("%s: retentionInDays is %v, want one of %v", c.Name, days, allowed)
	}
	return nil
}
