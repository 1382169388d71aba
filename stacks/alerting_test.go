package stacks_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/internal/promql"
	"gitlab.com/thinkmassive/satkube/stacks"
)

// These tests hold what is rendered for Prometheus and Alertmanager against the programs themselves, which `make build-prometheus` leaves in bin/.

// watched are the stacks with a monitoring.
var watched = []string{"testnet", "mainnet", "regtest"}

func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "bin", name))
	require.NoError(t, err)
	require.FileExists(t, path, "this test runs %s: run make build-prometheus", name)
	return path
}

// monitored runs the program with a committed stack file and returns what it registered, and what is watched.
func monitored(t *testing.T, stack string) (*mock.Recording, monitoring.Watch) {
	t.Helper()
	return watchedWith(t, committed(t, stack))
}

func watchedWith(t *testing.T, settings map[string]string) (*mock.Recording, monitoring.Watch) {
	t.Helper()
	var all monitoring.Watch
	recording, err := mock.Run(func(ctx *pulumi.Context) error {
		platform, err := stacks.New(ctx)
		if err != nil {
			return err
		}
		for _, w := range platform.Watched {
			all.Targets = append(all.Targets, w.Targets...)
			all.Alerts = append(all.Alerts, w.Alerts...)
			all.Dashboards = append(all.Dashboards, w.Dashboards...)
		}
		return nil
	}, settings)
	require.NoError(t, err)
	return recording, all
}

// rendered writes what Prometheus and Alertmanager read into a folder, with the paths of their pods turned into paths of that folder.
func rendered(t *testing.T, recording *mock.Recording) string {
	t.Helper()
	dir := t.TempDir()
	text := func(token, name, field, key string) string {
		value := recording.Must(t, token, name).Path(field, key)
		for value.IsSecret() {
			value = value.SecretValue().Element
		}
		return value.StringValue()
	}
	const configMap, secret = "kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"
	files := map[string]string{
		"prometheus.yml":   text(configMap, "monitoring-prometheus", "data", "prometheus.yml"),
		"rules/rules.yml":  text(configMap, "monitoring-prometheus-rules", "data", "rules.yml"),
		"alertmanager.yml": text(secret, "monitoring-alertmanager", "stringData", "alertmanager.yml"),
		"account/token":    "a token",
		"account/ca.crt":   "",
	}
	for name, content := range files {
		content = strings.NewReplacer(
			"/etc/prometheus/rules", filepath.Join(dir, "rules"), "/var/run/secrets/kubernetes.io/serviceaccount", filepath.Join(dir, "account"),
			"/etc/alertmanager", dir,
		).Replace(content)
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return dir
}

func accepts(t *testing.T, program string, args ...string) {
	t.Helper()
	out, err := exec.Command(tool(t, program), args...).CombinedOutput()
	require.NoError(t, err, "%s %s\n%s", program, strings.Join(args, " "), out)
}

func TestMonitoring_IsAcceptedByPrometheusAndAlertmanager(t *testing.T) {
	for _, stack := range watched {
		t.Run(stack, func(t *testing.T) {
			recording, _ := monitored(t, stack)
			dir := rendered(t, recording)
			accepts(t, "promtool", "check", "config", filepath.Join(dir, "prometheus.yml"))
			accepts(t, "promtool", "check", "rules", "--lint=all", "--lint-fatal", filepath.Join(dir, "rules", "rules.yml"))
			accepts(t, "amtool", "check-config", filepath.Join(dir, "alertmanager.yml"))
		})
	}
}

// Each alert is tried alone: promtool evaluates all rules of a file at every minute of a sample, and some samples take weeks.
func TestAlerts_FireOnTheirSamplesAndStaySilentOnTheOthers(t *testing.T) {
	dir, files := t.TempDir(), []string{"test", "rules"}
	byName := map[string][]monitoring.Alert{}
	for _, a := range everyAlert(t) {
		byName[a.Name] = append(byName[a.Name], a)
	}
	require.Greater(t, len(byName), 30)
	for name, alerts := range byName {
		rules, err := monitoring.RenderRules("https://example.com", alerts)
		require.NoError(t, err)
		rulesPath, testsPath := filepath.Join(dir, name+".yml"), filepath.Join(dir, name+"-tests.yml")
		require.NoError(t, os.WriteFile(rulesPath, []byte(rules), 0o600))
		tests, err := monitoring.RenderRuleTests(rulesPath, alerts)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(testsPath, []byte(tests), 0o600))
		files = append(files, testsPath)
	}
	accepts(t, "promtool", files...)
}

// everyAlert is all alerts of all committed stacks, and those of a Lightning node with a watchtower, which none of them names.
func everyAlert(t *testing.T) []monitoring.Alert {
	t.Helper()
	var all []monitoring.Alert
	for _, stack := range watched {
		_, w := monitored(t, stack)
		all = append(all, w.Alerts...)
	}
	settings := committed(t, "testnet")
	const tower = `"watchtowers":["02aabbccddeeff00112233445566778899aabbccddeeff001122334455667788aa@tower.example.com:9911"]`
	settings["satkube:platform"] = strings.Replace(settings["satkube:platform"], `"lightning":{`, `"lightning":{`+tower+",", 1)
	require.Contains(t, settings["satkube:platform"], tower)
	_, guarded := watchedWith(t, settings)
	distinct, err := monitoring.Distinct(append(all, guarded.Alerts...))
	require.NoError(t, err)
	return distinct
}

// An alert whose page is missing leaves whoever is woken alone; a page without its alert is never read.
func TestAlerts_HaveARunbookEachAndNoOtherIsThere(t *testing.T) {
	var names []string
	for _, a := range everyAlert(t) {
		names = append(names, a.Name)
	}
	slices.Sort(names)
	var pages []string
	files, err := filepath.Glob(filepath.Join("..", "docs", "runbooks", "alerts", "*.md"))
	require.NoError(t, err)
	for _, file := range files {
		pages = append(pages, strings.TrimSuffix(filepath.Base(file), ".md"))
	}
	slices.Sort(pages)
	require.Equal(t, slices.Compact(names), pages)
}

// An alert or a panel on a metric that nobody emits is silent for ever.
func TestWatches_AskOnlyForMetricsThatSomebodyEmits(t *testing.T) {
	known, err := promql.Emitted(filepath.Join("..", "components", "monitoring", "testdata", "metrics"))
	require.NoError(t, err)
	for _, stack := range watched {
		_, all := monitored(t, stack)
		asked := map[string]string{}
		for _, a := range all.Alerts {
			asked["alert "+a.Name] = a.Expr
		}
		for _, d := range all.Dashboards {
			for _, row := range d.Rows {
				for _, p := range row.Panels {
					for _, q := range p.Queries {
						asked[d.Title+" "+p.Title+" "+q.Expr] = q.Expr
					}
				}
			}
		}
		require.Greater(t, len(asked), 50)
		for where, expr := range asked {
			metrics := promql.Metrics(expr)
			// The dead man's switch fires whatever is measured.
			require.True(t, len(metrics) > 0 || where == "alert Watchdog", where)
			for _, metric := range metrics {
				require.True(t, known[metric] || metric == "up", "%s: %s asks for %s", stack, where, metric)
			}
		}
	}
}

// Fifty nodes of one network are watched by one set of rules.
func TestAlerts_DoNotGrowWithTheNodes(t *testing.T) {
	_, one := monitored(t, "testnet")
	first, err := monitoring.Distinct(one.Alerts)
	require.NoError(t, err)
	twice, err := monitoring.Distinct(append(slices.Clone(one.Alerts), one.Alerts...))
	require.NoError(t, err)
	require.Len(t, twice, len(first))
}

// Every query of every panel is PromQL: promtool reads them as rules.
func TestDashboards_AskInPromQL(t *testing.T) {
	_, all := monitored(t, "testnet")
	require.NotEmpty(t, all.Dashboards)
	var rules strings.Builder
	rules.WriteString("groups:\n- name: panels\n  rules:\n")
	for _, d := range all.Dashboards {
		for _, row := range d.Rows {
			for _, panel := range row.Panels {
				for _, query := range panel.Queries {
					// Grafana puts the reader's choice and a duration in.
					expr := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h", "$__interval", "1m").Replace(query.Expr)
					rules.WriteString("  - record: panel\n    expr: " + quoted(expr) + "\n")
				}
			}
		}
	}
	path := filepath.Join(t.TempDir(), "panels.yml")
	require.NoError(t, os.WriteFile(path, []byte(rules.String()), 0o600))
	accepts(t, "promtool", "check", "rules", "--lint=none", path)
}

// quoted is a text in YAML's single quotes.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "'", "''") + "'"
}
