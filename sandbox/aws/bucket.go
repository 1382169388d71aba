package aws

import (
	"fmt"
	"regexp"
	"strings"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

const bucketType = "aws:s3/bucket:Bucket"

// bucketKinds are S3 buckets and their settings, each of which is a resource of its own. No object is ever put into a bucket here, so it can always be
// deleted; S3 itself refuses to delete a bucket that holds anything.
func bucketKinds() map[string]*standin.Kind {
	return map[string]*standin.Kind{
		bucketType: regional(tagged(&standin.Kind{
			Name: "bucket", NameLimit: 63,
			Immutable: []string{"bucket", "bucketPrefix", "objectLockEnabled"},
			Refuse:    []standin.Rule{bucketName},
			// Bucket names are one namespace of the whole world; this is as much of it as there is here.
			Claims: func(c *standin.Call) []string { return []string{"bucket " + c.String("bucket")} },
			Facts: map[string]standin.Output{"locks": func(c *standin.Call) any {
				return fmt.Sprint(c.Bool("objectLockEnabled"))
			}},
			ID: func(c *standin.Call) string {
				if name := c.String("bucket"); name != "" {
					return name
				}
				return c.String("bucketPrefix") + decimal(standin.Hex(26))
			},
			Outputs: map[string]standin.Output{
				"arn":                      func(c *standin.Call) any { return "arn:" + partitionOf(regionOf(c)) + ":s3:::" + c.IDOf() },
				"bucketDomainName":         func(c *standin.Call) any { return c.IDOf() + ".s3.amazonaws.com" },
				"bucketRegion":             func(c *standin.Call) any { return regionOf(c) },
				"bucketRegionalDomainName": func(c *standin.Call) any { return c.IDOf() + ".s3." + regionOf(c) + ".amazonaws.com" },
				"hostedZoneId":             func(c *standin.Call) any { return "Z" + strings.ToUpper(c.Hex("zone", 13)) },
				"websiteDomain":            constant(""), "websiteEndpoint": constant(""),
			},
			Defaults: map[string]standin.Output{
				"bucket": func(c *standin.Call) any { return c.IDOf() }, "bucketPrefix": constant(""), "forceDestroy": constant(false),
				"objectLockEnabled": constant(false), "requestPayer": constant("BucketOwner"), "accelerationStatus": constant(""),
				"policy": constant(""), "grants": constant([]any{}), "corsRules": constant([]any{}), "lifecycleRules": constant([]any{}),
			},
		})),
		"aws:s3/bucketVersioning:BucketVersioning": ofBucket(&standin.Kind{
			Required: []string{"versioningConfiguration"},
			Refuse: []standin.Rule{func(c *standin.Call) error {
				return oneOfAt(c, []string{"Enabled", "Suspended", "Disabled"}, "versioningConfiguration", "status")
			}},
			RefuseCreate: []standin.Rule{locksNeedVersions},
		}),
		"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket(&standin.Kind{
			Required: []string{"rules"},
			Refuse: []standin.Rule{func(c *standin.Call) error {
				for _, rule := range c.List("rules") {
					rule, _ := c.PlainOf(rule).(map[string]any)
					by, _ := rule["applyServerSideEncryptionByDefault"].(map[string]any)
					if key, _ := by["kmsMasterKeyId"].(string); key != "" && by["sseAlgorithm"] == "AES256" {
						return fmt.Errorf("%s: kmsMasterKeyId goes with sseAlgorithm aws:kms", c.Name)
					}
				}
				return nil
			}},
		}),
		"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket(&standin.Kind{
			Defaults: map[string]standin.Output{
				"blockPublicAcls": constant(false), "blockPublicPolicy": constant(false), "ignorePublicAcls": constant(false),
				"restrictPublicBuckets": constant(false),
			},
		}),
		"aws:s3/bucketOwnershipControls:BucketOwnershipControls": ofBucket(&standin.Kind{
			Required: []string{"rule"},
			Refuse: []standin.Rule{func(c *standin.Call) error {
				return oneOfAt(c, []string{"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"}, "rule", "objectOwnership")
			}},
		}),
		"aws:s3/bucketPolicy:BucketPolicy": ofBucket(&standin.Kind{
			Required: []string{"policy"},
			// 20 KB (Amazon S3 user guide: bucket policies).
			Refuse: []standin.Rule{validDocument("policy"), shorterThan("policy", 20480)},
		}),
		"aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ofBucket(&standin.Kind{
			Refuse:   []standin.Rule{validRetention},
			Defaults: map[string]standin.Output{"objectLockEnabled": constant("Enabled")},
		}),
		"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ofBucket(&standin.Kind{
			Defaults: map[string]standin.Output{
				"expectedBucketOwner": constant(""), "transitionDefaultMinimumObjectSize": constant("all_storage_classes_128K"),
			},
		}),
	}
}

// ofBucket completes a kind that is one setting of a bucket: it is found by the bucket's name, and there is one at most.
func ofBucket(k *standin.Kind) *standin.Kind {
	k.Required = append(k.Required, "bucket")
	k.Immutable = append(k.Immutable, "bucket")
	k.ID = idFrom("bucket")
	k.Claims = func(c *standin.Call) []string { return []string{c.URN.Type().String() + " of " + c.String("bucket")} }
	return regional(k)
}

var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// bucketName applies the rules of names that people get wrong (Amazon S3 user guide: bucket naming rules).
func bucketName(c *standin.Call) error {
	if name := c.String("bucket"); c.Has("bucket") && !bucketForm.MatchString(name) {
		return fmt.Errorf("%s: bucket is %q, want 3 to 63 lower-case letters, digits, dots and hyphens that begin and end with a letter or digit", c.Name, name)
	}
	return nil
}

func oneOfAt(c *standin.Call, allowed []string, path ...string) error {
	if v := c.String(path...); c.Has(path...) && !contains(allowed, v) {
		return fmt.Errorf("%s: %s is %q, want one of %s", c.Name, strings.Join(path, "."), v, strings.Join(allowed, ", "))
	}
	return nil
}

// locksNeedVersions refuses to stop versioning where versions are locked (Amazon S3 user guide: object lock considerations).
func locksNeedVersions(c *standin.Call) error {
	bucket, found, err := c.Cloud.Find(c.Stack(), bucketType, c.String("bucket"))
	if err != nil || !found {
		return err
	}
	if status := c.String("versioningConfiguration", "status"); bucket.Facts["locks"] == "true" && status != "Enabled" {
		return fmt.Errorf("versioningConfiguration.status is %q, want Enabled: the bucket locks its versions", status)
	}
	return nil
}

// validRetention refuses a default retention that S3 cannot read: a mode, and days or years.
func validRetention(c *standin.Call) error {
	if !c.Has("rule", "defaultRetention") {
		return nil
	}
	days, hasDays := c.Number("rule", "defaultRetention", "days")
	years, hasYears := c.Number("rule", "defaultRetention", "years")
	if hasDays == hasYears || (hasDays && days < 1) || (hasYears && years < 1) {
		return fmt.Errorf("%s: rule.defaultRetention has days %v and years %v, want one of them, 1 or more", c.Name, days, years)
	}
	return oneOfAt(c, []string{"GOVERNANCE", "COMPLIANCE"}, "rule", "defaultRetention", "mode")
}
