package monitoring

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/promql"
)

func TestWatch_AsksOnlyForMetricsThatSomebodyEmits(t *testing.T) {
	known, err := promql.Emitted("testdata/metrics")
	require.NoError(t, err)
	watch := args(t).Watch()
	asked := map[string]string{}
	for _, a := range watch.Alerts {
		asked["alert "+a.Name+" "+string(a.Severity)] = a.Expr
	}
	for _, d := range watch.Dashboards {
		for _, v := range d.Variables {
			asked[d.UID+" "+v.Label] = v.Metric
		}
		for _, row := range d.Rows {
			for _, p := range row.Panels {
				for i, q := range p.Queries {
					asked[fmt.Sprint(d.UID, " ", p.Title, i)] = q.Expr
				}
			}
		}
	}
	for where, expr := range asked {
		for _, metric := range promql.Metrics(expr) {
			require.True(t, known[metric], "%s asks for %s", where, metric)
		}
	}
	for _, kept := range [][]string{kubeletMetrics(), cadvisorMetrics()} {
		for _, metric := range kept {
			require.True(t, known[metric], metric)
		}
	}
}

func TestWatch_HasARunbookForEachAlert(t *testing.T) {
	for _, a := range args(t).Watch().Alerts {
		raw, err := os.ReadFile("../../docs/runbooks/alerts/" + a.Name + ".md")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(raw), "# "+a.Name+"\n\n"), a.Name)
		require.Contains(t, string(raw), "\n1. ", "%s has steps", a.Name)
	}
}
