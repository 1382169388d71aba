package bootstrap

import (
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/policydoc"
)

// newBucket makes the bucket of the state. Pulumi overwrites a stack's file at each step and deletes its lock files; on a versioned bucket the
// one adds a version and the other a delete marker, and a lock of the versions forbids neither. What it forbids is to delete a version for
// good. S3 wants a checksum with every upload to such a bucket, which Pulumi sends: its S3 client is newer than January 2025, when checksums
// became the SDK's default.
func newBucket(ctx *pulumi.Context, name string, args Args, key *kms.Key, child pulumi.ResourceOption) (*s3.Bucket, error) {
	lasting := lasting(args, child)
	bucket, err := s3.NewBucket(ctx, name+"-state", &s3.BucketArgs{
		Bucket: pulumi.String(args.bucket()),
		// Can only be chosen when the bucket is made. It turns versioning on, for good.
		ObjectLockEnabled: pulumi.Bool(true),
	}, lasting)
	if err != nil {
		return nil, err
	}
	_, err = s3.NewBucketPublicAccessBlock(ctx, name+"-state", &s3.BucketPublicAccessBlockArgs{
		Bucket:                bucket.Bucket,
		BlockPublicAcls:       pulumi.Bool(true),
		BlockPublicPolicy:     pulumi.Bool(true),
		IgnorePublicAcls:      pulumi.Bool(true),
		RestrictPublicBuckets: pulumi.Bool(true),
	}, lasting)
	if err != nil {
		return nil, err
	}
	_, err = s3.NewBucketOwnershipControls(ctx, name+"-state", &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.Bucket,
		Rule:   s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, lasting)
	if err != nil {
		return nil, err
	}
	_, err = s3.NewBucketServerSideEncryptionConfiguration(ctx, name+"-state", &s3.BucketServerSideEncryptionConfigurationArgs{
		Bucket: bucket.Bucket,
		Rules: s3.BucketServerSideEncryptionConfigurationRuleArray{s3.BucketServerSideEncryptionConfigurationRuleArgs{
			BucketKeyEnabled: pulumi.Bool(true),
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm:   pulumi.String("aws:kms"),
				KmsMasterKeyId: key.Arn,
			},
		}},
	}, lasting)
	if err != nil {
		return nil, err
	}
	_, err = s3.NewBucketPolicy(ctx, name+"-state", &s3.BucketPolicyArgs{
		Bucket: bucket.Bucket,
		Policy: key.Arn.ApplyT(func(arn string) string { return bucketPolicy(args, arn).JSON() }).(pulumi.StringOutput),
	}, lasting)
	if err != nil {
		return nil, err
	}
	return bucket, newVersions(ctx, name, args, bucket, lasting)
}

// newVersions keeps, locks and at last removes the versions of the state's files.
func newVersions(ctx *pulumi.Context, name string, args Args, bucket *s3.Bucket, lasting pulumi.ResourceOption) error {
	versioning, err := s3.NewBucketVersioning(ctx, name+"-state", &s3.BucketVersioningArgs{
		Bucket:                  bucket.Bucket,
		VersioningConfiguration: s3.BucketVersioningVersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, lasting)
	if err != nil {
		return err
	}
	// Governance, not compliance: a secret that gets into a state by mistake must be removable. Only administrators may, by the bucket's policy.
	_, err = s3.NewBucketObjectLockConfiguration(ctx, name+"-state", &s3.BucketObjectLockConfigurationArgs{
		Bucket: bucket.Bucket,
		Rule: s3.BucketObjectLockConfigurationRuleArgs{
			DefaultRetention: s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs{
				Mode: pulumi.String("GOVERNANCE"),
				Days: pulumi.Int(args.LockDays),
			},
		},
	}, lasting, pulumi.DependsOn([]pulumi.Resource{versioning}))
	if err != nil {
		return err
	}
	_, err = s3.NewBucketLifecycleConfiguration(ctx, name+"-state", &s3.BucketLifecycleConfigurationArgs{
		Bucket: bucket.Bucket,
		Rules: s3.BucketLifecycleConfigurationRuleArray{s3.BucketLifecycleConfigurationRuleArgs{
			Id:     pulumi.String("old-versions"),
			Status: pulumi.String("Enabled"),
			Filter: s3.BucketLifecycleConfigurationRuleFilterArgs{Prefix: pulumi.String("")},
			NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs{
				NoncurrentDays: pulumi.Int(args.KeepDays),
			},
			// What is left of a lock file once its versions are gone.
			Expiration: s3.BucketLifecycleConfigurationRuleExpirationArgs{ExpiredObjectDeleteMarker: pulumi.Bool(true)},
			AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs{
				DaysAfterInitiation: pulumi.Int(7),
			},
		}},
	}, lasting, pulumi.DependsOn([]pulumi.Resource{versioning}))
	return err
}

// bucketPolicy allows nothing: rights come from the roles. It denies what must not happen, whoever asks.
func bucketPolicy(a Args, keyARN string) policydoc.Document {
	objects, both := []string{a.bucketARN() + "/*"}, []string{a.bucketARN(), a.bucketARN() + "/*"}
	deny := func(sid string, actions, resources []string, condition map[string]map[string][]string) policydoc.Statement {
		return policydoc.Statement{
			Sid: sid, Effect: "Deny", Principal: map[string]string{"AWS": "*"}, Action: actions, Resource: resources, Condition: condition,
		}
	}
	put := []string{"s3:PutObject"}
	const (
		algorithm = "s3:x-amz-server-side-encryption"
		keyID     = "s3:x-amz-server-side-encryption-aws-kms-key-id"
		customers = "s3:x-amz-server-side-encryption-customer-algorithm"
	)
	return policydoc.Of(
		deny("PlainHTTP", []string{"s3:*"}, both, map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}}),
		deny("OldTLS", []string{"s3:*"}, both, map[string]map[string][]string{"NumericLessThan": {"s3:TlsVersion": {"1.2"}}}),
		// Pulumi names no encryption and gets the bucket's own. So a missing header passes, which Null says: with StringNotEquals alone, and with
		// its form IfExists too, a missing key counts as another value (IAM user guide: condition operators).
		deny("OtherEncryption", put, objects, map[string]map[string][]string{"StringNotEquals": {algorithm: {"aws:kms"}}, "Null": {algorithm: {"false"}}}),
		deny("OtherKey", put, objects, map[string]map[string][]string{"StringNotEquals": {keyID: {keyARN}}, "Null": {keyID: {"false"}}}),
		// With the algorithm but no key, S3 would take AWS' own key (API PutObject, SSEKMSKeyId).
		deny("KeyOfAWS", put, objects, map[string]map[string][]string{"StringEquals": {algorithm: {"aws:kms"}}, "Null": {keyID: {"true"}}}),
		deny("KeyOfTheCaller", put, objects, map[string]map[string][]string{"Null": {customers: {"false"}}}),
		deny("HistoryIsTheAdministrators", []string{
			"s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutBucketAcl",
			"s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
			"s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutObjectLegalHold",
			"s3:PutObjectRetention", "s3:PutReplicationConfiguration",
		}, both, map[string]map[string][]string{"ArnNotEquals": {"aws:PrincipalArn": append([]string{a.rootARN()}, a.Administrators...)}}),
	)
}
