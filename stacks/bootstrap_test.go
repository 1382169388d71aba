package stacks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/components/bootstrap"
	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/internal/mock/policies"
	"gitlab.com/thinkmassive/satkube/stacks"
)

func TestBootstrap_MatchesItsGolden(t *testing.T) {
	golden.Equal(t, "bootstrap.yaml", inventory(t, deploy(t, "bootstrap")))
}

func TestBootstrap_PassesThePolicies(t *testing.T) {
	recording := deploy(t, "bootstrap")
	require.Empty(t, policies.Refused(t, recording, "bootstrap"))
	// The rules see these resources: each of these mistakes is found.
	for name, edit := range map[string]edit{
		"anybody's branch":   {"aws:iam/role:Role", "bootstrap-deploy", []string{"assumeRolePolicy"}, strings.ReplaceAll(trustOfDeploy(t, recording), `gitlab.com:sub`, `gitlab.com:x`), "pod-role-trust"},
		"an administrator":   {"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "bootstrap-deploy-network", []string{"policyArn"}, "arn:aws:iam::aws:policy/AdministratorAccess", "iam-admin"},
		"all rights in IAM":  {"aws:iam/policy:Policy", "bootstrap-iam", []string{"policy"}, `{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}`, "iam-wildcards"},
		"a public bucket":    {"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bootstrap-state", []string{"restrictPublicBuckets"}, false, "bucket-guarded"},
		"a key that is kept": {"aws:kms/key:Key", "bootstrap-state", []string{"enableKeyRotation"}, false, "kms-rotation"},
	} {
		t.Run(name, func(t *testing.T) {
			recording := deploy(t, "bootstrap")
			recording.Change(t, edit.Type, edit.Name, edit.Value, edit.Path...)
			require.NotEmpty(t, found(policies.Judge(t, recording, "bootstrap"), edit.Rule, edit.Name), edit.Rule)
		})
	}
}

func trustOfDeploy(t *testing.T, recording *mock.Recording) string {
	t.Helper()
	return recording.Must(t, "aws:iam/role:Role", "bootstrap-deploy").Path("assumeRolePolicy").StringValue()
}

func TestBootstrap_MakesNothingOfThePlatform(t *testing.T) {
	for _, r := range deploy(t, "bootstrap").Resources() {
		if r.Type == "pulumi:providers:aws" {
			tags := r.Path("defaultTags", "tags").ObjectValue().Mappable()
			require.NotContains(t, tags, bootstrap.ClusterTag, "pipelines may change what has the clusters' tag")
			continue
		}
		require.Regexp(t, `^(satkube:bootstrap|aws:(iam|kms|s3)/)`, r.Type)
	}
}

// The tag that the deploying role's rights hang on is the one that the platform sets.
func TestBootstrap_FencesByTheTagThatThePlatformSets(t *testing.T) {
	for _, stack := range []string{"testnet", "mainnet"} {
		provider := deploy(t, stack).Must(t, "pulumi:providers:aws", "aws")
		require.Equal(t, "satkube-"+stack, provider.Path("defaultTags", "tags").ObjectValue().Mappable()[bootstrap.ClusterTag])
	}
}

func TestBootstrap_RefusesBadConfigurationBeforeItRegistersAnything(t *testing.T) {
	for name, c := range map[string]struct {
		settings map[string]string
		want     string
	}{
		"an empty object":       {map[string]string{"satkube:bootstrap": "{}"}, "gitlab.project is missing"},
		"an empty text":         {map[string]string{"satkube:bootstrap": ""}, "satkube:bootstrap is missing"},
		"beside a platform":     {map[string]string{"satkube:bootstrap": "{}", "satkube:platform": "{}"}, "want one of them"},
		"a key that is unknown": {map[string]string{"satkube:bootstrap": `{"gitlba":{}}`}, "did you mean gitlab?"},
	} {
		t.Run(name, func(t *testing.T) {
			recording, err := mock.Run(stacks.Deploy, c.settings)
			require.ErrorContains(t, err, c.want)
			require.Empty(t, recording.Resources())
		})
	}
}

func TestDeploy_GivesEveryRoleTheBoundaryThatPipelinesNeed(t *testing.T) {
	const boundary = "arn:aws:iam::123456789012:policy/satkube-boundary"
	settings := committed(t, "mainnet")
	settings["satkube:platform"] = strings.Replace(settings["satkube:platform"], `"region":`, `"permissionsBoundary":"`+boundary+`","region":`, 1)
	recording, err := mock.Run(stacks.Deploy, settings)
	require.NoError(t, err)
	roles := recording.All("aws:iam/role:Role")
	require.GreaterOrEqual(t, len(roles), 4)
	for _, role := range roles {
		require.Equal(t, boundary, role.Path("permissionsBoundary").StringValue(), role.Name)
	}
}

func TestEngine_KeepsTheStateWhenItsStackIsDestroyed(t *testing.T) {
	e := newEngine(t)
	out := e.must("up", "-s", "bootstrap")
	require.Regexp(t, `loginUrl *: "s3://satkube-state-123456789012-us-east-2\?region=us-east-2&awssdk=v2"`, out)
	require.Regexp(t, `deployRoleArn *: "arn:aws:iam::123456789012:role/satkube-deploy"`, out)
	e.must("preview", "-s", "bootstrap", "--expect-no-changes")
	e.must("refresh", "-s", "bootstrap", "--expect-no-changes")
	require.Equal(t, held(e.state("bootstrap")), e.exists("bootstrap"))

	out, ok := e.run(nil, "destroy", "-s", "bootstrap")
	require.False(t, ok, "what is protected is not destroyed")
	require.Contains(t, out, "because it is protected")

	e.must("state", "unprotect", "-s", "bootstrap", "--all", "--yes")
	e.must("destroy", "-s", "bootstrap")
	require.Empty(t, e.state("bootstrap"))
	var left []string
	for _, urn := range e.exists("bootstrap") {
		_, name, _ := strings.Cut(urn, "$aws:")
		left = append(left, name)
	}
	require.Len(t, left, 10, "bucket, key and all that guards them: %v", left)
	for _, name := range left {
		require.Regexp(t, `^(s3|kms)/.*::bootstrap-state$`, name)
	}
	// What stayed has to be imported, not made again.
	out, ok = e.run(nil, "up", "-s", "bootstrap")
	require.False(t, ok)
	require.Contains(t, out, "already exists")
}

func TestEngine_TakesATrialAway(t *testing.T) {
	e := newEngine(t)
	e.project = t.TempDir()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.bootstrap.yaml"} {
		text, err := os.ReadFile(filepath.Join("..", name))
		require.NoError(t, err)
		text = []byte(strings.Replace(string(text), "protect: true", "protect: false", 1))
		require.NoError(t, os.WriteFile(filepath.Join(e.project, name), text, 0o600))
	}
	e.must("up", "-s", "bootstrap")
	e.must("destroy", "-s", "bootstrap")
	require.Empty(t, e.exists("bootstrap"))
}
