set -euo pipefail
put() {
  curl --config /etc/account/curlrc --cacert /etc/account/ca.crt --fail --silent --show-error --max-time 30 \
    --retry 60 --retry-delay 15 --retry-all-errors \
    --request PUT --header 'Content-Type: application/json' --data-binary "@/etc/lifecycle/$2" \
    "https://elasticsearch.logging.svc.cluster.local:9200/$1"
  echo
}
put _ilm/policy/satkube-logs policy.json
put _index_template/satkube-logs template.json
