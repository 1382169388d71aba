package bootstrap

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// A boundary that is too narrow stops nodes from joining, and says so nowhere.
func TestBoundary_LetsThroughWhatThePlatformsRolesDo(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "managed-policies.yaml"))
	require.NoError(t, err)
	known := map[string][]string{}
	require.NoError(t, yaml.UnmarshalStrict(raw, &known))
	var names []string
	for _, arn := range managedPolicies(args()) {
		names = append(names, strings.TrimPrefix(arn, awsPolicy))
	}
	require.ElementsMatch(t, names, slices.Collect(maps.Keys(known)))
	policy := []string{run(t, args()).Must(t, "aws:iam/policy:Policy", "bootstrap-boundary").Path("policy").StringValue()}
	for name, actions := range known {
		for _, action := range actions {
			require.Equal(t, allowed, decide(t, policy, in(action, "arn:aws:kms:us-east-2:123456789012:key/1",
				"iam:AWSServiceName", "elasticloadbalancing.amazonaws.com")), "%s of %s", action, name)
		}
	}
	for action, resource := range map[string]string{
		"kms:CreateGrant": "arn:aws:kms:us-east-2:123456789012:key/1", "kms:GenerateDataKeyWithoutPlaintext": "arn:aws:kms:us-east-2:123456789012:key/1",
		"kms:ReEncryptFrom": "arn:aws:kms:us-east-2:123456789012:key/1", "logs:CreateLogStream": "arn:aws:logs:us-east-2:123456789012:log-group:/satkube/c/vpc-flow-logs",
		"logs:PutLogEvents": "arn:aws:logs:us-east-2:123456789012:log-group:/satkube/c/vpc-flow-logs:*",
	} {
		require.Equal(t, allowed, decide(t, policy, in(action, resource)), "%s of the program's own policies", action)
	}
}

func TestBoundary_StopsEveryWayOut(t *testing.T) {
	policy := []string{run(t, args()).Must(t, "aws:iam/policy:Policy", "bootstrap-boundary").Path("policy").StringValue()}
	for _, r := range []request{
		in("iam:CreateRole", iamOf+"role/x", bounded, theirs), in("iam:PassRole", iamOf+"role/x"), in("iam:CreateUser", iamOf+"user/x"),
		in("iam:CreateServiceLinkedRole", iamOf+"role/x", "iam:AWSServiceName", "sso.amazonaws.com"),
		in("sts:AssumeRole", iamOf+"role/admin"), in("s3:GetObject", stateOf+"/.pulumi/stacks/satkube/mainnet.json"),
		in("secretsmanager:GetSecretValue", "*"), in("ssm:GetParameter", "*"), in("ec2:RunInstances", "*"), in("eks:UpdateAccessEntry", "*"),
		in("kms:PutKeyPolicy", "arn:aws:kms:us-east-2:123456789012:key/1"), in("logs:GetLogEvents", "*"),
	} {
		require.Equal(t, unallowed, decide(t, policy, r), r.action)
	}
	elsewhere := in("ec2:CreateVolume", "*")
	elsewhere.context["aws:RequestedRegion"] = []string{"ap-south-1"}
	require.Equal(t, unallowed, decide(t, policy, elsewhere))
}
