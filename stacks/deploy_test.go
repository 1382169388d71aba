package stacks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/components/cluster"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/stacks"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// deploy runs the whole program with a committed stack file.
func deploy(t *testing.T, stack string) *mock.Recording {
	t.Helper()
	recording, err := mock.Run(stacks.Deploy, committed(t, stack))
	require.NoError(t, err)
	return recording
}

// committed returns the configuration of a committed stack file, as the engine hands it over.
func committed(t *testing.T, stack string) map[string]string {
	t.Helper()
	settings, err := mock.StackFile("..", stack)
	require.NoError(t, err)
	return settings
}

func TestDeploy_RegistersEveryResourceBelowAComponent(t *testing.T) {
	for _, stack := range []string{"testnet", "mainnet", "regtest"} {
		t.Run(stack, func(t *testing.T) {
			for _, r := range deploy(t, stack).Resources() {
				if strings.HasPrefix(r.Type, "satkube:") || r.Type == "pulumi:providers:aws" {
					continue
				}
				require.Contains(t, r.Parent, "satkube:", "%s %s", r.Type, r.Name)
			}
		})
	}
}

func TestDeploy_RegtestHasNoResourceOfAWS(t *testing.T) {
	recording := deploy(t, "regtest")
	for _, r := range recording.Resources() {
		require.NotRegexp(t, `^(aws|eks|pulumi:providers:aws)`, r.Type)
	}
	require.Empty(t, recording.Invokes)
	require.NotEmpty(t, recording.All("kubernetes:apps/v1:StatefulSet"))
}

func TestDeploy_RefusesBadConfigurationBeforeItRegistersAnything(t *testing.T) {
	for name, settings := range map[string]map[string]string{
		"none":          {},
		"not an object": {"satkube:platform": `"x"`},
		"unknown key":   {"satkube:platform": `{"clutser":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			recording, err := mock.Run(stacks.Deploy, settings)
			require.ErrorContains(t, err, "satkube:platform")
			require.Empty(t, recording.Resources())
		})
	}
}

func TestDeploy_TestnetSavesMoneyAndMainnetIsRedundant(t *testing.T) {
	testnet, mainnet := deploy(t, "testnet"), deploy(t, "mainnet")
	require.Len(t, testnet.All("aws:ec2/natGateway:NatGateway"), 1)
	require.Len(t, mainnet.All("aws:ec2/natGateway:NatGateway"), 3)
	require.Len(t, testnet.All("aws:ec2/vpcEndpoint:VpcEndpoint"), 1, "the gateway endpoint for S3")
	require.Len(t, mainnet.All("aws:ec2/vpcEndpoint:VpcEndpoint"), 10, "and nine interface endpoints")
	for _, group := range mainnet.All("aws:eks/nodeGroup:NodeGroup") {
		require.Equal(t, "ON_DEMAND", group.Path("capacityType").StringValue(), group.Name)
	}
	for _, group := range testnet.All("aws:eks/nodeGroup:NodeGroup") {
		require.Equal(t, "BOTTLEROCKET_ARM_64", group.Path("amiType").StringValue(), group.Name)
	}
}

func TestDeploy_ProtectsWhatCannotBeMadeAgain(t *testing.T) {
	irreplaceable := []string{
		"aws:ec2/vpc:Vpc", "aws:kms/key:Key", "eks:index:Cluster",
		"kubernetes:core/v1:Namespace", "kubernetes:core/v1:PersistentVolumeClaim",
	}
	testnet, mainnet := deploy(t, "testnet"), deploy(t, "mainnet")
	for _, token := range irreplaceable {
		require.NotEmpty(t, mainnet.All(token), token)
		for _, r := range mainnet.All(token) {
			require.True(t, r.Protect, "%s %s", token, r.Name)
		}
		for _, r := range testnet.All(token) {
			require.False(t, r.Protect, "%s %s", token, r.Name)
		}
	}
	for _, recording := range []*mock.Recording{testnet, mainnet} {
		for _, claim := range recording.All("kubernetes:core/v1:PersistentVolumeClaim") {
			require.True(t, claim.RetainOnDelete, claim.Name)
		}
	}
}

func TestEKSVersions_AreTheOnesWithPinnedAddons(t *testing.T) {
	require.Equal(t, cluster.Versions(), config.EKSVersions())
}
