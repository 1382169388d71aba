set -u
umask 077
trap 'exit 0' TERM
copy() {
  if [ -s "$1" ] && ! cmp -s "$1" "/run/lndmon/$2"; then
    cp "$1" "/run/lndmon/.$2" && mv "/run/lndmon/.$2" "/run/lndmon/$2" && echo "copied $2"
  fi
}
while :; do
  copy /data/.lnd/tls.cert tls.cert
  copy /data/.lnd/data/chain/bitcoin/testnet4/readonly.macaroon readonly.macaroon
  sleep 15 & wait $!
done
