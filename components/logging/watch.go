package logging

import (
	"fmt"
	"time"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// The metrics that fluent-plugin-prometheus makes of fluentd's outputs, as in its in_prometheus_output_monitor.rb. Both are gauges;
// the second only ever grows while fluentd runs.
const (
	bufferMetric  = "fluentd_output_status_buffer_total_bytes"
	retriesMetric = "fluentd_output_status_retry_count"
)

const fluentdJob = "fluentd"

// watch is what is to be watched: fluentd, through which all lines go. That Elasticsearch is away or full shows there too.
func watch(args Args, fluentd kube.Endpoint) monitoring.Watch {
	limit := args.BufferMiB << 20
	series := func(metric string) string {
		return fmt.Sprintf(`%s{job=%q,pod="fluentd-a",plugin_id="elasticsearch",type="elasticsearch"}`, metric, fluentdJob)
	}
	sample := func(metric, values string, at time.Duration) monitoring.Sample {
		return monitoring.Sample{Series: map[string]string{series(metric): values}, At: at}
	}
	rejected := fmt.Sprintf(`%s{job=%q}`, rejectedMetric, fluentdJob)
	return monitoring.Watch{
		Targets: []monitoring.Target{{Job: fluentdJob, Endpoint: fluentd}},
		Alerts: []monitoring.Alert{
			{
				Name:     "FluentdBufferFilling",
				Expr:     fmt.Sprintf(`%s{job=%q} > %d`, bufferMetric, fluentdJob, limit/2),
				For:      15 * time.Minute,
				Severity: monitoring.Warning,
				Summary:  "The logs of a node wait for Elasticsearch: the buffer of {{ $labels.pod }} is half full. Once it is full, lines are lost.",
				Fires: map[string]monitoring.Sample{
					"above half": sample(bufferMetric, fmt.Sprintf("%dx40", limit/2+1), 20*time.Minute),
				},
				Silent: map[string]monitoring.Sample{
					"at half":      sample(bufferMetric, fmt.Sprintf("%dx40", limit/2), 20*time.Minute),
					"for a moment": sample(bufferMetric, fmt.Sprintf("%dx10 0x30", limit), 20*time.Minute),
				},
			},
			{
				Name:     "FluentdRetrying",
				Expr:     fmt.Sprintf(`increase(%s{job=%q}[15m]) > 5`, retriesMetric, fluentdJob),
				For:      10 * time.Minute,
				Severity: monitoring.Warning,
				Summary:  "{{ $labels.pod }} cannot hand over its lines: Elasticsearch is away, refuses them or is too slow.",
				Fires: map[string]monitoring.Sample{
					"a retry a minute": sample(retriesMetric, "0+1x60", 40*time.Minute),
				},
				Silent: map[string]monitoring.Sample{
					"an outage that is over": sample(retriesMetric, "40x60", 40*time.Minute),
					"one now and then":       sample(retriesMetric, "0x19 1x19 2x19", 40*time.Minute),
				},
			},
			{
				Name: "FluentdLosesLines",
				// The series begins with the first lost line, which is no increase yet.
				Expr:     fmt.Sprintf(`increase(%s[1h]) > 0 or (%s unless %s offset 1h) > 0`, rejected, rejected, rejected),
				Severity: monitoring.Warning,
				Summary:  "Elasticsearch refused lines of {{ $labels.pod }}, or a plugin could not read them; they are lost.",
				Fires: map[string]monitoring.Sample{
					"the first one": {Series: map[string]string{rejectedSeries(): "_x30 1x10"}, At: 35 * time.Minute},
					"one more":      {Series: map[string]string{rejectedSeries(): "1x100 2x20"}, At: 110 * time.Minute},
				},
				Silent: map[string]monitoring.Sample{
					"long ago": {Series: map[string]string{rejectedSeries(): "3x200"}, At: 180 * time.Minute},
				},
			},
		},
	}
}

func rejectedSeries() string {
	return fmt.Sprintf(`%s{job=%q,pod="fluentd-a"}`, rejectedMetric, fluentdJob)
}
