package lnd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

func watched(t *testing.T, node, network string) monitoring.Watch {
	t.Helper()
	a := monitored(t, network)
	a.Node = node
	a.Watchtowers = []string{tower}
	endpoint := a.Bitcoind.RPC
	endpoint.Host = "lnd.bitcoin-" + node + ".svc.cluster.local"
	return a.watch(endpoint, endpoint)
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

func TestWatch_IsEmptyWithoutLndmon(t *testing.T) {
	a := args(t, "testnet4")
	require.Empty(t, a.watch(a.Bitcoind.RPC, a.Bitcoind.RPC))
}

func TestAlerts_WatchTowersOfNodesThatHaveSome(t *testing.T) {
	named(t, watched(t, "alice", "mainnet").Alerts, "LndTowerBacklog")
	a := monitored(t, "mainnet")
	for _, alert := range a.watch(a.Bitcoind.RPC, a.Bitcoind.RPC).Alerts {
		require.NotEqual(t, "LndTowerBacklog", alert.Name)
	}
}

func TestAlerts_HaveOtherThresholdsWhereBlocksComeOtherwise(t *testing.T) {
	main, test := named(t, watched(t, "alice", "mainnet").Alerts, "LndNotSynced"), named(t, watched(t, "alice", "testnet4").Alerts, "LndNotSynced")
	require.Less(t, main.For, test.For)
	require.Equal(t, monitoring.Critical, main.Severity)
	require.Equal(t, monitoring.Warning, test.Severity, "nobody is woken for coins without a price")
	for _, alert := range watched(t, "alice", "regtest").Alerts {
		require.NotEqual(t, "LndNotSynced", alert.Name, "a tip of two hours is normal where blocks are made by hand")
	}
}

// The count begins at 0 with each start of lndmon, so its increase would show every breach of the past again.
func TestAlerts_NeverTakeTheIncreaseOfClosedChannels(t *testing.T) {
	for _, alert := range watched(t, "alice", "mainnet").Alerts {
		if strings.Contains(alert.Expr, "lnd_closed_channels_total") {
			require.NotRegexp(t, `(increase|rate|delta)\(lnd_closed`, alert.Expr, alert.Name)
		}
	}
}

func TestAlerts_SelectTheirNetworkAndNameTheNode(t *testing.T) {
	for _, network := range config.Networks() {
		for _, alert := range watched(t, "alice", network.Name).Alerts {
			require.Contains(t, alert.Expr, `network="`+network.Name+`"`, alert.Name)
			require.Contains(t, alert.Summary, "{{ $labels.node }}", alert.Name)
			require.NotContains(t, alert.Expr, "alice", alert.Name)
			require.NotRegexp(t, `\b(NETWORK|BY|SEEN)\b`, alert.Expr, alert.Name)
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
	pages, err := filepath.Glob(filepath.Join(runbooks, "*Lnd*.md"))
	require.NoError(t, err)
	for _, page := range pages {
		if strings.HasPrefix(filepath.Base(page), "Bitcoind") {
			continue
		}
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
