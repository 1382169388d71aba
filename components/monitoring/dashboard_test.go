package monitoring

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRenderDashboard_FillsTheWidthOfThePage(t *testing.T) {
	text, err := RenderDashboard(fleetDashboard())
	require.NoError(t, err)
	var page struct {
		Panels []struct {
			ID      int
			Type    string
			GridPos struct{ H, W, X, Y int }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &page))
	widths, ids := map[int]int{}, map[int]bool{}
	for _, p := range page.Panels {
		widths[p.GridPos.Y] += p.GridPos.W
		require.False(t, ids[p.ID], "ids are unique")
		ids[p.ID] = true
	}
	for y, width := range widths {
		require.Equal(t, 24, width, y)
	}
}

func TestRenderDashboard_ColoursBelowTheOtherWayAround(t *testing.T) {
	red := 5.0
	above, below := Panel{Red: &red}.thresholds(), Panel{Red: &red, Below: true}.thresholds()
	require.Equal(t, []string{"green", "red"}, []string{above.Steps[0].Color, above.Steps[1].Color})
	require.Equal(t, []string{"red", "green"}, []string{below.Steps[0].Color, below.Steps[1].Color})
	require.Nil(t, below.Steps[0].Value)
}

func TestRenderDashboard_RefusesPagesThatCannotBeRead(t *testing.T) {
	panel := func(d *Dashboard) *Panel { return &d.Rows[0].Panels[0] }
	for name, c := range map[string]struct {
		change func(*Dashboard)
		want   string
	}{
		"a UID with capitals":  {func(d *Dashboard) { d.UID = "Bitcoind" }, "want kebab case"},
		"no title":             {func(d *Dashboard) { d.Title = "" }, "title or rows are missing"},
		"an empty row":         {func(d *Dashboard) { d.Rows[0].Panels = nil }, "has 0 panels"},
		"a panel of no use":    {func(d *Dashboard) { panel(d).Tells = "" }, "title or tells is missing"},
		"an unknown kind":      {func(d *Dashboard) { panel(d).Kind = "pie" }, `kind is "pie"`},
		"no query":             {func(d *Dashboard) { panel(d).Queries = nil }, "queries are 0"},
		"an empty query":       {func(d *Dashboard) { panel(d).Queries[0].Expr = "" }, "expr is empty"},
		"a variable as one":    {func(d *Dashboard) { panel(d).Queries[0].Expr = `bitcoin_blocks{node="$node"}` }, "want =~"},
		"a variable of no use": {func(d *Dashboard) { d.Variables[0].Metric = "" }, "want a label and a metric"},
	} {
		t.Run(name, func(t *testing.T) {
			d := bitcoin("alice", "mainnet").Dashboards[0]
			c.change(&d)
			_, err := RenderDashboard(d)
			require.ErrorContains(t, err, c.want)
		})
	}
	same, other := bitcoin("alice", "mainnet").Dashboards[0], bitcoin("bob", "testnet4").Dashboards[0]
	kept, err := distinct([]Dashboard{same, other})
	require.NoError(t, err)
	require.Len(t, kept, 1)
	other.Title = "Another"
	_, err = distinct([]Dashboard{same, other})
	require.ErrorContains(t, err, "uid is that of another dashboard")
}
