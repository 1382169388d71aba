package bitcoind

import (
	"fmt"
	"time"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// seen are the nodes of the network with a target in the last hour, with their namespace, by which Kubernetes' own metrics are found.
const seen = `max by (network, node, namespace) (last_over_time(up{job="bitcoind", NETWORK}[1h]))`

// Alerts are the alerts about the nodes of a network. They are the same for each of its nodes.
//
// The exporter has traps. Every gauge is 0 until its first answer from bitcoind, and when bitcoind stops answering they keep their last
// values: so what looks at a gauge asks bitcoin_uptime too, and that the exporter itself fails is an alert of its own. All gauges go
// back to 0 when the exporter starts; with a new pod they are new series. So nodes are compared, not series.
func Alerts(network config.BitcoinNetwork) []monitoring.Alert {
	s := samples{network.Name}
	alerts := []monitoring.Alert{
		{
			Name: "BitcoindExporterDown", Severity: monitoring.SeverityWhere(network.Money), For: 5 * time.Minute,
			// A target that has gone altogether has no up: then the last hour tells that there was one.
			Expr: expression(network, `
				(max BY (up{job="bitcoind", NETWORK}) or 0 * max BY (last_over_time(up{job="bitcoind", NETWORK}[1h]))) == 0`),
			Summary: "Nobody sees how bitcoind of {{ $labels.node }} is: its exporter has not answered for 5 minutes.",
			Fires: map[string]monitoring.Sample{
				"does not answer": s.at(10*time.Minute, s.up("1x3 0x20")),
				"has gone":        s.at(20*time.Minute, s.up("1x3 _x30")),
			},
			Silent: map[string]monitoring.Sample{
				"answers":       s.at(10*time.Minute, s.up("1x20")),
				"a short break": s.at(7*time.Minute, s.up("1x3 0x3 1x20")),
			},
		},
		{
			Name: "BitcoindDown", Severity: monitoring.SeverityWhere(network.Money), For: 30 * time.Minute,
			// A node that never was ready is one that is being set up.
			Expr: expression(network, seen+`
				and on (namespace) (max by (namespace) (max_over_time(kube_pod_container_status_ready{container="bitcoind"}[14d:1h])) == 1)
				unless on (namespace) (max by (namespace) (kube_pod_container_status_ready{container="bitcoind"}) == 1)
				and on (namespace) count by (namespace) (kube_pod_status_phase)`),
			Summary: "bitcoind of {{ $labels.node }} has not been ready for 30 minutes; lnd follows it down when that lasts.",
			Fires: map[string]monitoring.Sample{
				"not ready": s.at(100*time.Minute, s.up("1x120"), s.ready("1x62 0x60"), s.phase("1x120")),
				"no pod":    s.at(100*time.Minute, s.up("1x120"), s.ready("1x62 _x60"), s.phase("1x120")),
			},
			Silent: map[string]monitoring.Sample{
				"ready":                  s.at(100*time.Minute, s.up("1x120"), s.ready("1x120"), s.phase("1x120")),
				"a restart":              s.at(83*time.Minute, s.up("1x120"), s.ready("1x62 0x20 1x40"), s.phase("1x120")),
				"never ready before":     s.at(100*time.Minute, s.up("1x120"), s.ready("0x120"), s.phase("1x120")),
				"kube-state-metrics out": s.at(100*time.Minute, s.up("1x120"), s.ready("1x62 _x60"), s.phase("1x62 _x60")),
			},
		},
		{
			Name: "BitcoindRPCErrors", Severity: monitoring.Warning, For: 10 * time.Minute,
			Expr:    expression(network, `sum BY (increase(bitcoin_exporter_errors_total{NETWORK}[10m])) > 3`),
			Summary: "The exporter's questions to bitcoind of {{ $labels.node }} fail, so what the other panels show is old.",
			Fires:   map[string]monitoring.Sample{"an error a minute": s.at(30*time.Minute, s.one("bitcoin_exporter_errors_total", "0+1x40", `type="socket.timeout"`))},
			Silent: map[string]monitoring.Sample{
				"none":         s.at(30*time.Minute, s.one("bitcoin_exporter_errors_total", "7x40", `type="socket.timeout"`)),
				"one an hour":  s.at(30*time.Minute, s.one("bitcoin_exporter_errors_total", "0x15 1x40", `type="socket.timeout"`)),
				"a short time": s.at(20*time.Minute, s.one("bitcoin_exporter_errors_total", "0x8 0+1x5 5x40", `type="socket.timeout"`)),
			},
		},
		{
			Name: "BitcoindStaleZero", Severity: monitoring.Warning, For: 15 * time.Minute,
			Expr:    expression(network, `max BY (bitcoin_uptime{NETWORK}) == 0`),
			Summary: "The exporter of {{ $labels.node }} has not had a single answer from bitcoind: every number of it is 0.",
			Fires:   map[string]monitoring.Sample{"never answered": s.at(20*time.Minute, s.one("bitcoin_uptime", "0x30"))},
			Silent: map[string]monitoring.Sample{
				"answered after ten minutes": s.at(20*time.Minute, s.one("bitcoin_uptime", "0x10 60+60x20")),
			},
		},
		{
			Name: "BitcoindRestarting", Severity: monitoring.Warning,
			// One restart is an upgrade.
			Expr:    expression(network, `max BY (resets(bitcoin_uptime{NETWORK}[6h])) > 1`),
			Summary: "bitcoind of {{ $labels.node }} has restarted more than once within 6 hours.",
			Fires:   map[string]monitoring.Sample{"two restarts": s.at(4*time.Hour, s.one("bitcoin_uptime", "0+60x60 0+60x60 0+60x200"))},
			Silent: map[string]monitoring.Sample{
				"one restart": s.at(4*time.Hour, s.one("bitcoin_uptime", "0+60x60 0+60x300")),
				"none":        s.at(4*time.Hour, s.one("bitcoin_uptime", "0+60x300")),
			},
		},
		{
			Name: "BitcoindFork", Severity: monitoring.Warning, For: 10 * time.Minute,
			// It counts the exporter's questions that were answered with a warning, so while one stands it goes on counting.
			Expr:    expression(network, `sum BY (increase(bitcoin_warnings_total{NETWORK}[30m])) > 0`),
			Summary: "bitcoind of {{ $labels.node }} warns: of unknown rules, of an invalid chain with more work, or of itself.",
			Fires:   map[string]monitoring.Sample{"a warning that stands": s.at(30*time.Minute, s.one("bitcoin_warnings_total", "0+2x60"))},
			Silent: map[string]monitoring.Sample{
				"no warning": s.at(30*time.Minute, s.one("bitcoin_warnings_total", "0x60")),
				"an old one": s.at(2*time.Hour, s.one("bitcoin_warnings_total", "0+2x20 40x120")),
			},
		},
		{
			Name: "BitcoindRPCSaturated", Severity: monitoring.Warning, For: 10 * time.Minute,
			Expr:    expression(network, `max BY (bitcoin_rpc_active{NETWORK}) > 12`),
			Summary: "bitcoind of {{ $labels.node }} works on more than 12 calls at once, and has 16 threads for them.",
			Fires:   map[string]monitoring.Sample{"13 calls": s.at(20*time.Minute, s.one("bitcoin_rpc_active", "13x30"))},
			Silent: map[string]monitoring.Sample{
				"12 calls": s.at(20*time.Minute, s.one("bitcoin_rpc_active", "12x30")),
				"a burst":  s.at(11*time.Minute, s.one("bitcoin_rpc_active", "3x5 16x5 3x20")),
			},
		},
		s.volumeFilling(network),
	}
	if network.Private {
		return alerts
	}
	return append(alerts, s.chain(network, limitsOf(network))...)
}

// chain are the alerts about what comes from others on the network: blocks and peers.
func (s samples) chain(network config.BitcoinNetwork, l limits) []monitoring.Alert {
	late := l.noBlock + 10*time.Minute
	minutes := func(d time.Duration) int { return int(d.Minutes()) }
	return []monitoring.Alert{
		{
			Name: "BitcoindTipStalled", Severity: monitoring.SeverityWhere(network.Money), For: 5 * time.Minute,
			// The height of then is asked for, instead of the changes since: after a restart of Prometheus there is none, and no alert.
			Expr: expression(network, `
				max BY (bitcoin_blocks{NETWORK}) <= max BY (bitcoin_blocks{NETWORK} offset SPAN)
				and on (network, node) max BY (bitcoin_uptime{NETWORK}) > SECONDS`, "SPAN", span(l.noBlock), "SECONDS", seconds(l.noBlock)),
			Summary: fmt.Sprintf("bitcoind of {{ $labels.node }} has had no new block for %s.", span(l.noBlock)),
			Fires: map[string]monitoring.Sample{
				"no block": s.at(late, s.one("bitcoin_blocks", "100x400"), s.one("bitcoin_uptime", "900000+60x400")),
			},
			Silent: map[string]monitoring.Sample{
				"one block in the middle": s.at(late, s.one("bitcoin_blocks", "100x60 101x400"), s.one("bitcoin_uptime", "900000+60x400")),
				"a quiet time that ends": s.at(late, s.one("bitcoin_blocks", fmt.Sprintf("100x%d 101x400", minutes(l.noBlock)-10)),
					s.one("bitcoin_uptime", "900000+60x400")),
				"just started":           s.at(late, s.one("bitcoin_blocks", "100x400"), s.one("bitcoin_uptime", "0+30x400")),
				"exporter knows nothing": s.at(late, s.one("bitcoin_blocks", "0x400"), s.one("bitcoin_uptime", "0x400")),
				"scraped for an hour":    s.at(late, s.one("bitcoin_blocks", fmt.Sprintf("_x%d 100x400", minutes(late)-60)), s.one("bitcoin_uptime", "900000+60x400")),
			},
		},
		{
			Name: "BitcoindNotSynced", Severity: monitoring.Warning, For: 15 * time.Minute,
			Expr: expression(network, `
				max BY (bitcoin_verification_progress{NETWORK}) < 0.9999
				and on (network, node) max BY (bitcoin_uptime{NETWORK}) > SECONDS`, "SECONDS", seconds(l.sync)),
			Summary: fmt.Sprintf("bitcoind of {{ $labels.node }} has run for %s and is not synced.", span(l.sync)),
			Fires: map[string]monitoring.Sample{
				"stuck below": s.at(30*time.Minute, s.one("bitcoin_verification_progress", "0.97x60"), s.one("bitcoin_uptime", seconds(l.sync)+"+60x60")),
			},
			Silent: map[string]monitoring.Sample{
				"synced":          s.at(30*time.Minute, s.one("bitcoin_verification_progress", "0.99999x60"), s.one("bitcoin_uptime", seconds(l.sync)+"+60x60")),
				"still within it": s.at(30*time.Minute, s.one("bitcoin_verification_progress", "0.5x60"), s.one("bitcoin_uptime", "3600+60x60")),
			},
		},
		{
			Name: "BitcoindFewOutbound", Severity: monitoring.Warning, For: 30 * time.Minute,
			Expr: expression(network, `
				max BY (bitcoin_conn_out{NETWORK}) < PEERS
				and on (network, node) max BY (bitcoin_uptime{NETWORK}) > 1800`, "PEERS", fmt.Sprint(l.outbound)),
			Summary: fmt.Sprintf("bitcoind of {{ $labels.node }} has fewer than %d peers that it chose itself: whoever they are may hide blocks from it.", l.outbound),
			Fires:   map[string]monitoring.Sample{"five": s.at(45*time.Minute, s.one("bitcoin_conn_out", "5x60"), s.one("bitcoin_uptime", "9000+60x60"))},
			Silent: map[string]monitoring.Sample{
				"six":          s.at(45*time.Minute, s.one("bitcoin_conn_out", "6x60"), s.one("bitcoin_uptime", "9000+60x60")),
				"just started": s.at(45*time.Minute, s.one("bitcoin_conn_out", "2x60"), s.one("bitcoin_uptime", "0+60x60")),
			},
		},
		{
			Name: "BitcoindBehindLnd", Severity: monitoring.Warning, For: 15 * time.Minute,
			// The highest of the network's lnd says how far the chain is; the exporter does not know of headers. A node in its initial
			// download is behind by nature.
			Expr: expression(network, `
				max BY (bitcoin_blocks{NETWORK}) < on (network) group_left () (max by (network) (lnd_chain_block_height{NETWORK}) - 2)
				and on (network, node) max BY (bitcoin_verification_progress{NETWORK}) > 0.999`),
			Summary: "bitcoind of {{ $labels.node }} is more than 2 blocks behind the best lnd of its network.",
			Fires: map[string]monitoring.Sample{
				"three behind": s.at(30*time.Minute, s.one("bitcoin_blocks", "97x60"), s.one("bitcoin_verification_progress", "0.9995x60"), s.lndHeight("100x60")),
			},
			Silent: map[string]monitoring.Sample{
				"two behind":       s.at(30*time.Minute, s.one("bitcoin_blocks", "98x60"), s.one("bitcoin_verification_progress", "0.9999x60"), s.lndHeight("100x60")),
				"initial download": s.at(30*time.Minute, s.one("bitcoin_blocks", "10x60"), s.one("bitcoin_verification_progress", "0.1x60"), s.lndHeight("100x60")),
			},
		},
	}
}

// volumeFilling warns when the volume will be full within two weeks at the pace of the last day. During the initial download the pace
// is none that lasts, so there has to be little room besides.
func (s samples) volumeFilling(network config.BitcoinNetwork) monitoring.Alert {
	return monitoring.Alert{
		Name: "BitcoindVolumeFilling", Severity: monitoring.Warning, For: time.Hour,
		Expr: expression(network, seen+`
			and on (namespace) (predict_linear(kubelet_volume_stats_available_bytes{persistentvolumeclaim="bitcoind-data"}[1d], 1209600) < 0)
			and on (namespace) (
				kubelet_volume_stats_available_bytes{persistentvolumeclaim="bitcoind-data"}
				/ kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="bitcoind-data"} < 0.2)`),
		Summary: "The volume of bitcoind of {{ $labels.node }} has less than a fifth left and will be full within 14 days.",
		Fires: map[string]monitoring.Sample{
			"a tenth left, and falling": s.at(10*time.Hour, s.up("1x700"), s.volume("available", "10000-1x700"), s.volume("capacity", "100000x700")),
		},
		Silent: map[string]monitoring.Sample{
			"a tenth left, and steady":  s.at(10*time.Hour, s.up("1x700"), s.volume("available", "10000x700"), s.volume("capacity", "100000x700")),
			"half left, and falling":    s.at(10*time.Hour, s.up("1x700"), s.volume("available", "50000-20x700"), s.volume("capacity", "100000x700")),
			"a tenth left, and slowing": s.at(10*time.Hour, s.up("1x700"), s.volume("available", "19000-0.1x700"), s.volume("capacity", "100000x700")),
		},
	}
}
