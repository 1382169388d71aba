package rules_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
)

// The pack judges properties, and must not need the SDKs that make them: it stays small, and it can judge what no SDK here knows.
func TestPack_DependsOnNoProviderSDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "gitlab.com/thinkmassive/satkube/policy").Output()
	require.NoError(t, err)
	modules := strings.Fields(string(out))
	slices.Sort(modules)
	modules = slices.Compact(modules)
	for _, module := range modules {
		for _, provider := range []string{"pulumi-aws", "pulumi-eks", "pulumi-kubernetes", "pulumi-random", "k8s.io/client-go"} {
			require.NotContains(t, module, provider)
		}
	}
	golden.Equal(t, "dependencies.txt", strings.Join(modules, "\n")+"\n")
}
