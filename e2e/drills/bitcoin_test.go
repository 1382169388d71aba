package drills

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// nobody is an address of chain regtest whose coins nobody can spend: ADDRESS_BCRT1_UNSPENDABLE of Bitcoin Core's functional tests.
const nobody = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq3xueyj"

// bitcoin asks bitcoind, as its probes do: with the cookie of its data directory.
func (s *stage) bitcoin(ctx context.Context, words ...string) (string, error) {
	command := []string{"bitcoin-cli", "-datadir=/home/bitcoin/.bitcoin", "-chain=regtest", "-rpcport=18443"}
	out, err := s.Exec(ctx, namespace, "bitcoind-0", "bitcoind", append(command, words...)...)
	return strings.TrimSpace(out), err
}

// tip is the end of a chain.
type tip struct {
	Height int    `json:"blocks"`
	Hash   string `json:"bestblockhash"`
}

func (s *stage) tip(ctx context.Context) (tip, error) {
	var at tip
	out, err := s.bitcoin(ctx, "getblockchaininfo")
	if err != nil {
		return at, err
	}
	return at, json.Unmarshal([]byte(out), &at)
}

// mine adds blocks.
func (s *stage) mine(ctx context.Context, blocks int) error {
	_, err := s.bitcoin(ctx, "generatetoaddress", fmt.Sprint(blocks), nobody)
	return err
}

// lightning is what lnd says of itself.
type lightning struct {
	Identity string `json:"identity_pubkey"`
	Height   int    `json:"block_height"`
	Hash     string `json:"block_hash"`
	Synced   bool   `json:"synced_to_chain"`
}

func (s *stage) lightning(ctx context.Context) (lightning, error) {
	var l lightning
	// An lnd that is not synced yet does not refuse but lets wait.
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := s.Exec(ctx, namespace, "lnd-0", "lnd", "lncli", "--lnddir=/data/.lnd", "--network=regtest", "getinfo")
	if err != nil {
		return l, err
	}
	return l, json.Unmarshal([]byte(out), &l)
}

// awaitTip mines blocks until lnd has the last one: only a new block shows that lnd still hears of them. One may not be enough, because
// lnd is not told of a block that bitcoind takes in before lnd has connected again; it learns of it with the next one.
func (s *stage) awaitTip(t *testing.T) {
	t.Helper()
	var mined time.Time
	live.Eventually(t, 2*time.Minute, func(ctx context.Context) (string, bool) {
		if time.Since(mined) > 5*time.Second {
			if err := s.mine(ctx, 1); err != nil {
				return err.Error(), false
			}
			mined = time.Now()
		}
		at, err := s.tip(ctx)
		if err != nil {
			return err.Error(), false
		}
		l, err := s.lightning(ctx)
		if err != nil {
			return err.Error(), false
		}
		return fmt.Sprintf("bitcoind is at %+v, lnd at %+v", at, l), l.Synced && l.Hash == at.Hash
	})
}

// identity is lnd's, which its seed decides.
func (s *stage) identity(t *testing.T) string {
	t.Helper()
	l, err := s.lightning(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, l.Identity)
	return l.Identity
}
