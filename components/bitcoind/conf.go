package bitcoind

import (
	"fmt"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/stacks/config"
)

const (
	dataDir  = "/home/bitcoin/.bitcoin"
	confDir  = "/etc/bitcoin"
	authDir  = "/run/secrets/rpcauth"
	confFile = "bitcoin.conf"
	authFile = "rpcauth.conf"

	zmqBlockPort = 28332
	zmqTxPort    = 28333
)

// render returns bitcoin.conf. It holds no secret: the hashed passwords are in the file that it includes.
func render(args Args) string {
	network := args.Network
	local := Client{Name: cookieUser, Methods: lookAround()}
	if network.Private {
		local.Methods = append(local.Methods, mining()...)
	}
	lines := []string{
		"# Rendered by SatKube (components/bitcoind). Options that bitcoind ignores outside of a network's section stand in it.",
		"chain=" + network.Chain,
		"server=1",
		"disablewallet=1",
		"nodebuglogfile=1",
		"# Given always: bitcoind's own default may follow the node's memory, and the container is killed.",
		fmt.Sprintf("dbcache=%d", args.DBCacheMiB),
		fmt.Sprintf("txindex=%d", flag(args.TxIndex)),
		fmt.Sprintf("prune=%d", args.PruneMiB),
		fmt.Sprintf("maxuploadtarget=%dM", args.MaxUploadTargetMiB),
		"# No router in front of a pod to map ports on, and no Tor beside it.",
		"natpmp=0",
		"listenonion=0",
		"# Enough for lnd, an explorer and an exporter together.",
		"rpcthreads=16",
		"rpcworkqueue=128",
		"includeconf=" + authDir + "/" + authFile,
		"# One user a client; whoever is not listed may call nothing.",
		"rpcwhitelistdefault=1",
	}
	lines = append(lines, whitelist(slices.Concat([]Client{local}, args.Clients))...)
	if network.Private {
		lines = append(lines,
			"# Nobody else mines here: without this, a tip older than a day makes the node wait for a newer one.",
			fmt.Sprintf("maxtipage=%d", 100*365*24*3600))
	}
	lines = append(lines,
		"",
		"["+network.Chain+"]",
		fmt.Sprintf("bind=0.0.0.0:%d", network.P2PPort),
		"# Who may connect is decided by NetworkPolicies; these are the addresses that pods can have.",
		"rpcbind=0.0.0.0",
		fmt.Sprintf("rpcport=%d", network.RPCPort))
	for _, cidr := range args.PodCIDRs {
		lines = append(lines, "rpcallowip="+cidr)
	}
	lines = append(lines,
		fmt.Sprintf("zmqpubrawblock=tcp://0.0.0.0:%d", zmqBlockPort),
		fmt.Sprintf("zmqpubrawtx=tcp://0.0.0.0:%d", zmqTxPort))
	return strings.Join(lines, "\n") + "\n"
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

// cli is the command line that asks the daemon in the same container; it authenticates by the cookie.
func cli(network config.BitcoinNetwork, method string) []string {
	return []string{"bitcoin-cli", "-datadir=" + dataDir, "-chain=" + network.Chain, fmt.Sprintf("-rpcport=%d", network.RPCPort), method}
}
