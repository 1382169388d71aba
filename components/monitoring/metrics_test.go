package monitoring

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	quoted   = regexp.MustCompile(`"[^"]*"`)
	braces   = regexp.MustCompile(`\{[^}]*\}|\[[^\]]*\]`)
	grouping = regexp.MustCompile(`\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`)
	word     = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`)
	keywords = []string{"and", "or", "unless", "bool", "offset"}
)

// metricsOf finds the metrics of an expression as far as ours are written.
func metricsOf(expr string) []string {
	for _, part := range []*regexp.Regexp{quoted, braces, grouping} {
		expr = part.ReplaceAllString(expr, " ")
	}
	var metrics []string
	for _, found := range word.FindAllString(expr, -1) {
		if name := strings.TrimSpace(found); !strings.HasSuffix(name, "(") && !slices.Contains(keywords, name) {
			metrics = append(metrics, name)
		}
	}
	return metrics
}

func emitted(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("testdata/metrics/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	known := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(raw), "# Source: ", file)
		for line := range strings.Lines(string(raw)) {
			if !strings.HasPrefix(line, "#") {
				known[strings.TrimSpace(line)] = true
			}
		}
	}
	return known
}

func TestWatch_AsksOnlyForMetricsThatSomebodyEmits(t *testing.T) {
	known := emitted(t)
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
		for _, metric := range metricsOf(expr) {
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
