package bitcoind

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

func watched(t *testing.T, node, network string) monitoring.Watch {
	t.Helper()
	a := args(t, network)
	a.Node, a.Exporter = node, &ExporterArgs{Image: images.Image{Name: images.BitcoindExporter, Reference: "docker.io/jvstein/bitcoin-prometheus-exporter:v0.7.0"}}
	return a.watch(kube.Endpoint{Host: "bitcoind-exporter.bitcoin-" + node + ".svc.cluster.local", Port: exporterMetrics()})
}

func TestWatch_MatchesItsGolden(t *testing.T) {
	raw, err := json.MarshalIndent(watched(t, "alice", "testnet4"), "", "  ")
	require.NoError(t, err)
	golden.Equal(t, "watch-testnet4.json", string(raw)+"\n")
}

func TestWatch_IsTheSameForTwoNodesOfANetwork(t *testing.T) {
	for _, network := range config.Networks() {
		alice, bob := watched(t, "alice", network.Name), watched(t, "bob", network.Name)
		require.Equal(t, alice.Alerts, bob.Alerts)
		require.Equal(t, alice.Dashboards, bob.Dashboards)
		require.NotEqual(t, alice.Targets, bob.Targets)
	}
}

func TestWatch_LeavesTheExporterTimeToAnswer(t *testing.T) {
	target := watched(t, "alice", "mainnet").Targets[0]
	require.Equal(t, map[string]string{"network": "mainnet", "node": "alice"}, target.Labels)
	require.Greater(t, int(target.Timeout.Seconds()), exporterRPCSeconds, "a scrape that ends before the exporter gives up shows nothing at all")
	require.LessOrEqual(t, target.Timeout, target.Every)
}

func TestAlerts_HaveOtherThresholdsWhereBlocksComeOtherwise(t *testing.T) {
	stalled := func(network string) monitoring.Alert {
		return named(t, watched(t, "alice", network).Alerts, "BitcoindTipStalled")
	}
	require.Contains(t, stalled("mainnet").Expr, "offset 2h")
	require.Contains(t, stalled("testnet4").Expr, "offset 3h")
	require.Equal(t, monitoring.Critical, stalled("mainnet").Severity)
	require.Equal(t, monitoring.Warning, stalled("testnet4").Severity, "nobody is woken for coins without a price")
	for _, alert := range watched(t, "alice", "regtest").Alerts {
		require.NotContains(t, []string{"BitcoindTipStalled", "BitcoindNotSynced", "BitcoindFewOutbound"}, alert.Name, "nothing is late where blocks are made by hand")
	}
}

func TestAlerts_SelectTheirNetworkAndNameTheNode(t *testing.T) {
	for _, network := range config.Networks() {
		for _, alert := range watched(t, "alice", network.Name).Alerts {
			require.Contains(t, alert.Expr, `network="`+network.Name+`"`, alert.Name)
			require.Contains(t, alert.Summary, "{{ $labels.node }}", alert.Name)
			require.NotContains(t, alert.Expr, "alice", alert.Name)
			require.NotRegexp(t, `\b(NETWORK|BY|SPAN|SECONDS|PEERS)\b`, alert.Expr, alert.Name)
			require.NotEmpty(t, alert.Fires, alert.Name)
			require.NotEmpty(t, alert.Silent, alert.Name)
		}
	}
}

func TestAlerts_AndRunbooksBelongTogether(t *testing.T) {
	names := map[string]bool{}
	for _, network := range config.Networks() {
		for _, alert := range watched(t, "alice", network.Name).Alerts {
			names[alert.Name] = true
			page, err := os.ReadFile(filepath.Join(runbooks, alert.Name+".md"))
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(string(page), "# "+alert.Name+"\n"), alert.Name)
		}
	}
	pages, err := filepath.Glob(filepath.Join(runbooks, "Bitcoind*.md"))
	require.NoError(t, err)
	for _, page := range pages {
		require.True(t, names[strings.TrimSuffix(filepath.Base(page), ".md")], "%s is about no alert", page)
	}
}

// What panels ask of a network's nodes, they ask of the chosen ones. That somebody emits it, the stacks' tests hold.
func TestWatch_PanelsAskForTheChosenNodes(t *testing.T) {
	for _, network := range config.Networks() {
		for _, dashboard := range watched(t, "alice", network.Name).Dashboards {
			for _, row := range dashboard.Rows {
				for _, panel := range row.Panels {
					require.NotEmpty(t, panel.Tells, panel.Title)
					for _, query := range panel.Queries {
						require.Contains(t, query.Expr, `network=~"$network", node=~"$node"`, panel.Title)
					}
				}
			}
		}
	}
}

const runbooks = "../../docs/runbooks/alerts"

func named(t *testing.T, alerts []monitoring.Alert, name string) monitoring.Alert {
	t.Helper()
	for _, alert := range alerts {
		if alert.Name == name {
			return alert
		}
	}
	require.Fail(t, "there is no alert "+name)
	return monitoring.Alert{}
}
