package runtime

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// fund gives the counterpart's lnd coins that it may spend, and returns an address of it to mine to.
func (p counterpart) fund(t *testing.T, c *live.Cluster) string {
	t.Helper()
	var made struct{ Address string }
	p.must(t, p.lncli, &made, "newaddress", "p2wkh")
	// The reward of a block may be spent a hundred blocks later.
	p.mineTo(t, c, 101, made.Address)
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		var balance struct {
			Confirmed string `json:"confirmed_balance"`
		}
		err := p.ask(ctx, p.lncli, &balance, "walletbalance")
		confirmed, _ := strconv.Atoi(balance.Confirmed)
		return fmt.Sprintf("the counterpart has %+v %v", balance, err), err == nil && confirmed > capacity
	})
	awaitSynced(t, c, p)
	return made.Address
}

// open opens a channel to the platform's node and returns its point, TXID:INDEX.
func (p counterpart) open(t *testing.T, c *live.Cluster, platform, address, mineTo string) string {
	t.Helper()
	p.must(t, p.lncli, nil, "connect", platform+"@"+address)
	p.must(t, p.lncli, nil, "openchannel", "--node_key="+platform, "--local_amt="+strconv.Itoa(capacity))
	p.mineTo(t, c, confirmations, mineTo)
	var own channels
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		var other channels
		if err := p.ask(ctx, p.lncli, &own, "listchannels"); err != nil || len(own.Channels) == 0 {
			return fmt.Sprintf("the counterpart has no channel: %v", err), false
		}
		err := askPlatform(ctx, c, &other, "listchannels")
		point := own.Channels[0].Point
		return fmt.Sprintf("the counterpart has %+v, the platform %+v %v", own, other, err), own.find(point).Active && other.find(point).Active
	})
	return own.Channels[0].Point
}

// channel is an open one, as one of its ends sees it.
type channel struct {
	Active bool   `json:"active"`
	Point  string `json:"channel_point"`
	Local  string `json:"local_balance"`
}

type channels struct {
	Channels []channel `json:"channels"`
}

// find gives the channel with that point, the platform's node may have others with counterparts that are gone.
func (l channels) find(point string) channel {
	for _, found := range l.Channels {
		if found.Point == point {
			return found
		}
	}
	return channel{}
}

// pay pays an invoice of the platform's node.
func (p counterpart) pay(t *testing.T, c *live.Cluster, point string) {
	t.Helper()
	var invoice struct {
		Request string `json:"payment_request"`
		Hash    string `json:"r_hash"`
	}
	require.NoError(t, askPlatform(t.Context(), c, &invoice, "addinvoice", "--amt="+strconv.Itoa(paid), "--memo=e2e"))
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		// The router learns of a new channel a moment after it is active. An invoice is paid once, however often it is tried.
		_, err := p.try(ctx, p.lncli, "payinvoice", "--force", "--json", "--timeout=20s", invoice.Request)
		return fmt.Sprint(err), err == nil
	})
	var settled struct {
		State string `json:"state"`
		Paid  string `json:"amt_paid_sat"`
	}
	require.NoError(t, askPlatform(t.Context(), c, &settled, "lookupinvoice", invoice.Hash))
	require.Equal(t, "SETTLED", settled.State)
	require.Equal(t, strconv.Itoa(paid), settled.Paid)
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		var list channels
		err := askPlatform(ctx, c, &list, "listchannels")
		return fmt.Sprintf("%+v %v", list, err), err == nil && list.find(point).Local == strconv.Itoa(paid)
	})
}

// close closes the channel with the platform's consent and returns when both see that in the chain.
func (p counterpart) close(t *testing.T, c *live.Cluster, point, mineTo string) {
	t.Helper()
	p.must(t, p.lncli, nil, "closechannel", "--chan_point="+point)
	p.mineTo(t, c, confirmations, mineTo)
	type closed struct {
		Channels []struct {
			Point string `json:"channel_point"`
			Kind  string `json:"close_type"`
		} `json:"channels"`
	}
	is := func(list closed) bool {
		for _, channel := range list.Channels {
			if channel.Point == point {
				return channel.Kind == "COOPERATIVE_CLOSE"
			}
		}
		return false
	}
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		var own, other closed
		if err := p.ask(ctx, p.lncli, &own, "closedchannels"); err != nil {
			return err.Error(), false
		}
		err := askPlatform(ctx, c, &other, "closedchannels")
		return fmt.Sprintf("closed for the counterpart %+v, for the platform %+v %v", own, other, err), is(own) && is(other)
	})
}
