package lnd

import (
	"fmt"
	"strings"

	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// waitForBitcoind returns a shell script for bitcoind's image that ends when bitcoind is synced. lnd itself gives a starting
// bitcoind 30 seconds and crashes on one that is not there at all.
func waitForBitcoind(access Access, private bool) string {
	pause, progress := 60, ` &&
  printf '%s' "$info" | sed -n 's/.*"verificationprogress": *\([0-9.e+-]*\).*/\1/p' | awk '{ exit !($1 > 0.9999) }'`
	if private {
		// A chain of one's own grows when somebody makes a block: bitcoind's estimate of what is missing means nothing there, and says 0.0 for ever.
		pause, progress = 10, ""
	}
	return fmt.Sprintf(`set -eu
ask() {
  cut -d: -f2 %[3]s | bitcoin-cli -datadir=/tmp -rpcconnect=%[1]s -rpcport=%[2]d -rpcuser=%[4]s -stdinrpcpass -rpcclienttimeout=60 getblockchaininfo
}
until info=$(ask 2>/dev/null); do
  echo "bitcoind at %[1]s:%[2]d does not answer yet"
  sleep 10
done
until printf '%%s' "$info" | grep -q '"initialblockdownload": *false'%[5]s; do
  echo "bitcoind is at block $(printf '%%s' "$info" | sed -n 's/.*"blocks": *\([0-9]*\).*/\1/p') and not synced yet"
  sleep %[6]d
  info=$(ask 2>/dev/null) || info=
done
echo "bitcoind is synced"
`, access.RPC.Host, access.RPC.Port.Number, bitcoindDir+"/"+cookieKey, RPCUser, progress, pause)
}

// createWallet returns a bash script for lnd's image that creates the wallet when there is none. It runs lnd on the loopback
// interface alone and talks to it there, so that nobody else can put in a seed of theirs. The seed never leaves the volume:
// lnd enciphers it with a passphrase that the running lnd does not have, and it is on the disk before the wallet exists.
func createWallet() string {
	return fmt.Sprintf(`set -euo pipefail
umask 077
marker=%[1]s/wallet-created
if [ -e "$marker" ]; then
  echo "the wallet exists"
  exit 0
fi
mkdir -p %[1]s %[2]s
api=https://127.0.0.1:%[3]d
get() { wget -q -O - --no-check-certificate "$@"; }

lnd --lnddir=%[1]s --configfile=%[4]s --nolisten --rpclisten=127.0.0.1:%[5]d --restlisten=127.0.0.1:%[3]d >/tmp/lnd.log 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null || true; rm -f /tmp/mnemonic.json /tmp/initwallet.json' EXIT
state=WAITING_TO_START
for _ in $(seq 120); do
  state=$(get "$api/v1/state" 2>/dev/null | jq -r .state || true)
  case "$state" in NON_EXISTING | LOCKED) break ;; esac
  kill -0 "$pid" 2>/dev/null || { echo "lnd ended before it could make a wallet:"; tail -n 20 /tmp/lnd.log; exit 1; }
  sleep 1
done

case "$state" in
LOCKED)
  # An earlier run made the wallet and was stopped before it could say so.
  ;;
NON_EXISTING)
  passphrase=$(base64 -w 0 <%[6]s/%[8]s)
  if [ ! -s %[2]s/mnemonic.json ]; then
    get "$api/v1/genseed?aezeed_passphrase=$(printf '%%s' "$passphrase" | jq -sRr @uri)" |
      jq -ce '.cipher_seed_mnemonic | select(length == 24)' >/tmp/mnemonic.json
    cp /tmp/mnemonic.json %[2]s/mnemonic.json.new
    sync
    mv %[2]s/mnemonic.json.new %[2]s/mnemonic.json
  fi
  jq -c --arg password "$(base64 -w 0 <%[6]s/%[7]s)" --arg passphrase "$passphrase" \
    '{wallet_password: $password, aezeed_passphrase: $passphrase, cipher_seed_mnemonic: ., stateless_init: true}' \
    %[2]s/mnemonic.json >/tmp/initwallet.json
  get --post-file=/tmp/initwallet.json "$api/v1/initwallet" >/dev/null
  ;;
*)
  echo "lnd did not come up: its state is ${state:-unknown}"
  tail -n 20 /tmp/lnd.log
  exit 1
  ;;
esac
touch "$marker"
sync
echo "the wallet is created; its enciphered seed is in %[2]s/mnemonic.json: take it away before the node holds funds"
`, lndDir, seedDir, restPort, confPath, rpcPort, walletDir, passwordKey, passphraseKey)
}

// stateIs returns a command that succeeds while lnd's state is one of the given ones. The state needs no macaroon.
func stateIs(states ...string) []string {
	return []string{"/bin/sh", "-c", fmt.Sprintf("wget -q -O - --no-check-certificate https://127.0.0.1:%d/v1/state | grep -qE '\"(%s)\"'", restPort, strings.Join(states, "|"))}
}

// addWatchtowers returns a shell script that tells the running lnd its towers, which it then remembers. lnd has no option for them.
func addWatchtowers(network config.BitcoinNetwork, towers []string) string {
	var adds strings.Builder
	for _, tower := range towers {
		fmt.Fprintf(&adds, "  add %s\n", tower)
	}
	return fmt.Sprintf(`set -eu
add() {
  until lncli --lnddir=%[1]s --network=%[2]s wtclient add "$1" >/dev/null 2>&1; do
    echo "lnd does not take the watchtower $1 yet"
    sleep 30
  done
  echo "watchtower $1 is added"
}
main() {
%[3]s  touch /tmp/added
  while :; do sleep 3600 & wait $!; done
}
trap 'exit 0' TERM
main
`, lndDir, network.LndFlag, adds.String())
}
