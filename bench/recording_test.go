package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/bench/replay"
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// recorded reads testdata/calls.json, written by hand in the form of the engine's own log of calls.
func recorded(t *testing.T) recording {
	t.Helper()
	log, err := os.Open(filepath.Join("testdata", "calls.json"))
	require.NoError(t, err)
	defer log.Close()
	found, err := readRecording(log)
	require.NoError(t, err)
	return found
}

// named returns the one resource of that type and name.
func named(t *testing.T, list []replay.Resource, token, name string) replay.Resource {
	t.Helper()
	for _, r := range list {
		if r.Type == token && r.Name == name {
			return r
		}
	}
	require.Failf(t, "not in the list", "%s %s", token, name)
	return replay.Resource{}
}

func TestRecording_HasEachResourceOnceAndTheStackNever(t *testing.T) {
	var list []string
	for _, r := range recorded(t).resources {
		list = append(list, r.Type+" "+r.Name)
	}
	require.Equal(t, []string{
		"pulumi:providers:aws aws",
		"pulumi:providers:kubernetes cluster",
		"satkube:keys:Keys keys",
		"aws:kms/key:Key keys-secrets",
		"eks:index:Cluster cluster",
		"random:index/randomPassword:RandomPassword lnd",
		"kubernetes:core/v1:Secret lnd",
		"kubernetes:core/v1:Secret lnd-8",
	}, list, "providers first, and the second Secret of a name renamed")
}

func TestRecording_CountsCallsOfProvidersOnce(t *testing.T) {
	found := recorded(t)
	require.Equal(t, 2, found.checks)
	require.Equal(t, 1, found.creates)
}

func TestRecording_KeepsTypeVersionAndProvider(t *testing.T) {
	list := recorded(t).resources
	key := named(t, list, "aws:kms/key:Key", "keys-secrets")
	require.True(t, key.Custom)
	require.Equal(t, "7.12.0", key.Version)
	require.Equal(t, "aws", key.Provider)
	require.Equal(t, map[string]any{"deletionWindowInDays": 30.0, "enableKeyRotation": true, "tags": []any{"a", map[string]any{"b": nil}}}, key.Inputs)
	require.Equal(t, "cluster", named(t, list, "kubernetes:core/v1:Secret", "lnd").Provider)
	require.Empty(t, named(t, list, "random:index/randomPassword:RandomPassword", "lnd").Provider, "the engine's default provider")
}

func TestRecording_TakesARemoteComponentsInputsFromTheProgram(t *testing.T) {
	cluster := named(t, recorded(t).resources, "eks:index:Cluster", "cluster")
	require.False(t, cluster.Custom)
	require.Equal(t, map[string]any{"name": "satkube-testnet", "vpcId": replay.Unknown, "zone": "us-east-2a", "token": "xxxx", "role": "role-1", "keys": replay.Unknown}, cluster.Inputs,
		"without their wrappings: outputs that are unknown, known and secret, and references to a resource and to a component")
}

func TestRecording_ReplacesSecretsByPlaceholdersOfTheirSize(t *testing.T) {
	list := recorded(t).resources
	require.Equal(t, map[string]any{"stringData": map[string]any{"seed": "xxxxxxxx", "port": 9735.0}}, named(t, list, "kubernetes:core/v1:Secret", "lnd").Inputs)
	require.Equal(t, map[string]any{"stringData": replay.Unknown}, named(t, list, "kubernetes:core/v1:Secret", "lnd-8").Inputs, "an unknown secret stays unknown")
	var text bytes.Buffer
	require.NoError(t, replay.Write(&text, list))
	require.NotContains(t, text.String(), "hush")
}

func TestRecording_NamesTheLineThatIsBroken(t *testing.T) {
	_, err := readRecording(strings.NewReader("{}\n{\"method\":\n"))
	require.ErrorContains(t, err, "recording line 2")
}

func TestRecording_ReadsALineWithoutItsEnd(t *testing.T) {
	found, err := readRecording(strings.NewReader(`{"method":"/pulumirpc.ResourceProvider/Check","progress":"response_completed"}`))
	require.NoError(t, err)
	require.Equal(t, 1, found.checks)
}

func TestList_IsReadAsItWasWritten(t *testing.T) {
	want := recorded(t).resources
	var text bytes.Buffer
	require.NoError(t, replay.Write(&text, want))
	var got []replay.Resource
	require.NoError(t, replay.Read(&text, func(r replay.Resource) error {
		got = append(got, r)
		return nil
	}))
	require.Equal(t, want, got)
}

func TestRecording_HasInputsAsThePackDecodesThem(t *testing.T) {
	inputs := recorded(t).inputs
	require.Len(t, inputs, len(recorded(t).resources)+1, "the stack too")
	byURN := map[string]pack.Input{}
	for _, input := range inputs {
		require.NotEmpty(t, input.URN)
		byURN[input.URN] = input
	}
	require.Len(t, byURN, len(inputs), "each once")
	for _, input := range inputs {
		if input.Type == "eks:index:Cluster" {
			require.Equal(t, pack.Unknown, input.Props["vpcId"])
			require.Equal(t, "us-east-2a", input.Props["zone"])
			require.Equal(t, "role-1", input.Props["role"], "a reference as the resource's id")
			return
		}
	}
	require.Fail(t, "no cluster among the inputs")
}
