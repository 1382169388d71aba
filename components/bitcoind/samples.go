package bitcoind

import (
	"fmt"
	"strings"
	"time"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
)

// samples makes the series of a node called alice on a network, for the samples of alerts.
type samples struct{ network string }

type series = map[string]string

// at puts series together as what Prometheus has seen when it is asked at that time.
func (s samples) at(at time.Duration, parts ...series) monitoring.Sample {
	return monitoring.Seen(at, parts...)
}

// one is a metric of the exporter, with more labels where it has them.
func (s samples) one(metric, values string, labels ...string) series {
	labels = append([]string{`job="bitcoind"`, fmt.Sprintf("network=%q", s.network), `node="alice"`, `namespace="bitcoin-alice"`, `pod="bitcoind-exporter-1"`}, labels...)
	return series{metric + "{" + strings.Join(labels, ",") + "}": values}
}

func (s samples) up(values string) series { return s.one("up", values) }

// lndHeight is the height that another node's lnd is at.
func (s samples) lndHeight(values string) series {
	return series{fmt.Sprintf(`lnd_chain_block_height{job="lndmon",network=%q,node="bob",namespace="bitcoin-bob"}`, s.network): values}
}

// ready and phase are kube-state-metrics', volume the kubelet's.
func (s samples) ready(values string) series {
	return series{`kube_pod_container_status_ready{namespace="bitcoin-alice",pod="bitcoind-0",container="bitcoind"}`: values}
}

func (s samples) phase(values string) series {
	return series{`kube_pod_status_phase{namespace="bitcoin-alice",pod="bitcoind-exporter-1",phase="Running"}`: values}
}

func (s samples) volume(which, values string) series {
	return series{fmt.Sprintf(`kubelet_volume_stats_%s_bytes{namespace="bitcoin-alice",persistentvolumeclaim="bitcoind-data"}`, which): values}
}
