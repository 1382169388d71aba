package lnd

import (
	"fmt"
	"strings"
)

const (
	lndDir      = "/data/.lnd"
	seedDir     = "/data/seed"
	confPath    = "/etc/lnd/lnd.conf"
	walletDir   = "/run/secrets/wallet"
	bitcoindDir = "/run/secrets/bitcoind"

	passwordKey   = "password"
	passphraseKey = "seed-passphrase"
	cookieKey     = "cookie"

	p2pPort     = 9735
	rpcPort     = 10009
	restPort    = 8080
	metricsPort = 8989
)

// render returns lnd.conf. It holds no secret: the wallet's password and bitcoind's are files. Names were checked against
// sample-lnd.conf of v0.21.2. go-flags takes everything behind the equals sign as the value, so comments stand alone.
func render(args Args) string {
	lines := []string{
		"; Rendered by SatKube (components/lnd).",
		"[Application Options]",
		"alias=" + args.Alias,
		fmt.Sprintf("listen=0.0.0.0:%d", p2pPort),
		fmt.Sprintf("rpclisten=0.0.0.0:%d", rpcPort),
		fmt.Sprintf("restlisten=0.0.0.0:%d", restPort),
		"; The certificate lives on the volume and names the service only: a pod's name and address would change it at each start.",
		"tlsextradomain=" + args.host(),
		"tlsdisableautofill=true",
		"tlsautorefresh=true",
		"logging.file.disable=true",
		"; Old channel backups are kept: lnd once overwrote the file with an empty one after its database was lost (issue 4377).",
		"no-backup-archive=false",
		"",
		"[Bitcoin]",
		"bitcoin." + args.Network.LndFlag + "=true",
		"bitcoin.node=bitcoind",
		"",
		"[Bitcoind]",
		"; Always with the port: lnd guesses it otherwise.",
		fmt.Sprintf("bitcoind.rpchost=%s:%d", args.Bitcoind.RPC.Host, args.Bitcoind.RPC.Port.Number),
		"bitcoind.rpccookie=" + bitcoindDir + "/" + cookieKey,
		fmt.Sprintf("bitcoind.zmqpubrawblock=tcp://%s:%d", args.Bitcoind.ZMQBlock.Host, args.Bitcoind.ZMQBlock.Port.Number),
		fmt.Sprintf("bitcoind.zmqpubrawtx=tcp://%s:%d", args.Bitcoind.ZMQTx.Host, args.Bitcoind.ZMQTx.Port.Number),
		"",
		"[db]",
		"; Chosen once: there is no way from sqlite to postgres, nor from bolt but offline.",
		"db.backend=sqlite",
		"db.use-native-sql=true",
		"",
		"[healthcheck]",
		"; lnd stops itself when bitcoind is away for too long. Too long is more than bitcoind takes to stop and start again.",
		fmt.Sprintf("healthcheck.chainbackend.attempts=%d", healthcheckAttempts(args.Bitcoind.AwaySeconds)),
		fmt.Sprintf("healthcheck.chainbackend.backoff=%ds", healthcheckBackoffSeconds),
		"healthcheck.chainbackend.timeout=30s",
		"healthcheck.chainbackend.interval=1m0s",
		"; A full disk corrupts the channel database: stop before.",
		"healthcheck.diskspace.attempts=2",
		"healthcheck.diskspace.diskrequired=0.1",
		"healthcheck.tls.attempts=2",
		"",
		"[prometheus]",
		"prometheus.enable=true",
		fmt.Sprintf("prometheus.listen=0.0.0.0:%d", metricsPort),
		"prometheus.perfhistograms=true",
		"",
		"[wtclient]",
		fmt.Sprintf("wtclient.active=%t", len(args.Watchtowers) > 0),
	}
	return strings.Join(lines, "\n") + "\n"
}

const healthcheckBackoffSeconds = 300

// healthcheckAttempts returns how often lnd has to find bitcoind away before it stops itself, such that it outlives an absence of that many seconds.
func healthcheckAttempts(awaySeconds int) int {
	return awaySeconds/healthcheckBackoffSeconds + 2
}
