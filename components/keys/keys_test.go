package keys

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/mock"
)

func args() Args {
	return Args{Cluster: "c", Partition: "aws", Region: "us-east-2", AccountID: "123456789012", Protect: true}
}

func TestPolicies_MatchTheirGoldens(t *testing.T) {
	golden.Equal(t, "secrets.json", secretsPolicy(args()).Indented())
	golden.Equal(t, "volumes.json", volumesPolicy(args()).Indented())
	golden.Equal(t, "logs.json", logsPolicy(args()).Indented())
}

func TestNew_RotatesAndProtectsThreeKeys(t *testing.T) {
	recording, err := run(args())
	require.NoError(t, err)
	made := recording.All("aws:kms/key:Key")
	require.Len(t, made, 3)
	for _, key := range made {
		require.True(t, key.Path("enableKeyRotation").BoolValue(), key.Name)
		require.Equal(t, 30.0, key.Path("deletionWindowInDays").NumberValue(), key.Name)
		require.True(t, key.Protect, key.Name)
	}
}

func TestNew_RefusesToGuessWhoseKeysTheyAre(t *testing.T) {
	recording, err := run(Args{Cluster: "c"})
	require.ErrorContains(t, err, "account id is empty, want a value")
	require.ErrorContains(t, err, "partition is empty, want a value")
	require.ErrorContains(t, err, "region is empty, want a value")
	require.Empty(t, recording.Resources())
}

func run(a Args) (*mock.Recording, error) {
	return mock.Run(func(ctx *pulumi.Context) error {
		_, err := New(ctx, "keys", a)
		return err
	}, nil)
}
