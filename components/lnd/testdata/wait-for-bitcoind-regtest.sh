set -eu
ask() {
  cut -d: -f2 /run/secrets/bitcoind/cookie | bitcoin-cli -datadir=/tmp -rpcconnect=bitcoind.bitcoin-alice.svc.cluster.local -rpcport=48332 -rpcuser=lnd -stdinrpcpass -rpcclienttimeout=60 getblockchaininfo
}
until info=$(ask 2>/dev/null); do
  echo "bitcoind at bitcoind.bitcoin-alice.svc.cluster.local:48332 does not answer yet"
  sleep 10
done
until printf '%s' "$info" | grep -q '"initialblockdownload": *false'; do
  echo "bitcoind is at block $(printf '%s' "$info" | sed -n 's/.*"blocks": *\([0-9]*\).*/\1/p') and not synced yet"
  sleep 10
  info=$(ask 2>/dev/null) || info=
done
echo "bitcoind is synced"
