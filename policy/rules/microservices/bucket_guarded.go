package microservices

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	buckets           = pack.Tokens("aws:s3/bucket:Bucket")
	bucketBlocks      = pack.Tokens("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
	bucketVersions    = pack.Tokens("aws:s3/bucketVersioning:BucketVersioning")
	bucketEncryptions = pack.Tokens("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
	bucketPolicies    = pack.Tokens("aws:s3/bucketPolicy:BucketPolicy")
)

var bucketGuarded = pack.Rule{
	Name:     "bucket-guarded",
	Types:    buckets.And(bucketBlocks).And(bucketVersions).And(bucketEncryptions).And(bucketPolicies),
	Severity: pack.High,
	CKS:      "microservices/secrets",
	Must:     "An S3 bucket is closed to the public, keeps versions, encrypts with a KMS key and refuses plain HTTP.",
	Why: "What this platform keeps in a bucket is the state of its stacks, with wallet passwords in it, or backups of channels: one public policy shows them to all, " +
		"and one overwritten or deleted object without a version is gone for good.",
	Fix: "Beside the bucket, make a BucketPublicAccessBlock with all four switches true, a BucketVersioning with status Enabled, a " +
		"BucketServerSideEncryptionConfiguration with aws:kms, and a BucketPolicy that denies s3:* where aws:SecureTransport is false.",
	Refs: []string{"CKV2_AWS_6", "CKV_AWS_21", "CKV_AWS_145", "AWS-0086", "AWS-0090", "AWS: security best practices for Amazon S3"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, bucket := range s.All(buckets) {
			checkPart(s, bucket, bucketBlocks, "public access block", violate, func(block pack.Resource) {
				for _, name := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
					if switched := block.At(name); !switched.Is(true) {
						violate(block, switched.Path()+" is not true.")
					}
				}
			})
			checkPart(s, bucket, bucketVersions, "versioning", violate, func(versions pack.Resource) {
				if status := versions.At("versioningConfiguration", "status"); !status.Is("Enabled") {
					violate(versions, status.Path()+" is not Enabled.")
				}
			})
			checkPart(s, bucket, bucketEncryptions, "encryption of its own", violate, func(encryption pack.Resource) {
				algorithm := encryption.At("rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm")
				if !algorithm.In("aws:kms", "aws:kms:dsse") {
					violate(encryption, algorithm.Path()+" is not aws:kms.")
				}
			})
			checkPart(s, bucket, bucketPolicies, "policy", violate, func(policy pack.Resource) {
				if text := policy.At("policy"); !deniesPlainHTTP(text.JSON().At("Statement")) {
					violate(policy, text.Path()+" lets plain HTTP through.")
				}
			})
		}
	},
	Pass: pack.Cases{
		"guarded":                     guarded(nil),
		"two of them":                 append(guarded(nil), named("other", guarded(nil))...),
		"one statement, not a list":   guarded(map[string]object{"aws:s3/bucketPolicy:BucketPolicy": {"bucket": "state", "policy": `{"Statement":` + noPlainHTTP + `}`}}),
		"a policy that allows, too":   guarded(map[string]object{"aws:s3/bucketPolicy:BucketPolicy": {"bucket": "state", "policy": `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject"},` + noPlainHTTP + `]}`}}),
		"no bucket":                   {{Type: "aws:s3/bucketPolicy:BucketPolicy", Name: "policy", Props: object{"bucket": "elsewhere", "policy": "{}"}}},
		"two layers of KMS encrypted": guarded(map[string]object{encryptionType: {"bucket": "state", "rules": list{object{"applyServerSideEncryptionByDefault": object{"sseAlgorithm": "aws:kms:dsse"}}}}}),
	},
	Fail: pack.Cases{
		"a bucket alone":        pack.One("aws:s3/bucket:Bucket", object{"bucket": "state"}),
		"a switch off":          guarded(map[string]object{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {"bucket": "state", "blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": false}}),
		"a switch left out":     guarded(map[string]object{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {"bucket": "state", "blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true}}),
		"versions suspended":    guarded(map[string]object{"aws:s3/bucketVersioning:BucketVersioning": {"bucket": "state", "versioningConfiguration": object{"status": "Suspended"}}}),
		"S3's own keys":         guarded(map[string]object{encryptionType: {"bucket": "state", "rules": list{object{"applyServerSideEncryptionByDefault": object{"sseAlgorithm": "AES256"}}}}}),
		"no rule":               guarded(map[string]object{encryptionType: {"bucket": "state", "rules": list{}}}),
		"plain HTTP":            guarded(map[string]object{"aws:s3/bucketPolicy:BucketPolicy": {"bucket": "state", "policy": `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject"}]}`}}),
		"plain HTTP alone":      guarded(map[string]object{"aws:s3/bucketPolicy:BucketPolicy": {"bucket": "state", "policy": strings.Replace(`{"Statement":[`+noPlainHTTP+`]}`, "Deny", "Allow", 1)}}),
		"no JSON":               guarded(map[string]object{"aws:s3/bucketPolicy:BucketPolicy": {"bucket": "state", "policy": "closed"}}),
		"another one's parts":   append(guarded(nil), pack.Object{Type: "aws:s3/bucket:Bucket", Name: "other", Props: object{"bucket": "other"}}),
		"a policy of another's": guarded(map[string]object{"aws:s3/bucketPolicy:BucketPolicy": {"bucket": "other", "policy": `{"Statement":[` + noPlainHTTP + `]}`}}),
	},
}

// checkPart looks at the part of that type which the bucket has, and reports a bucket that has none.
func checkPart(s pack.Stack, bucket pack.Resource, types pack.Types, what string, violate pack.StackReport, check func(pack.Resource)) {
	has := false
	for _, part := range s.All(types) {
		if partOf(part, bucket) {
			has = true
			check(part)
		}
	}
	if !has {
		violate(bucket, "The bucket has no "+what+".")
	}
}

// partOf tells whether a setting is that of a bucket. A name that is not known yet is found by the dependency on the bucket.
func partOf(part, bucket pack.Resource) bool {
	named, name := part.At("bucket"), bucket.At("bucket")
	if named.Known() && name.Known() && named.Given() && name.Given() {
		return named.Text() == name.Text()
	}
	if len(part.Dependencies) > 0 {
		return slices.Contains(part.Dependencies, bucket.URN)
	}
	if named.Known() {
		return name.Is(named.Text())
	}
	return named.Is(name.Text())
}

// deniesPlainHTTP tells whether one of the statements denies what comes without TLS.
func deniesPlainHTTP(statements pack.Value) bool {
	for _, statement := range statements.Each() {
		for _, secure := range statement.At("Condition", "Bool", "aws:SecureTransport").Each() {
			if secure.Is("false") && statement.At("Effect").Is("Deny") {
				return true
			}
		}
	}
	return false
}

const (
	encryptionType = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
	noPlainHTTP    = `{"Effect":"Deny","Principal":"*","Action":"s3:*","Condition":{"Bool":{"aws:SecureTransport":["false"]}}}`
)

// guarded is a bucket with all that it needs, but for the parts that are given.
func guarded(instead map[string]object) pack.Case {
	all := pack.Case{{Type: "aws:s3/bucket:Bucket", Name: "state", Props: object{"bucket": "state"}}}
	for _, part := range []pack.Object{
		{Type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", Props: object{
			"bucket": "state", "blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true,
		}},
		{Type: "aws:s3/bucketVersioning:BucketVersioning", Props: object{"bucket": "state", "versioningConfiguration": object{"status": "Enabled"}}},
		{Type: encryptionType, Props: object{"bucket": "state", "rules": list{object{"applyServerSideEncryptionByDefault": object{"sseAlgorithm": "aws:kms"}}}}},
		{Type: "aws:s3/bucketPolicy:BucketPolicy", Props: object{"bucket": "state", "policy": `{"Statement":[` + noPlainHTTP + `]}`}},
	} {
		part.Name = "state"
		if other, ok := instead[part.Type]; ok {
			part.Props = other
		}
		all = append(all, part)
	}
	return all
}

// named gives a bucket and its parts another name.
func named(name string, objects pack.Case) pack.Case {
	var all pack.Case
	for _, o := range objects {
		props := object{}
		for key, value := range o.Props {
			props[key] = value
		}
		props["bucket"] = name
		all = append(all, pack.Object{Type: o.Type, Name: name, Props: props})
	}
	return all
}
