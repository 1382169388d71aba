package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// chainInfo is what bitcoind says of its chain.
type chainInfo struct {
	Blocks  int    `json:"blocks"`
	Best    string `json:"bestblockhash"`
	Initial bool   `json:"initialblockdownload"`
}

// platformChain asks the platform's bitcoind as its probes do: with the cookie, in its own container.
func platformChain(ctx context.Context, c *live.Cluster) (chainInfo, error) {
	var info chainInfo
	out, err := c.Exec(ctx, node, "bitcoind-0", "bitcoind", bitcoinCLI("getblockchaininfo")...)
	if err != nil {
		return info, err
	}
	return info, json.Unmarshal([]byte(out), &info)
}

func bitcoinCLI(args ...string) []string {
	return append([]string{"bitcoin-cli", "-datadir=/home/bitcoin/.bitcoin", "-chain=regtest", "-rpcport=18443"}, args...)
}

// burnt is an address of the regtest network whose key is public: that of the examples of BIP 173 (private key 1), written for regtest.
const burnt = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"

// testFirstBlock mines a block as a developer does who has just deployed a private chain. Its genesis block is of 2011, and neither lnd nor the init container that waits for
// bitcoind thinks itself synced on a chain that nobody extends.
func testFirstBlock(t *testing.T, c *live.Cluster) {
	if store := readImages(t, c); !store.hasAll("bitcoind") {
		t.Skip("bitcoind has no image: " + store.whyNot(t, store.references["bitcoind"]))
	}
	live.Eventually(t, 2*time.Minute, func(ctx context.Context) (string, bool) {
		_, err := c.Exec(ctx, node, "bitcoind-0", "bitcoind", bitcoinCLI("generatetoaddress", "1", burnt)...)
		return fmt.Sprint(err), err == nil
	})
	chain, err := platformChain(t.Context(), c)
	require.NoError(t, err)
	require.Positive(t, chain.Blocks)
	require.False(t, chain.Initial, "bitcoind is in its initial block download after a fresh block")
}

func platformHeight(t *testing.T, c *live.Cluster) int {
	t.Helper()
	info, err := platformChain(t.Context(), c)
	require.NoError(t, err)
	return info.Blocks
}

// askPlatform runs lncli in lnd's container, which is how an operator is let in: the administrator's macaroon is on lnd's volume, and no Secret holds it.
func askPlatform(ctx context.Context, c *live.Cluster, answer any, args ...string) error {
	out, err := c.Exec(ctx, node, "lnd-0", "lnd", append([]string{"lncli", "--lnddir=/data/.lnd", "--network=regtest"}, args...)...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(out), answer); err != nil {
		return fmt.Errorf("%s: %w: %s", args[0], err, out)
	}
	return nil
}

func platformInfo(ctx context.Context, c *live.Cluster) (lndInfo, error) {
	var info lndInfo
	return info, askPlatform(ctx, c, &info, "getinfo")
}
