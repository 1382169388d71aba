package logging

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWatch_HasSamplesAndARunbookForEachAlert(t *testing.T) {
	w := watch(args(t), elasticsearchEndpoint())
	require.Len(t, w.Targets, 1)
	require.Equal(t, fluentdJob, w.Targets[0].Job)
	require.NotEmpty(t, w.Alerts)
	for _, alert := range w.Alerts {
		require.NotEmpty(t, alert.Fires, alert.Name)
		require.NotEmpty(t, alert.Silent, alert.Name)
		_, err := os.Stat(filepath.Join("..", "..", "docs", "runbooks", "alerts", alert.Name+".md"))
		require.NoError(t, err)
	}
}

func TestWatch_UsesMetricsThatFluentdHas(t *testing.T) {
	conf := renderFluentd(args(t), elasticsearchEndpoint())
	require.Contains(t, conf, "@type prometheus_output_monitor")
	require.Contains(t, conf, "name "+rejectedMetric)
	known := []string{bufferMetric, retriesMetric, rejectedMetric}
	for _, alert := range watch(args(t), elasticsearchEndpoint()).Alerts {
		for _, metric := range regexp.MustCompile(`[a-z_]+\{`).FindAllString(alert.Expr, -1) {
			require.Contains(t, known, metric[:len(metric)-1], alert.Name)
		}
	}
}

func TestWatch_WarnsAtHalfOfTheBuffer(t *testing.T) {
	a := args(t)
	a.BufferMiB = 100
	require.Contains(t, watch(a, elasticsearchEndpoint()).Alerts[0].Expr, "> 52428800")
}
