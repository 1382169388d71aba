package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// counterpart is what a developer has on a computer of his own: a bitcoind that mines, and an lnd. Both listen on the loopback interface alone.
type counterpart struct {
	bitcoinCLI, lncli []string
}

// The RPC password of a bitcoind that lives for a minute on the loopback interface, whose coins are worth nothing.
const counterpartRPC = "counterpart"

// anyoneCanSpend is a descriptor to mine to that needs no wallet: the script OP_TRUE, with its checksum.
const anyoneCanSpend = "raw(51)#8lvh9jxk"

// startCounterpart starts both. The bitcoind takes the platform's as its only peer, follows its chain, and mines a block on top: lnd thinks itself synced with a fresh one only.
func startCounterpart(t *testing.T, c *live.Cluster, store imageStore, platformP2P string) counterpart {
	t.Helper()
	folder := t.TempDir()
	rpc, zmqBlock, zmqTx, lndRPC := freePort(t), freePort(t), freePort(t), freePort(t)

	bitcoinLog := filepath.Join(folder, "bitcoind.log")
	startProcess(t, bitcoinLog, append(store.Bitcoind,
		"-regtest", "-datadir="+folder, "-server", "-listen=0", "-connect="+platformP2P, "-disablewallet", "-nodebuglogfile", "-printtoconsole",
		"-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", "-rpcport="+rpc, "-rpcuser="+counterpartRPC, "-rpcpassword="+counterpartRPC,
		"-zmqpubrawblock=tcp://127.0.0.1:"+zmqBlock, "-zmqpubrawtx=tcp://127.0.0.1:"+zmqTx)...)
	p := counterpart{
		bitcoinCLI: append(store.BitcoinCLI, "-regtest", "-rpcport="+rpc, "-rpcuser="+counterpartRPC, "-rpcpassword="+counterpartRPC),
		lncli:      []string{filepath.Join(c.Folder, "links", "lncli"), "--network=regtest", "--no-macaroons", "--lnddir=" + filepath.Join(folder, "lnd"), "--rpcserver=127.0.0.1:" + lndRPC},
	}
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		if _, err := p.try(ctx, p.bitcoinCLI, "getblockcount"); err != nil {
			return err.Error() + "\n" + tail(t, bitcoinLog), false
		}
		var peers []struct {
			Synced int `json:"synced_headers"`
		}
		err := p.ask(ctx, p.bitcoinCLI, &peers, "getpeerinfo")
		return fmt.Sprintf("it has no peer: %v %v\n%s", peers, err, tail(t, bitcoinLog)), err == nil && len(peers) == 1
	})
	// A block on top of anything less would be one beside the platform's chain.
	height := platformHeight(t, c)
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		own, err := p.try(ctx, p.bitcoinCLI, "getblockcount")
		return fmt.Sprintf("the counterpart is at block %s of %d: %v", own, height, err), err == nil && own == strconv.Itoa(height)
	})
	p.mine(t, c, 1, anyoneCanSpend)

	lndLog := filepath.Join(folder, "lnd.log")
	startProcess(t, lndLog, filepath.Join(c.Folder, "links", "lnd"),
		"--lnddir="+filepath.Join(folder, "lnd"), "--bitcoin.regtest", "--bitcoin.node=bitcoind", "--noseedbackup", "--no-macaroons", "--nolisten", "--norest",
		"--rpclisten=127.0.0.1:"+lndRPC, "--logging.file.disable", "--bitcoind.rpchost=127.0.0.1:"+rpc, "--bitcoind.rpcuser="+counterpartRPC, "--bitcoind.rpcpass="+counterpartRPC,
		"--bitcoind.zmqpubrawblock=tcp://127.0.0.1:"+zmqBlock, "--bitcoind.zmqpubrawtx=tcp://127.0.0.1:"+zmqTx)
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		info, err := p.info(ctx)
		return fmt.Sprintf("the counterpart's lnd: %+v %v\n%s", info, err, tail(t, lndLog)), err == nil && info.Synced
	})
	return p
}

// mine makes blocks that pay to a descriptor, hands them over, and returns when the platform's bitcoind has them.
func (p counterpart) mine(t *testing.T, c *live.Cluster, blocks int, descriptor string) {
	t.Helper()
	p.must(t, p.bitcoinCLI, nil, "generatetodescriptor", strconv.Itoa(blocks), descriptor)
	p.awaitHandover(t, c)
}

// mineTo is mine with an address.
func (p counterpart) mineTo(t *testing.T, c *live.Cluster, blocks int, address string) {
	t.Helper()
	p.must(t, p.bitcoinCLI, nil, "generatetoaddress", strconv.Itoa(blocks), address)
	p.awaitHandover(t, c)
}

func (p counterpart) awaitHandover(t *testing.T, c *live.Cluster) {
	t.Helper()
	var best string
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		var err error
		if best, err = p.try(ctx, p.bitcoinCLI, "getbestblockhash"); err != nil {
			return err.Error(), false
		}
		chain, err := platformChain(ctx, c)
		return fmt.Sprintf("the platform's bitcoind is at %+v %v, want %s", chain, err, best), err == nil && chain.Best == best
	})
}

type lndInfo struct {
	PubKey string `json:"identity_pubkey"`
	Height int    `json:"block_height"`
	Synced bool   `json:"synced_to_chain"`
}

func (p counterpart) info(ctx context.Context) (lndInfo, error) {
	var info lndInfo
	return info, p.ask(ctx, p.lncli, &info, "getinfo")
}

// try runs one of the counterpart's clients and returns what it wrote.
func (p counterpart) try(ctx context.Context, client []string, args ...string) (string, error) {
	all := append(client[1:len(client):len(client)], args...)
	out, err := exec.CommandContext(ctx, client[0], all...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", args[0], err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// ask is try for answers in JSON.
func (p counterpart) ask(ctx context.Context, client []string, answer any, args ...string) error {
	out, err := p.try(ctx, client, args...)
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal([]byte(out), answer); err != nil {
		return fmt.Errorf("%s: %w: %s", args[0], err, out)
	}
	return nil
}

func (p counterpart) must(t *testing.T, client []string, answer any, args ...string) {
	t.Helper()
	require.NoError(t, p.ask(t.Context(), client, answer, args...))
}

// freePort is a port of the loopback interface that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}
