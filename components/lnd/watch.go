package lnd

import (
	"fmt"
	"strings"
	"time"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// The labels job of lnd's own series and of lndmon's.
const (
	Job       = "lnd"
	LndmonJob = "lndmon"
)

// watch is what to watch of a node with lndmon.
func (a Args) watch(metrics, lndmon kube.Endpoint) monitoring.Watch {
	if a.Lndmon == nil {
		return monitoring.Watch{}
	}
	// Neither exporter says them.
	labels := map[string]string{"network": a.Network.Name, "node": a.Node}
	alerts := Alerts(a.Network)
	if len(a.Watchtowers) > 0 {
		alerts = append(alerts, towerAlerts(a.Network)...)
	}
	return monitoring.Watch{
		Targets: []monitoring.Target{
			{Job: Job, Endpoint: metrics, Labels: labels},
			// A scrape makes lndmon ask lnd a dozen questions, each of which may take it half a minute.
			{Job: LndmonJob, Endpoint: lndmon, Every: time.Minute, Timeout: 50 * time.Second, Labels: labels},
		},
		Alerts:     alerts,
		Dashboards: []monitoring.Dashboard{lndDashboard(), channelsDashboard()},
	}
}

// Alerts are the alerts about the Lightning nodes of a network. They are the same for each of its nodes.
//
// lndmon has traps. It ends when a question to lnd fails, and then has no series for a while; that is never taken for an answer. It
// counts closed channels anew after each start and says 0 until it has: so these are compared with the most that there ever were,
// instead of asking for their increase, in which every start of lndmon would be a breach of all that was ever breached.
func Alerts(network config.BitcoinNetwork) []monitoring.Alert {
	s := samples{network.Name}
	alerts := append(s.processAlerts(network), s.fundsAlerts(network)...)
	if network.Private {
		return alerts
	}
	return append(alerts, s.networkAlerts(network, unsyncedFor(network))...)
}

// towerAlerts are for nodes with watchtowers.
func towerAlerts(network config.BitcoinNetwork) []monitoring.Alert {
	s := samples{network.Name}
	return []monitoring.Alert{s.towerBacklog(network)}
}

// unsyncedFor is how long lnd may call itself not synced. It does when the best block is older than two hours, whoever is to blame.
// On mainnet that happens by chance once in three years; on test networks blocks come in bursts and with gaps, and nothing is at stake.
func unsyncedFor(network config.BitcoinNetwork) time.Duration {
	if network.Money {
		return 15 * time.Minute
	}
	return 3 * time.Hour
}

// expression fills a template of PromQL: SEEN becomes the nodes of the network whose lnd had a pod in the last hour, with their
// namespace, by which Kubernetes' own metrics are found; NETWORK is the selector of the network's series, BY the labels that are kept.
// Every alert selects by network, so that the nodes of one share it.
func expression(network config.BitcoinNetwork, template string) string {
	selected := fmt.Sprintf("network=%q", network.Name)
	return strings.Join(strings.Fields(strings.NewReplacer(
		"SEEN", `max by (network, node, namespace) (last_over_time(up{job="lnd", `+selected+`}[1h]))`,
		"NETWORK", selected, "BY", "by (network, node)",
	).Replace(template)), " ")
}
