package bitcoind

import (
	"fmt"
	"strings"
	"time"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// Job is the label job of the exporter's series.
const Job = "bitcoind"

const (
	scrapeEvery = 30 * time.Second
	// scrapeTimeout is longer than exporterRPCSeconds, and no longer than scrapeEvery.
	scrapeTimeout = 30 * time.Second
)

// watch is what to watch of a node whose exporter answers at the endpoint.
func (a Args) watch(exporter kube.Endpoint) monitoring.Watch {
	return monitoring.Watch{
		Targets: []monitoring.Target{{
			Job: Job, Endpoint: exporter, Every: scrapeEvery, Timeout: scrapeTimeout,
			// The exporter says neither.
			Labels: map[string]string{"network": a.Network.Name, "node": a.Node},
		}},
		Alerts:     Alerts(a.Network),
		Dashboards: []monitoring.Dashboard{dashboard()},
	}
}

// limits are where an alert's patience ends on a network.
type limits struct {
	// noBlock is how long a tip may stay the same. Zero: blocks come when somebody makes them, and nothing is late.
	noBlock time.Duration
	// sync is how long a node may take for the initial download.
	sync time.Duration
	// outbound is how many peers a node that is well connected has found by itself; lnd warns below 6.
	outbound int
}

// limitsOf says what is normal on a network.
//
//	network   no block  why
//	mainnet   2h        blocks come every 10 minutes, at random: 90 minutes without one happen six times a year, 2 hours once in three
//	testnet4  3h        after 20 minutes anybody may mine one at the least difficulty, so they come in bursts, dated ahead, with gaps behind
//	testnet3  3h        the same rule
//	signet    3h        few may sign blocks, and while they are away nobody else can step in
//	regtest   never     blocks come when somebody makes them
//
// The initial download of mainnet takes 12 to 48 hours on an instance of the size that is recommended, that of the others hours.
func limitsOf(network config.BitcoinNetwork) limits {
	switch {
	case network.Private:
		return limits{}
	case network.Money:
		return limits{noBlock: 2 * time.Hour, sync: 72 * time.Hour, outbound: 6}
	default:
		return limits{noBlock: 3 * time.Hour, sync: 24 * time.Hour, outbound: 6}
	}
}

// expression fills a template of PromQL: NETWORK becomes the selector of the network's series, BY the labels that are kept, and the
// other words what the pairs say. Every alert selects by network, so that the nodes of one share it.
func expression(network config.BitcoinNetwork, template string, pairs ...string) string {
	pairs = append([]string{"NETWORK", fmt.Sprintf("network=%q", network.Name), "BY", "by (network, node)"}, pairs...)
	return strings.Join(strings.Fields(strings.NewReplacer(pairs...).Replace(template)), " ")
}

// seconds are how PromQL compares a time, and span is how it writes a range.
func seconds(d time.Duration) string { return fmt.Sprint(int(d.Seconds())) }
func span(d time.Duration) string    { return fmt.Sprintf("%dh", int(d.Hours())) }
