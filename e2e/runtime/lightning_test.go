package runtime

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

const (
	bitcoinP2P, lightningP2P = 18444, 9735

	capacity = 1_000_000 // of the channel, satoshi
	paid     = 50_000    // satoshi; far above dust, so that the platform's side has an output when the channel is closed

	// confirmations are more than the three to six that lnd wants of a channel's funding.
	confirmations = 6
)

// testPayment lets the platform's node take part in Lightning: a node that it does not know opens a channel to it, pays it, and closes the channel. Blocks come to it over
// the Bitcoin network alone.
func testPayment(t *testing.T, c *live.Cluster) {
	store := readImages(t, c)
	if !store.hasAll("bitcoind", "lnd") || store.Bitcoind == nil {
		c.Record(t, live.PodsRun, "not run: payment", "bitcoind has no image: set E2E_BITCOIND=/path/to/bitcoind")
		t.Skip("bitcoind has no image: set E2E_BITCOIND=/path/to/bitcoind")
	}
	defer func() {
		if t.Failed() {
			// lnd does not always say what it stumbles over.
			calls, err := refusedCalls(t.Context(), c)
			t.Logf("bitcoind has refused these calls: %v %v", calls, err)
		}
	}()
	p := startCounterpart(t, c, store, forward(t, c, "bitcoind-0", bitcoinP2P))
	awaitLnd(t, c)
	awaitSynced(t, c, p)
	platform, err := platformInfo(t.Context(), c)
	require.NoError(t, err)
	address := p.fund(t, c)
	begin := time.Now()
	before := platformConfirmed(t, c)
	point := p.open(t, c, platform.PubKey, forward(t, c, "lnd-0", lightningP2P), address)
	p.pay(t, c, point)
	p.close(t, c, point, address)
	require.Equal(t, before+paid, platformConfirmed(t, c), "what was paid is on the chain, and closing costs the one who opened")
	c.Record(t, live.Measured, "a channel opened, an invoice paid, the channel closed", fmt.Sprintf("%.1f s", time.Since(begin).Seconds()))
	c.Record(t, live.PodsRun, "payment", fmt.Sprintf("%d sat to the platform's lnd over a channel of %d sat", paid, capacity))

	requireReady(t, c)
	requireNoRefusedCall(t, c)
}

// awaitLnd waits until lnd answers: its init containers have made the wallet and found bitcoind synced.
func awaitLnd(t *testing.T, c *live.Cluster) {
	t.Helper()
	live.Eventually(t, 3*time.Minute, func(ctx context.Context) (string, bool) {
		_, err := platformInfo(ctx, c)
		return fmt.Sprint(err), err == nil
	})
}

// awaitSynced waits until both lnds are at the counterpart's last block.
func awaitSynced(t *testing.T, c *live.Cluster, p counterpart) {
	t.Helper()
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		height, err := p.try(ctx, p.bitcoinCLI, "getblockcount")
		if err != nil {
			return err.Error(), false
		}
		own, err := p.info(ctx)
		if err != nil {
			return err.Error(), false
		}
		platform, err := platformInfo(ctx, c)
		want := own.Synced && platform.Synced && strconv.Itoa(own.Height) == height && strconv.Itoa(platform.Height) == height
		return fmt.Sprintf("at block %s the counterpart's lnd is %+v, the platform's %+v %v", height, own, platform, err), err == nil && want
	})
}

// platformConfirmed is what the platform's lnd has on the chain, satoshi.
func platformConfirmed(t *testing.T, c *live.Cluster) int {
	t.Helper()
	var balance struct {
		Confirmed string `json:"confirmed_balance"`
	}
	require.NoError(t, askPlatform(t.Context(), c, &balance, "walletbalance"))
	confirmed, err := strconv.Atoi(balance.Confirmed)
	require.NoError(t, err)
	return confirmed
}

// requireReady waits until lnd's container is ready: its probe asks every half minute whether it is synced.
func requireReady(t *testing.T, c *live.Cluster) {
	t.Helper()
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		pod, err := c.Client.CoreV1().Pods(node).Get(ctx, "lnd-0", metav1.GetOptions{})
		if err != nil {
			return err.Error(), false
		}
		for _, status := range pod.Status.ContainerStatuses {
			if status.Name == "lnd" {
				return fmt.Sprintf("%+v", status), status.Ready
			}
		}
		return "the pod has no container lnd", false
	})
}
