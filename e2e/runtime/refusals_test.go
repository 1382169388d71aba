package runtime

import (
	"context"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// refusal is how bitcoind logs that a user's whitelist has not the method.
var refusal = regexp.MustCompile(`RPC User (\S+) not allowed to call method (\S+)`)

// refusedCalls gives the calls that bitcoind has refused since it started, USER METHOD each.
func refusedCalls(ctx context.Context, c *live.Cluster) ([]string, error) {
	log, err := c.Kubectl(ctx, "--namespace="+node, "logs", "bitcoind-0", "--container=bitcoind")
	var calls []string
	for _, call := range refusal.FindAllStringSubmatch(log, -1) {
		calls = append(calls, call[1]+" "+call[2])
	}
	slices.Sort(calls)
	return slices.Compact(calls), err
}

// requireNoRefusedCall provokes a refusal first, so that it is known to be seen.
func requireNoRefusedCall(t *testing.T, c *live.Cluster) {
	t.Helper()
	_, err := c.Exec(t.Context(), node, "bitcoind-0", "bitcoind", bitcoinCLI("stop")...)
	require.ErrorContains(t, err, "403", "bitcoind lets its probes stop it")
	calls, err := refusedCalls(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, []string{"__cookie__ stop"}, calls, "calls that bitcoind refused: the whitelists in components lack them")

	log, err := c.Kubectl(t.Context(), "--namespace="+node, "logs", "lnd-0", "--container=lnd")
	require.NoError(t, err)
	// That is how lnd's client of bitcoind (btcd/rpcclient, infrastructure.go) says what it did not understand of an answer.
	require.Empty(t, regexp.MustCompile(`(?m)^.*status code: 403.*$`).FindAllString(log, -1), "lnd was refused a call")
}
