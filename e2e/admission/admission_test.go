package admission

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// cluster returns how to reach the cluster, and skips where there is none. No stack may be deployed on it.
func cluster(t *testing.T) *rest.Config {
	t.Helper()
	config := live.Connect(t).Config
	client, err := discovery.NewDiscoveryClientForConfig(config)
	require.NoError(t, err)
	version, err := client.ServerVersion()
	require.NoError(t, err)
	require.Equal(t, "1.35", version.Major+"."+version.Minor, "the stacks are made for this version, and label their namespaces with it")
	return config
}

// stacks are all the stacks that make Kubernetes objects.
var stacks = []string{"testnet", "mainnet", "regtest"}

func TestEveryObjectOfTheStacksIsAdmitted(t *testing.T) {
	config := cluster(t)
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			objects, err := Objects(export(t, stack))
			require.NoError(t, err)

			start := time.Now()
			report, err := Check(t.Context(), config, objects)
			require.NoError(t, err)
			t.Logf("%s, in %s", report.Summary(), time.Since(start).Round(time.Second))
			for _, f := range report.Expected {
				t.Logf("expected: %s", f)
			}
			live.Connect(t).Record(t, live.Admitted, stack, report.Summary())
			require.NoError(t, report.Err())
			require.Equal(t, len(objects), report.Admitted+report.Patches)
			require.Positive(t, report.Pods)
			require.Greater(t, report.Counted, report.Pods, "all replicas, and more while they are rolled out")
		})
	}
}
