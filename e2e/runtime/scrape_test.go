package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// scraped are Prometheus' jobs, each with the images (by their names in the lock) without which it has nothing to scrape. Each has one target on a cluster of one node.
func scraped() map[string][]string {
	return map[string][]string{
		"alertmanager":                 {"alertmanager"},
		"bitcoind":                     {"bitcoin-prometheus-exporter"},
		"cadvisor":                     nil,
		"grafana":                      {"grafana"},
		"kubelet":                      nil,
		"kube-state-metrics":           {"kube-state-metrics"},
		"kube-state-metrics-telemetry": {"kube-state-metrics"},
		"lnd":                          {"lnd", "bitcoind"},
		"lndmon":                       {"lndmon"},
		"node-exporter":                {"node-exporter"},
		"prometheus":                   {"prometheus"},
	}
}

// ask sends a request to a Service in the monitoring namespace by way of the API server.
func ask(ctx context.Context, c *live.Cluster, service, path string, params map[string]string, answer any) error {
	data, err := c.Client.CoreV1().Services(monitoring).ProxyGet("http", service, "http", path, params).DoRaw(ctx)
	if err != nil {
		return fmt.Errorf("%s%s: %w: %s", service, path, err, data)
	}
	return json.Unmarshal(data, answer)
}

func requirePrometheus(t *testing.T, c *live.Cluster) imageStore {
	t.Helper()
	store := readImages(t, c)
	if !store.hasAll("prometheus") {
		t.Skip("prometheus has no image: " + store.whyNot(t, store.references["prometheus"]))
	}
	return store
}

func testTargets(t *testing.T, c *live.Cluster) {
	store := requirePrometheus(t, c)
	want := map[string]string{}
	for job, needs := range scraped() {
		want[job] = "down"
		if store.hasAll(needs...) {
			want[job] = "up"
		}
	}
	var found map[string]string
	// Targets are asked every half minute, lndmon every minute.
	live.Eventually(t, 3*time.Minute, func(ctx context.Context) (string, bool) {
		var errs map[string]string
		var err error
		if found, errs, err = targets(ctx, c); err != nil {
			return err.Error(), false
		}
		var wrong []string
		for job, health := range want {
			if found[job] != health {
				wrong = append(wrong, fmt.Sprintf("%s is %q, want %q: %s", job, found[job], health, errs[job]))
			}
		}
		slices.Sort(wrong)
		return strings.Join(wrong, "\n"), len(wrong) == 0
	})
	require.Equal(t, want, found)
	up := slices.DeleteFunc(slices.Sorted(maps.Keys(found)), func(job string) bool { return found[job] != "up" })
	c.Record(t, live.PodsRun, "scraped by Prometheus", fmt.Sprintf("%d of %d targets: %s", len(up), len(found), strings.Join(up, ", ")))
}

// targets gives the health of the target of each job, and its last error. A second target of a job makes the health a list.
func targets(ctx context.Context, c *live.Cluster) (health, errs map[string]string, err error) {
	var answer struct {
		Data struct {
			ActiveTargets []struct {
				ScrapePool, Health, LastError string
			}
		}
	}
	if err := ask(ctx, c, "prometheus", "/api/v1/targets", nil, &answer); err != nil {
		return nil, nil, err
	}
	health, errs = map[string]string{}, map[string]string{}
	for _, target := range answer.Data.ActiveTargets {
		health[target.ScrapePool] = strings.TrimPrefix(health[target.ScrapePool]+","+target.Health, ",")
		errs[target.ScrapePool] += target.LastError
	}
	return health, errs, nil
}

// testAlert follows the alert that is there to fire always, from Prometheus' rule through the network policies to Alertmanager.
func testAlert(t *testing.T, c *live.Cluster) {
	store := requirePrometheus(t, c)
	if !store.hasAll("alertmanager") {
		t.Skip("alertmanager has no image: " + store.whyNot(t, store.references["alertmanager"]))
	}
	type alert struct {
		Labels map[string]string
		Status struct{ State string }
	}
	var watchdog alert
	live.Eventually(t, 2*time.Minute, func(ctx context.Context) (string, bool) {
		var all []alert
		if err := ask(ctx, c, "alertmanager", "/api/v2/alerts", nil, &all); err != nil {
			return err.Error(), false
		}
		at := slices.IndexFunc(all, func(a alert) bool { return a.Labels["alertname"] == "Watchdog" })
		if at < 0 {
			return fmt.Sprintf("Alertmanager has %v", all), false
		}
		watchdog = all[at]
		return "", true
	})
	// Of a pair of Prometheus servers both send it: a label with the sender's name would make two of one.
	require.NotContains(t, watchdog.Labels, "replica")
	require.Equal(t, "satkube-regtest", watchdog.Labels["cluster"])
	require.NotEmpty(t, watchdog.Labels["severity"])
	require.Equal(t, "active", watchdog.Status.State)
}
