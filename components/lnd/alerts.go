package lnd

import (
	"time"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// processAlerts are about lnd and lndmon as processes.
func (s samples) processAlerts(network config.BitcoinNetwork) []monitoring.Alert {
	return []monitoring.Alert{
		{
			Name: "TwoLndPods", Severity: monitoring.SeverityWhere(network.Money),
			// By the pod's name and by the container's, each pod once, whichever of several kube-state-metrics says it.
			Expr: expression(network, `SEEN and on (namespace) (
				count by (namespace) (max by (namespace, pod) (kube_pod_status_phase{pod=~"lnd-[0-9]+", phase="Running"}) == 1) > 1
				or count by (namespace) (max by (namespace, pod) (kube_pod_container_status_running{container="lnd"}) == 1) > 1)`),
			Summary: "Two lnd run for {{ $labels.node }}: stop one NOW; two on one seed publish revoked states and lose the channels' funds.",
			Fires: map[string]monitoring.Sample{
				"two of the set":    s.at(5*time.Minute, s.up(Job, "1x10"), s.phase("lnd-0", "1x10"), s.phase("lnd-1", "1x10")),
				"one by other name": s.at(5*time.Minute, s.up(Job, "1x10"), s.container("running", "lnd", "lnd-0", "1x10"), s.container("running", "lnd", "debug", "1x10")),
			},
			Silent: map[string]monitoring.Sample{
				"one":                     s.at(5*time.Minute, s.up(Job, "1x10"), s.phase("lnd-0", "1x10"), s.container("running", "lnd", "lnd-0", "1x10")),
				"a second that is no lnd": s.at(5*time.Minute, s.up(Job, "1x10"), s.phase("lnd-0", "1x10"), s.phase("lndash-0", "1x10"), s.container("running", "lndmon", "lnd-0", "1x10")),
				"a second that has ended": s.at(5*time.Minute, s.up(Job, "1x10"), s.phase("lnd-0", "1x10"), s.phase("lnd-1", "0x10")),
			},
		},
		{
			Name: "LndDown", Severity: monitoring.SeverityWhere(network.Money), For: 10 * time.Minute,
			// The container, not the pod: lndmon beside it may be late. A node that never was synced is one that is being set up. It has
			// nothing to lose yet, and may wait for bitcoind for days.
			Expr: expression(network, `
				max by (network, node, namespace) (max_over_time(lnd_chain_synced{NETWORK}[14d:1h])) == 1
				unless on (namespace) (max by (namespace) (kube_pod_container_status_ready{container="lnd"}) == 1)
				and on (namespace) count by (namespace) (kube_pod_status_phase)`),
			Summary: "lnd of {{ $labels.node }} has not been ready for 10 minutes; its channels' deadlines run in blocks.",
			Fires: map[string]monitoring.Sample{
				"not ready": s.at(80*time.Minute, s.one("lnd_chain_synced", "1x62 _x60"), s.ready("1x62 0x60"), s.phase("bitcoind-0", "1x120")),
				"no pod":    s.at(80*time.Minute, s.one("lnd_chain_synced", "1x62 _x60"), s.ready("1x62 _x60"), s.phase("bitcoind-0", "1x120")),
			},
			Silent: map[string]monitoring.Sample{
				"ready":                  s.at(80*time.Minute, s.one("lnd_chain_synced", "1x120"), s.ready("1x120"), s.phase("bitcoind-0", "1x120")),
				"lndmon is away":         s.at(80*time.Minute, s.one("lnd_chain_synced", "1x62 _x60"), s.ready("1x120"), s.phase("bitcoind-0", "1x120")),
				"a restart":              s.at(71*time.Minute, s.one("lnd_chain_synced", "1x62 _x8 1x60"), s.ready("1x62 0x8 1x60"), s.phase("bitcoind-0", "1x120")),
				"being set up":           s.at(80*time.Minute, s.one("lnd_chain_synced", "0x120"), s.ready("0x120"), s.phase("bitcoind-0", "1x120")),
				"kube-state-metrics out": s.at(80*time.Minute, s.one("lnd_chain_synced", "1x120"), s.ready("1x62 _x60"), s.phase("bitcoind-0", "1x62 _x60")),
			},
		},
		{
			Name: "LndWalletLocked", Severity: monitoring.SeverityWhere(network.Money), For: 15 * time.Minute,
			// No metric says locked. lnd opens the port of its own metrics together with its RPC, before the wallet is open (startGrpcListen
			// in lnd.go of v0.21); lndmon opens its port after. So: lnd answers, is not ready, and lndmon, which runs, does not answer.
			Expr: expression(network, `
				max by (network, node, namespace) (up{job="lnd", NETWORK}) == 1
				and on (namespace) (max by (namespace) (kube_pod_container_status_ready{container="lnd"}) == 0)
				and on (namespace) (max by (namespace) (kube_pod_container_status_running{container="lndmon"}) == 1)
				unless on (namespace) (max by (namespace) (up{job="lndmon", NETWORK}) == 1)`),
			Summary: "lnd of {{ $labels.node }} runs but its wallet has not opened for 15 minutes.",
			Fires: map[string]monitoring.Sample{
				"locked": s.at(20*time.Minute, s.up(Job, "1x30"), s.up(LndmonJob, "0x30"), s.ready("0x30"), s.container("running", "lndmon", "lnd-0", "1x30")),
			},
			Silent: map[string]monitoring.Sample{
				"a start":             s.at(10*time.Minute, s.up(Job, "1x30"), s.up(LndmonJob, "0x10 1x30"), s.ready("0x12 1x30"), s.container("running", "lndmon", "lnd-0", "1x30")),
				"waits for the chain": s.at(20*time.Minute, s.up(Job, "1x30"), s.up(LndmonJob, "1x30"), s.ready("0x30"), s.container("running", "lndmon", "lnd-0", "1x30")),
				"lndmon crashes":      s.at(20*time.Minute, s.up(Job, "1x30"), s.up(LndmonJob, "0x30"), s.ready("1x30"), s.container("running", "lndmon", "lnd-0", "0x30")),
				"lnd is down":         s.at(20*time.Minute, s.up(Job, "0x30"), s.up(LndmonJob, "0x30"), s.ready("0x30"), s.container("running", "lndmon", "lnd-0", "1x30")),
			},
		},
		{
			Name: "LndRestarted", Severity: monitoring.Warning,
			Expr: expression(network, `SEEN and on (namespace)
				(max by (namespace) (increase(kube_pod_container_status_restarts_total{container="lnd"}[1h])) > 0)`),
			Summary: "lnd of {{ $labels.node }} ended by itself and was started again.",
			Fires:   map[string]monitoring.Sample{"a restart": s.at(30*time.Minute, s.up(Job, "1x60"), s.container("restarts_total", "lnd", "lnd-0", "0x20 1x60"))},
			Silent: map[string]monitoring.Sample{
				"none":      s.at(30*time.Minute, s.up(Job, "1x60"), s.container("restarts_total", "lnd", "lnd-0", "3x60")),
				"of lndmon": s.at(30*time.Minute, s.up(Job, "1x60"), s.container("restarts_total", "lndmon", "lnd-0", "0x20 1x60")),
			},
		},
		{
			Name: "LndmonDown", Severity: monitoring.Warning, For: 15 * time.Minute,
			Expr: expression(network, `
				SEEN and on (namespace) (max by (namespace) (kube_pod_container_status_ready{container="lnd"}) == 1)
				unless on (namespace) (max by (namespace) (up{job="lndmon", NETWORK}) == 1)`),
			Summary: "Nobody sees the channels of {{ $labels.node }}: lndmon has not answered for 15 minutes while lnd is ready.",
			Fires:   map[string]monitoring.Sample{"does not answer": s.at(20*time.Minute, s.up(Job, "1x30"), s.up(LndmonJob, "0x30"), s.ready("1x30"))},
			Silent: map[string]monitoring.Sample{
				"answers":          s.at(20*time.Minute, s.up(Job, "1x30"), s.up(LndmonJob, "1x30"), s.ready("1x30")),
				"a restart":        s.at(16*time.Minute, s.up(Job, "1x30"), s.up(LndmonJob, "1x5 0x10 1x30"), s.ready("1x30")),
				"lnd is not ready": s.at(20*time.Minute, s.up(Job, "1x30"), s.up(LndmonJob, "0x30"), s.ready("0x30")),
			},
		},
		{
			Name: "LndmonFlapping", Severity: monitoring.Warning,
			// One is its way of saying that a question failed.
			Expr: expression(network, `SEEN and on (namespace)
				(max by (namespace) (increase(kube_pod_container_status_restarts_total{container="lndmon"}[1h])) > 5)`),
			Summary: "lndmon of {{ $labels.node }} ends again and again, so its numbers have gaps.",
			Fires:   map[string]monitoring.Sample{"every five minutes": s.at(65*time.Minute, s.up(Job, "1x90"), s.container("restarts_total", "lndmon", "lnd-0", "0+0.2x90"))},
			Silent: map[string]monitoring.Sample{
				"twice": s.at(65*time.Minute, s.up(Job, "1x90"), s.container("restarts_total", "lndmon", "lnd-0", "0x20 1x20 2x60")),
				"lnd":   s.at(65*time.Minute, s.up(Job, "1x90"), s.container("restarts_total", "lnd", "lnd-0", "0+0.2x90")),
			},
		},
		{
			Name: "LndVolumeFilling", Severity: monitoring.SeverityWhere(network.Money), For: 15 * time.Minute,
			// lnd stops itself at a tenth (healthcheck.diskspace.diskrequired).
			Expr: expression(network, `SEEN and on (namespace) (
				kubelet_volume_stats_available_bytes{persistentvolumeclaim="lnd-data"}
				/ kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="lnd-data"} < 0.2)`),
			Summary: "The volume of lnd of {{ $labels.node }} has less than a fifth left; lnd stops itself at a tenth.",
			Fires:   map[string]monitoring.Sample{"19 %": s.at(20*time.Minute, s.up(Job, "1x30"), s.volume("available", "19x30"), s.volume("capacity", "100x30"))},
			Silent: map[string]monitoring.Sample{
				"21 %":         s.at(20*time.Minute, s.up(Job, "1x30"), s.volume("available", "21x30"), s.volume("capacity", "100x30")),
				"for a moment": s.at(16*time.Minute, s.up(Job, "1x30"), s.volume("available", "40x5 19x10 40x30"), s.volume("capacity", "100x30")),
			},
		},
	}
}
