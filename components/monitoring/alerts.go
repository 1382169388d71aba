package monitoring

import (
	"fmt"
	"time"
)

// watchdog is the alert that always fires. The dead man's switch hears of it, and alarms when it does not any more.
const watchdog = "Watchdog"

// platformAlerts are about the monitoring itself: while one of them holds, silence means nothing.
func (a Args) platformAlerts() []Alert {
	alerts := []Alert{
		{
			Name: watchdog, Expr: "vector(1)", Severity: Warning,
			Summary: "Alerts reach Alertmanager; this one always fires.",
			Fires:   map[string]Sample{"nothing is wrong": {}},
		},
		{
			Name: "TargetDown", Expr: "up == 0", For: 10 * time.Minute, Severity: Warning,
			Summary: "Prometheus cannot scrape {{ $labels.instance }} of the job {{ $labels.job }}.",
			Fires:   map[string]Sample{"a target that does not answer": {Series: map[string]string{`up{job="lnd", instance="lnd-0:metrics"}`: "1x5 0x20"}, At: 20 * time.Minute}},
			Silent: map[string]Sample{
				"a target that answers":   {Series: map[string]string{`up{job="lnd", instance="lnd-0:metrics"}`: "1x30"}, At: 20 * time.Minute},
				"a target that restarted": {Series: map[string]string{`up{job="lnd", instance="lnd-0:metrics"}`: "1x5 0x5 1x20"}, At: 15 * time.Minute},
			},
		},
		reloadFailed("PrometheusConfigReloadFailed", "prometheus_config_last_reload_successful", "Prometheus"),
		reloadFailed("AlertmanagerConfigReloadFailed", "alertmanager_config_last_reload_successful", "Alertmanager"),
		{
			Name: "PrometheusNotificationsFailing", Severity: Warning, For: 15 * time.Minute,
			// A division by 0 is no number, and no number is above anything: nothing to send is no failure.
			Expr:    "rate(prometheus_notifications_errors_total[5m]) / rate(prometheus_notifications_sent_total[5m]) > 0.01",
			Summary: "{{ $labels.instance }} fails to send alerts to {{ $labels.alertmanager }}.",
			Fires: map[string]Sample{"every second alert is lost": {At: 30 * time.Minute, Series: map[string]string{
				`prometheus_notifications_errors_total{instance="prometheus-0:http", alertmanager="a"}`: "0+1x40",
				`prometheus_notifications_sent_total{instance="prometheus-0:http", alertmanager="a"}`:   "0+2x40",
			}}},
			Silent: map[string]Sample{
				"all arrive": {At: 30 * time.Minute, Series: map[string]string{
					`prometheus_notifications_errors_total{instance="prometheus-0:http", alertmanager="a"}`: "3x40",
					`prometheus_notifications_sent_total{instance="prometheus-0:http", alertmanager="a"}`:   "0+2x40",
				}},
				"none are sent": {At: 30 * time.Minute, Series: map[string]string{
					`prometheus_notifications_errors_total{instance="prometheus-0:http", alertmanager="a"}`: "0x40",
					`prometheus_notifications_sent_total{instance="prometheus-0:http", alertmanager="a"}`:   "0x40",
				}},
			},
		},
		a.storageFilling(),
	}
	if a.AlertmanagerReplicas > 1 {
		alerts = append(alerts, a.clusterSplit())
	}
	return alerts
}

func reloadFailed(name, metric, program string) Alert {
	series := metric + `{instance="pod-0:http"}`
	return Alert{
		Name: name, Expr: metric + " == 0", For: 5 * time.Minute, Severity: Warning,
		Summary: program + " on {{ $labels.instance }} runs with an old configuration: it refused the new one.",
		Fires:   map[string]Sample{"a refused file": {Series: map[string]string{series: "1x5 0x20"}, At: 15 * time.Minute}},
		Silent:  map[string]Sample{"a file that was read": {Series: map[string]string{series: "1x30"}, At: 15 * time.Minute}},
	}
}

// storageFilling is about Prometheus' own volumes. Series fill 90 % of them and no more, so less than 5 % free means that something else
// does: a write-ahead log that is not compacted.
func (a Args) storageFilling() Alert {
	labels := fmt.Sprintf(`namespace=%q, persistentvolumeclaim="data-prometheus-0"`, a.Namespace.Name)
	return Alert{
		Name: "PrometheusStorageFilling", Severity: Warning, For: 30 * time.Minute,
		Expr: fmt.Sprintf(`kubelet_volume_stats_available_bytes{namespace=%q, persistentvolumeclaim=~%q} / kubelet_volume_stats_capacity_bytes < 0.05`,
			a.Namespace.Name, prometheusClaims),
		Summary: "The volume {{ $labels.persistentvolumeclaim }} of Prometheus has {{ $value | humanizePercentage }} left; it stops when there is nothing left.",
		Fires:   map[string]Sample{"3 % are left": volumeSample(labels, 3, 100)},
		Silent:  map[string]Sample{"it is as full as it should be": volumeSample(labels, 10, 100)},
	}
}

// clusterSplit is about a pair: members that do not see each other both send each alert.
func (a Args) clusterSplit() Alert {
	member := func(n int) string {
		return fmt.Sprintf(`alertmanager_cluster_members{instance="alertmanager-%d:http"}`, n)
	}
	return Alert{
		Name: "AlertmanagerClusterSplit", Severity: Warning, For: 15 * time.Minute,
		Expr:    fmt.Sprintf("alertmanager_cluster_members < %d", a.AlertmanagerReplicas),
		Summary: "{{ $labels.instance }} sees {{ $value }} members of Alertmanager's cluster: alerts may come twice, and silences hold on one side only.",
		Fires:   map[string]Sample{"each sees itself alone": {Series: map[string]string{member(0): "2x5 1x30", member(1): "2x5 1x30"}, At: 30 * time.Minute}},
		Silent:  map[string]Sample{"both see both": {Series: map[string]string{member(0): "2x40", member(1): "2x40"}, At: 30 * time.Minute}},
	}
}

// volumeSample is a volume of so many bytes, of which some are left, for forty minutes and more.
func volumeSample(labels string, left, size int) Sample {
	return Sample{At: 40 * time.Minute, Series: map[string]string{
		"kubelet_volume_stats_available_bytes{" + labels + "}": fmt.Sprintf("%dx60", left),
		"kubelet_volume_stats_capacity_bytes{" + labels + "}":  fmt.Sprintf("%dx60", size),
	}}
}
