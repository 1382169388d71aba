set -u
trap 'exit 0' TERM
until [ -s /run/lndmon/tls.cert ] && [ -s /run/lndmon/readonly.macaroon ]; do
  echo "lnd has not written its certificate and its macaroons yet"
  sleep 15 & wait $!
done
exec /bin/lndmon "$@"
