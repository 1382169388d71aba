package ingress

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

func alerts(a Args) []monitoring.Alert { return a.watch(kube.Endpoint{}).Alerts }

func TestWatch_HasARunbookAndSamplesForEveryAlert(t *testing.T) {
	for _, alert := range alerts(args()) {
		require.FileExists(t, filepath.Join("..", "..", "docs", "runbooks", "alerts", alert.Name+".md"))
		require.NotEmpty(t, alert.Fires, alert.Name)
		require.NotEmpty(t, alert.Silent, alert.Name)
	}
}

func TestWatch_NoticesARouteThatTheControllerRejects(t *testing.T) {
	a := args()
	require.Contains(t, alerts(a)[2].Expr, "< 2")
	a.Routes = a.Routes[:1]
	require.Contains(t, alerts(a)[2].Expr, "< 1")
}

// Every sample is asked of Prometheus' own evaluator.
func TestWatch_FiresForItsSamplesOnly(t *testing.T) {
	promtool, err := filepath.Abs(filepath.Join("..", "..", "bin", "promtool"))
	require.NoError(t, err)
	require.FileExists(t, promtool, "this test runs promtool: run make build-prometheus")
	for name, a := range map[string]Args{"basic": args(), "oidc": withOIDC()} {
		rules, err := monitoring.RenderRules("https://example.org/runbooks", alerts(a))
		require.NoError(t, err)
		tests, err := monitoring.RenderRuleTests("rules.yml", alerts(a))
		require.NoError(t, err)
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "rules.yml"), []byte(rules), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "test.yml"), []byte(tests), 0o600))
		out, err := exec.Command(promtool, "test", "rules", filepath.Join(dir, "test.yml")).CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
	}
}

func TestWatch_HasADashboardThatGrafanaReads(t *testing.T) {
	for _, d := range args().watch(kube.Endpoint{}).Dashboards {
		_, err := monitoring.RenderDashboard(d)
		require.NoError(t, err)
	}
}
