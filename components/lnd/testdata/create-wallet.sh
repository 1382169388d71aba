set -euo pipefail
umask 077
marker=/data/.lnd/wallet-created
if [ -e "$marker" ]; then
  echo "the wallet exists"
  exit 0
fi
mkdir -p /data/.lnd /data/seed
api=https://127.0.0.1:8080
get() { wget -q -O - --no-check-certificate "$@"; }

lnd --lnddir=/data/.lnd --configfile=/etc/lnd/lnd.conf --nolisten --rpclisten=127.0.0.1:10009 --restlisten=127.0.0.1:8080 >/tmp/lnd.log 2>&1 &
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
  passphrase=$(base64 -w 0 </run/secrets/wallet/seed-passphrase)
  if [ ! -s /data/seed/mnemonic.json ]; then
    get "$api/v1/genseed?aezeed_passphrase=$(printf '%s' "$passphrase" | jq -sRr @uri)" |
      jq -ce '.cipher_seed_mnemonic | select(length == 24)' >/tmp/mnemonic.json
    cp /tmp/mnemonic.json /data/seed/mnemonic.json.new
    sync
    mv /data/seed/mnemonic.json.new /data/seed/mnemonic.json
  fi
  jq -c --arg password "$(base64 -w 0 </run/secrets/wallet/password)" --arg passphrase "$passphrase" \
    '{wallet_password: $password, aezeed_passphrase: $passphrase, cipher_seed_mnemonic: ., stateless_init: true}' \
    /data/seed/mnemonic.json >/tmp/initwallet.json
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
echo "the wallet is created; its enciphered seed is in /data/seed/mnemonic.json: take it away before the node holds funds"
