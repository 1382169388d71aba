set -eu
add() {
  until lncli --lnddir=/data/.lnd --network=testnet4 wtclient add "$1" >/dev/null 2>&1; do
    echo "lnd does not take the watchtower $1 yet"
    sleep 30
  done
  echo "watchtower $1 is added"
}
main() {
  add 03281d603b2c5e19b8893a484eb938d7377179a9ef1a6bca4c0bcbbfc291657b63@tower.example.org:9911
  touch /tmp/added
  while :; do sleep 3600 & wait $!; done
}
trap 'exit 0' TERM
main
