package stacks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/mock"
)

// What a reviewer reads: every resource of the committed stacks with its inputs, secrets hidden.
func TestDeploy_MatchesItsGoldenOnEveryStack(t *testing.T) {
	for _, stack := range []string{"testnet", "mainnet", "regtest"} {
		t.Run(stack, func(t *testing.T) {
			golden.Equal(t, stack+".yaml", inventory(t, deploy(t, stack)))
		})
	}
}

// inventory writes the resources as YAML, by type and name.
func inventory(t *testing.T, recording *mock.Recording) string {
	t.Helper()
	resources := slices.Clone(recording.Resources())
	slices.SortFunc(resources, func(a, b mock.Resource) int {
		return strings.Compare(a.Type+" "+a.Name, b.Type+" "+b.Name)
	})
	list := []map[string]any{}
	for _, r := range resources {
		entry := map[string]any{"type": r.Type, "name": r.Name, "inputs": plain(resource.NewProperty(r.Inputs))}
		if r.Protect {
			entry["protect"] = true
		}
		if r.RetainOnDelete {
			entry["retainOnDelete"] = true
		}
		list = append(list, entry)
	}
	raw, err := yaml.Marshal(list)
	require.NoError(t, err)
	return string(raw)
}

// plain returns the value for YAML, and [secret] for a secret one.
func plain(v resource.PropertyValue) any {
	switch {
	case v.IsSecret():
		return "[secret]"
	case v.IsObject():
		object := map[string]any{}
		for key, value := range v.ObjectValue() {
			object[string(key)] = plain(value)
		}
		return object
	case v.IsArray():
		list := []any{}
		for _, value := range v.ArrayValue() {
			list = append(list, plain(value))
		}
		return list
	default:
		return v.V
	}
}
