package lnd

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

// of is a metric of one of the two jobs, with more labels where it has them.
func (s samples) of(job, metric, values string, labels ...string) series {
	labels = append([]string{fmt.Sprintf("job=%q", job), fmt.Sprintf("network=%q", s.network), `node="alice"`, `namespace="bitcoin-alice"`, `pod="lnd-0"`}, labels...)
	return series{metric + "{" + strings.Join(labels, ",") + "}": values}
}

// one is a metric of lndmon.
func (s samples) one(metric, values string, labels ...string) series {
	return s.of(LndmonJob, metric, values, labels...)
}

func (s samples) up(job, values string) series { return s.of(job, "up", values) }

// channel is a metric of one channel.
func (s samples) channel(metric, id, status, values string) series {
	return s.one(metric, values, fmt.Sprintf("chan_id=%q", id), fmt.Sprintf("status=%q", status), `initiator="true"`, `peer="02ab"`)
}

// of kube-state-metrics: ready, restarts and running are of a container in a pod, phase is a pod's.
func (s samples) ready(values string) series { return s.container("ready", "lnd", "lnd-0", values) }

func (s samples) container(which, container, pod, values string) series {
	return series{fmt.Sprintf(`kube_pod_container_status_%s{namespace="bitcoin-alice",pod=%q,container=%q}`, which, pod, container): values}
}

func (s samples) phase(pod, values string) series {
	return series{fmt.Sprintf(`kube_pod_status_phase{namespace="bitcoin-alice",pod=%q,phase="Running"}`, pod): values}
}

func (s samples) volume(which, values string) series {
	return series{fmt.Sprintf(`kubelet_volume_stats_%s_bytes{namespace="bitcoin-alice",persistentvolumeclaim="lnd-data"}`, which): values}
}
