package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
)

func TestReference_IsFresh(t *testing.T) {
	require.NoError(t, run("../../..", true))
}

func TestReference_SaysWhenItIsStale(t *testing.T) {
	dir := t.TempDir()
	for _, stack := range []string{"mainnet", "testnet", "regtest"} {
		raw, err := os.ReadFile("../../../Pulumi." + stack + ".yaml")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(dir+"/Pulumi."+stack+".yaml", raw, 0o600))
	}
	require.NoError(t, os.Mkdir(dir+"/docs", 0o700))
	require.ErrorContains(t, run(dir, true), "docs/monitoring.md is stale: run make generate")
	require.NoError(t, run(dir, false))
	require.NoError(t, run(dir, true))
}

func TestRender_ShowsEveryAlertAndEveryPanel(t *testing.T) {
	sample := map[string]monitoring.Sample{"one": {Series: map[string]string{"up": "0"}, At: time.Minute}}
	text, err := render(monitoring.Watch{
		Alerts: []monitoring.Alert{{Name: "Down", Expr: `up == 0 or down | 1`, For: 90 * time.Minute, Severity: monitoring.Critical, Summary: "It is down.", Fires: sample, Silent: sample}},
		Dashboards: []monitoring.Dashboard{{UID: "page", Title: "A page", Rows: []monitoring.Row{{Title: "A row", Panels: []monitoring.Panel{{
			Title: "A panel", Tells: "How many are up.", Kind: monitoring.Stat, Queries: []monitoring.Query{{Expr: "sum(up)"}},
		}}}}}},
	})
	require.NoError(t, err)
	require.Contains(t, text, "| [Down](runbooks/alerts/Down.md) | critical | 1h30m | It is down. | `up == 0 or down \\| 1` |")
	require.Contains(t, text, "| A panel | How many are up. | `sum(up)` |")
	require.Contains(t, text, "### A page")
}

func TestHeld_LeavesZerosOut(t *testing.T) {
	require.Equal(t, []string{"at once", "5m", "2h", "1h30m", "45s"}, []string{
		held(0), held(5 * time.Minute), held(2 * time.Hour), held(90 * time.Minute), held(45 * time.Second),
	})
}
