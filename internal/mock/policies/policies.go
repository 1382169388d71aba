// Package policies reviews what a program registered under mocks by all rules of the policy pack.
package policies

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

// Judge reviews everything that was registered, with every rule and the committed exemptions.
func Judge(t testing.TB, recording *mock.Recording, stack string) []pack.Verdict {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root(t), "policy", "exemptions.yaml"))
	require.NoError(t, err)
	exemptions, err := pack.ParseExemptions(raw)
	require.NoError(t, err)
	var inputs []pack.Input
	for _, r := range recording.Resources() {
		inputs = append(inputs, pack.Input{
			Type: r.Type, Name: r.Name, Parent: r.Parent, Protect: r.Protect, Dependencies: r.DependsOn,
			URN: "urn:pulumi:" + stack + "::satkube::" + r.Type + "::" + r.Name, Props: pack.Properties(r.Inputs),
		})
	}
	// Under mocks the cluster inside of pulumi-eks is missing, and with it what some exemptions are for; without a stack's name they
	// may be for another one. The engine's tests see the cluster.
	return pack.Judge(rules.All(), inputs, exemptions, "")
}

// Refused returns the verdicts that would stop a preview.
func Refused(t testing.TB, recording *mock.Recording, stack string) []string {
	t.Helper()
	var refused []string
	for _, v := range Judge(t, recording, stack) {
		if v.Level == pack.Mandatory {
			refused = append(refused, v.Rule.Name+" on "+v.URN+": "+v.Message)
		}
	}
	return refused
}

// root is the folder of the module.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		require.NotEqual(t, filepath.Dir(dir), dir, "no go.mod above the working folder")
		dir = filepath.Dir(dir)
	}
}
