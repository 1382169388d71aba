package bootstrap

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBucketPolicy_DeniesWhatWouldLayTheStateOpen(t *testing.T) {
	const (
		algorithm = "s3:x-amz-server-side-encryption"
		keyID     = "s3:x-amz-server-side-encryption-aws-kms-key-id"
	)
	object := stateOf + "/.pulumi/stacks/satkube/testnet.json"
	by := func(principal, action, resource string, context ...string) request {
		r := in(action, resource, append([]string{"aws:SecureTransport", "true", "s3:TlsVersion", "1.3", "aws:PrincipalArn", principal}, context...)...)
		r.principal = principal
		return r
	}
	deploy, admin := iamOf+"role/satkube-deploy", iamOf+"role/admin"
	for name, c := range map[string]struct {
		request request
		want    verdict
	}{
		"Pulumi names no encryption":         {by(deploy, "s3:PutObject", object), unallowed},
		"the state's key":                    {by(deploy, "s3:PutObject", object, algorithm, "aws:kms", keyID, stateKey), unallowed},
		"no KMS":                             {by(deploy, "s3:PutObject", object, algorithm, "AES256"), denied},
		"another key":                        {by(deploy, "s3:PutObject", object, algorithm, "aws:kms", keyID, keyARN), denied},
		"another key by an administrator":    {by(admin, "s3:PutObject", object, algorithm, "aws:kms", keyID, keyARN), denied},
		"a key of AWS'":                      {by(deploy, "s3:PutObject", object, algorithm, "aws:kms"), denied},
		"a key of the caller":                {by(deploy, "s3:PutObject", object, "s3:x-amz-server-side-encryption-customer-algorithm", "AES256"), denied},
		"reading":                            {by(deploy, "s3:GetObject", object), unallowed},
		"deleting a file":                    {by(deploy, "s3:DeleteObject", object), unallowed},
		"deleting a version":                 {by(deploy, "s3:DeleteObjectVersion", object), denied},
		"an administrator deletes a version": {by(admin, "s3:DeleteObjectVersion", object), unallowed},
		"the root user mends the policy":     {by(iamOf+"root", "s3:PutBucketPolicy", stateOf), unallowed},
		"passing by the lock":                {by(deploy, "s3:BypassGovernanceRetention", object), denied},
		"shortening the lock":                {by(deploy, "s3:PutObjectRetention", object), denied},
		"stopping the versions":              {by(deploy, "s3:PutBucketVersioning", stateOf), denied},
		"expiring the versions":              {by(deploy, "s3:PutLifecycleConfiguration", stateOf), denied},
		"taking the policy away":             {by(iamOf+"role/some-tool", "s3:DeleteBucketPolicy", stateOf), denied},
	} {
		t.Run(name, func(t *testing.T) {
			policy := run(t, args()).Must(t, "aws:s3/bucketPolicy:BucketPolicy", "bootstrap-state").Path("policy").StringValue()
			require.Equal(t, c.want, decide(t, []string{policy}, c.request))
			for transport, value := range map[string]string{"aws:SecureTransport": "false", "s3:TlsVersion": "1.1"} {
				insecure := c.request
				insecure.context = maps.Clone(c.request.context)
				insecure.context[transport] = []string{value}
				require.Equal(t, denied, decide(t, []string{policy}, insecure), transport)
			}
		})
	}
}

func TestKeyPolicy_NamesEverybodyWhoGetsAtTheKey(t *testing.T) {
	by := func(principal, action string, context ...string) request {
		r := in(action, stateKey, context...)
		r.principal = principal
		return r
	}
	deploy, preview := iamOf+"role/satkube-deploy", iamOf+"role/satkube-preview"
	viaS3 := []string{"kms:ViaService", "s3.us-east-2.amazonaws.com", "kms:EncryptionContext:aws:s3:arn", stateOf}
	for name, c := range map[string]struct {
		request request
		want    verdict
	}{
		"an administrator manages":                {by(iamOf+"role/admin", "kms:PutKeyPolicy"), allowed},
		"the root user":                           {by(iamOf+"root", "kms:PutKeyPolicy", "aws:PrincipalType", "Account"), allowed},
		"the account's IAM policies":              {by(iamOf+"root", "kms:Decrypt", "aws:PrincipalType", "AssumedRole"), unallowed},
		"another role of the account":             {by(iamOf+"role/some-tool", "kms:Decrypt", "aws:PrincipalType", "AssumedRole"), unallowed},
		"deploy encrypts":                         {by(deploy, "kms:Encrypt"), allowed},
		"deploy does not manage":                  {by(deploy, "kms:PutKeyPolicy"), unallowed},
		"deploy does not delete":                  {by(deploy, "kms:ScheduleKeyDeletion"), unallowed},
		"deploy does not lend it":                 {by(deploy, "kms:CreateGrant"), unallowed},
		"preview reads the state":                 {by(preview, "kms:Decrypt", viaS3...), allowed},
		"preview reads another bucket":            {by(preview, "kms:Decrypt", "kms:ViaService", "s3.us-east-2.amazonaws.com", "kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::other"), unallowed},
		"preview reads testnet's secrets":         {by(preview, "kms:Decrypt", "kms:EncryptionContext:stack", "testnet"), allowed},
		"preview reads mainnet's secrets":         {by(preview, "kms:Decrypt", "kms:EncryptionContext:stack", "mainnet"), unallowed},
		"preview reads secrets that name nothing": {by(preview, "kms:Decrypt"), unallowed},
		"preview does not encrypt":                {by(preview, "kms:Encrypt", "kms:EncryptionContext:stack", "testnet"), unallowed},
		"preview does not manage":                 {by(preview, "kms:DisableKey"), unallowed},
	} {
		t.Run(name, func(t *testing.T) {
			policy := run(t, args()).Must(t, "aws:kms/key:Key", "bootstrap-state").Path("policy").StringValue()
			require.Equal(t, c.want, decide(t, []string{policy}, c.request))
		})
	}
}

func TestPreview_ReadsNoSecretWhenNoStackIsNamed(t *testing.T) {
	a := args()
	a.PreviewStacks = nil
	recording := run(t, a)
	secrets := in("kms:Decrypt", stateKey, "kms:EncryptionContext:stack", "testnet")
	secrets.principal = iamOf + "role/satkube-preview"
	require.Equal(t, unallowed, decide(t, []string{recording.Must(t, "aws:kms/key:Key", "bootstrap-state").Path("policy").StringValue()}, secrets))
	state := []string{recording.Must(t, "aws:iam/rolePolicy:RolePolicy", "bootstrap-preview-state").Path("policy").StringValue()}
	require.Equal(t, unallowed, decide(t, state, in("s3:GetObject", stateOf+"/.pulumi/stacks/satkube/testnet.json")))
}
