package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// samples are queries with the images (by their names in the lock) without which they have no answer. Unlike a metric's name they hold labels to what the rules
// and dashboards select by.
func samples() map[string][]string {
	return map[string][]string{
		`kubelet_volume_stats_used_bytes{namespace="monitoring", persistentvolumeclaim="data-prometheus-0"}`:                nil,
		`kubelet_volume_stats_available_bytes{persistentvolumeclaim="bitcoind-data"} / kubelet_volume_stats_capacity_bytes`: {"bitcoind"},
		`kubelet_volume_stats_available_bytes{persistentvolumeclaim="lnd-data"} / kubelet_volume_stats_capacity_bytes`:      {"lnd", "bitcoind"},
		`container_memory_working_set_bytes{namespace="monitoring", pod="prometheus-0", container="prometheus"}`:            nil,
		`rate(container_cpu_usage_seconds_total{namespace="monitoring", pod="prometheus-0", container="prometheus"}[5m])`:   nil,
		`kube_pod_status_phase{namespace="monitoring", pod="prometheus-0", phase="Running"} == 1`:                           {"kube-state-metrics"},
		`kube_pod_container_status_ready{namespace="bitcoin-regtest", container="bitcoind"} == 1`:                           {"kube-state-metrics", "bitcoind"},
		`kube_pod_container_status_ready{namespace="bitcoin-regtest", container="lnd"} == 1`:                                {"kube-state-metrics", "bitcoind", "lnd"},
		`kube_node_status_condition{condition="Ready", status="true"} == 1`:                                                 {"kube-state-metrics"},
		`node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes`:                                                       {"node-exporter"},
		`node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|erofs"} / node_filesystem_size_bytes`:            {"node-exporter"},
		`grpc_server_handled_total{job="lnd", network="regtest", node="regtest", namespace="bitcoin-regtest", pod="lnd-0"}`: {"lnd", "bitcoind"},
	}
}

// family is a metric's name, of those that come from exporters which run here. Of lndmon's (lnd_) and bitcoind's exporter (bitcoin_) nothing can be known.
var family = regexp.MustCompile(`\b(?:kube|kubelet|container|node|alertmanager|prometheus|process|go|grpc_server)_[a-zA-Z0-9_]+`)

func testQueries(t *testing.T, c *live.Cluster) {
	store := requirePrometheus(t, c)
	for query, needs := range samples() {
		if !store.hasAll(needs...) {
			continue
		}
		live.Eventually(t, 2*time.Minute, func(ctx context.Context) (string, bool) {
			var answer struct {
				Data struct{ Result []any }
			}
			err := ask(ctx, c, "prometheus", "/api/v1/query", map[string]string{"query": query}, &answer)
			return fmt.Sprintf("%s has no sample: %v", query, err), err == nil && len(answer.Data.Result) > 0
		})
	}
	if !store.hasAll("alertmanager", "kube-state-metrics", "node-exporter", "lnd", "bitcoind") {
		t.Skip("an exporter has no image, so names of metrics say nothing")
	}
	expressions := slices.Concat(ruleExpressions(t, c), dashboardExpressions(t, c))
	require.Greater(t, len(expressions), 50, "rules and dashboards have been found")
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		missing, err := unknownMetrics(ctx, c, expressions)
		return fmt.Sprintf("rules or dashboards use what no exporter has: %v %v", missing, err), err == nil && len(missing) == 0
	})
}

// unknownMetrics gives the metrics in expressions that Prometheus has no series of.
func unknownMetrics(ctx context.Context, c *live.Cluster, expressions []string) ([]string, error) {
	var names struct{ Data []string }
	if err := ask(ctx, c, "prometheus", "/api/v1/label/__name__/values", nil, &names); err != nil {
		return nil, err
	}
	var missing []string
	for _, name := range family.FindAllString(strings.Join(expressions, "\n"), -1) {
		if !slices.Contains(names.Data, name) {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return slices.Compact(missing), nil
}

// ruleExpressions gives those of Prometheus' rules, all of which it has to be able to evaluate.
func ruleExpressions(t *testing.T, c *live.Cluster) []string {
	t.Helper()
	var expressions []string
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		var rules struct {
			Data struct {
				Groups []struct {
					Rules []struct{ Name, Query, Health, LastError string }
				}
			}
		}
		if err := ask(ctx, c, "prometheus", "/api/v1/rules", nil, &rules); err != nil {
			return err.Error(), false
		}
		var wrong []string
		expressions = nil
		for _, group := range rules.Data.Groups {
			for _, rule := range group.Rules {
				expressions = append(expressions, rule.Query)
				if rule.Health != "ok" {
					wrong = append(wrong, fmt.Sprintf("rule %s is %s: %s", rule.Name, rule.Health, rule.LastError))
				}
			}
		}
		return strings.Join(wrong, "\n"), len(wrong) == 0
	})
	return expressions
}

// dashboardExpressions gives the queries of the panels, from what Grafana would be given.
func dashboardExpressions(t *testing.T, c *live.Cluster) []string {
	t.Helper()
	list, err := c.Client.CoreV1().ConfigMaps(monitoring).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	var expressions []string
	for _, item := range list.Items {
		if !strings.HasPrefix(item.Name, "grafana-dashboard-") {
			continue
		}
		for name, text := range item.Data {
			var dashboard any
			require.NoError(t, json.Unmarshal([]byte(text), &dashboard), "%s %s", item.Name, name)
			expressions = append(expressions, expressionsIn(dashboard)...)
		}
	}
	return expressions
}

// expressionsIn gives what stands under the key expr, however deep.
func expressionsIn(node any) []string {
	var all []string
	switch value := node.(type) {
	case map[string]any:
		for key, child := range value {
			if text, ok := child.(string); ok && key == "expr" {
				all = append(all, text)
			}
			all = append(all, expressionsIn(child)...)
		}
	case []any:
		for _, child := range value {
			all = append(all, expressionsIn(child)...)
		}
	}
	return all
}
