package bootstrap

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/internal/policydoc"
)

const keyARN = "arn:aws:kms:us-east-2:123456789012:key/state"

func args() Args {
	return Args{
		Name: "satkube", Stack: "bootstrap", Partition: "aws", Region: "us-east-2", AccountID: "123456789012",
		Regions: []string{"us-east-2", "eu-central-1"}, Clusters: []string{"satkube-testnet", "satkube-mainnet"},
		Administrators: []string{"arn:aws:iam::123456789012:role/admin", "arn:aws:iam::123456789012:role/break-glass"},
		URL:            "https://gitlab.com", Audience: "https://gitlab.com", Project: ours, ProtectedEnvironments: true,
		PreviewStacks: []string{"testnet"}, LockDays: 30, KeepDays: 90, Protect: true,
	}
}

func program(a Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "bootstrap", a)
		return err
	}
}

func run(t *testing.T, a Args) *mock.Recording {
	t.Helper()
	return mock.Deployed(t, program(a))
}

func documents() map[string]policydoc.Document {
	a := args()
	return map[string]policydoc.Document{
		"trust-preview": previewTrust(a), "trust-deploy": deployTrust(a), "key": keyPolicy(a), "bucket": bucketPolicy(a, keyARN),
		"boundary": boundary(a), "read": read(a), "network": network(a), "nodes": nodes(a), "cluster": cluster(a), "iam": identity(a),
		"state-preview": previewState(a, keyARN), "state-deploy": deployState(a, keyARN),
	}
}

func TestDocuments_MatchTheirGoldens(t *testing.T) {
	for name, document := range documents() {
		golden.Equal(t, name+".json", document.Indented())
	}
}

// IAM's limits (IAM user guide: quotas): 6,144 characters in a managed policy, 10,240 in a role's own together, 2,048 in a trust policy.
func TestDocuments_StayWithinIAMsLimits(t *testing.T) {
	long := args()
	long.Project = strings.Repeat("g", 60) + "/" + strings.Repeat("p", 60)
	long.Clusters = []string{strings.Repeat("a", 40), strings.Repeat("b", 40), strings.Repeat("c", 40), strings.Repeat("d", 40)}
	long.PreviewStacks = []string{"testnet", "signet", "staging"}
	for name, c := range map[string]struct {
		document policydoc.Document
		limit    int
	}{
		"trust-preview": {previewTrust(long), 2048},
		"trust-deploy":  {deployTrust(long), 2048},
		"boundary":      {boundary(long), 6144},
		"read":          {read(long), 6144},
		"network":       {network(long), 6144},
		"nodes":         {nodes(long), 6144},
		"cluster":       {cluster(long), 6144},
		"iam":           {identity(long), 6144},
		"state-preview": {previewState(long, keyARN), 10240},
		"state-deploy":  {deployState(long, keyARN), 10240},
		"bucket":        {bucketPolicy(long, keyARN), 20480},
		"key":           {keyPolicy(long), 32768},
	} {
		require.LessOrEqual(t, len(c.document.JSON()), c.limit, name)
	}
}

func TestNew_GuardsTheStateAndItsKey(t *testing.T) {
	recording := run(t, args())
	block := recording.Must(t, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bootstrap-state")
	for _, switched := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
		require.True(t, block.Path(switched).BoolValue(), switched)
	}
	bucket := recording.Must(t, "aws:s3/bucket:Bucket", "bootstrap-state")
	require.True(t, bucket.Path("objectLockEnabled").BoolValue())
	require.Equal(t, "satkube-state-123456789012-us-east-2", bucket.Path("bucket").StringValue())
	require.True(t, bucket.Path("forceDestroy").IsNull(), "no version goes with the bucket")
	require.Equal(t, "Enabled", recording.Must(t, "aws:s3/bucketVersioning:BucketVersioning", "bootstrap-state").Path("versioningConfiguration", "status").StringValue())
	require.Equal(t, "BucketOwnerEnforced",
		recording.Must(t, "aws:s3/bucketOwnershipControls:BucketOwnershipControls", "bootstrap-state").Path("rule", "objectOwnership").StringValue())
	lock := recording.Must(t, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "bootstrap-state")
	require.Equal(t, "GOVERNANCE", lock.Path("rule", "defaultRetention", "mode").StringValue())
	require.Equal(t, 30.0, lock.Path("rule", "defaultRetention", "days").NumberValue())
	encryption := recording.Must(t, "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "bootstrap-state").
		Path("rules").ArrayValue()[0].ObjectValue()
	require.True(t, encryption["bucketKeyEnabled"].BoolValue())
	require.Equal(t, "arn:recorded:bootstrap-state", encryption["applyServerSideEncryptionByDefault"].ObjectValue()["kmsMasterKeyId"].StringValue())
	rule := recording.Must(t, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "bootstrap-state").Path("rules").ArrayValue()[0].ObjectValue()
	require.Equal(t, 90.0, rule["noncurrentVersionExpiration"].ObjectValue()["noncurrentDays"].NumberValue())
	require.NotContains(t, rule["expiration"].ObjectValue(), "days", "the newest version never expires")

	key := recording.Must(t, "aws:kms/key:Key", "bootstrap-state")
	require.True(t, key.Path("enableKeyRotation").BoolValue())
	require.Equal(t, 30.0, key.Path("deletionWindowInDays").NumberValue())
}

// A bucket that stays without its policy would be open to the account; one that stays without its key could not be read.
func TestNew_ProtectsAndRetainsTheStateWithAllThatGuardsIt(t *testing.T) {
	trial := args()
	trial.Protect = false
	for protect, recording := range map[bool]*mock.Recording{true: run(t, args()), false: run(t, trial)} {
		guarding := 0
		for _, r := range recording.Resources() {
			if strings.HasPrefix(r.Type, "aws:s3/") || strings.HasPrefix(r.Type, "aws:kms/") {
				guarding++
				require.Equal(t, protect, r.Protect, "%s %s", r.Type, r.Name)
				require.Equal(t, protect, r.RetainOnDelete, "%s %s", r.Type, r.Name)
			}
		}
		require.Equal(t, 10, guarding)
	}
}

func TestNew_TrustsOneGitLabForOneAudience(t *testing.T) {
	provider := run(t, args()).Must(t, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "bootstrap-gitlab")
	require.Equal(t, "https://gitlab.com", provider.Path("url").StringValue())
	require.Len(t, provider.Path("clientIdLists").ArrayValue(), 1)
	require.True(t, provider.Path("thumbprintLists").IsNull())
}

func TestNew_RefusesWhatItCannotGuess(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"no account":                {func(a *Args) { a.AccountID = "" }, "account id is empty, want a value"},
		"no project":                {func(a *Args) { a.Project = "" }, "project is empty, want a value"},
		"a pattern of projects":     {func(a *Args) { a.Project = "group/*" }, "want no *, ? or $, which IAM reads as patterns"},
		"a pattern of audiences":    {func(a *Args) { a.Audience = "?" }, "want no *, ? or $"},
		"a policy variable":         {func(a *Args) { a.Project = "${aws:username}/x" }, "want no *, ? or $"},
		"nobody to manage it":       {func(a *Args) { a.Administrators = nil }, "administrators is empty, want one at least"},
		"nothing to deploy":         {func(a *Args) { a.Clusters = nil }, "clusters is empty, want one at least"},
		"nowhere to deploy":         {func(a *Args) { a.Regions = nil }, "regions is empty, want one at least"},
		"no lock":                   {func(a *Args) { a.LockDays = 0 }, "lock days and keep days are 0 and 90, want 1 or more"},
		"kept for less than locked": {func(a *Args) { a.KeepDays = 29 }, "want 1 or more, and to keep as long as to lock"},
	} {
		t.Run(name, func(t *testing.T) {
			a := args()
			c.change(&a)
			recording, err := mock.Run(program(a), nil)
			require.ErrorContains(t, err, "bootstrap bootstrap: ")
			require.ErrorContains(t, err, c.want)
			require.Empty(t, recording.Resources())
		})
	}
}
