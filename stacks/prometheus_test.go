package stacks_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
)

// TestPrometheus_ScrapesEvaluatesAndTellsAlertmanager runs the real Prometheus and the real Alertmanager with the configuration of the
// testnet stack on loopback. The pods are stand-ins that answer what exporters were recorded to answer, or the like of it; discovery is replaced by what it would
// have found, so that the relabeling is the configured one. Time runs faster: every interval is a second, and no alert has to last longer.
func TestPrometheus_ScrapesEvaluatesAndTellsAlertmanager(t *testing.T) {
	recording, all := monitored(t, "testnet")
	dir := rendered(t, recording)
	hurry(t, filepath.Join(dir, "rules", "rules.yml"))
	alertmanager, prometheus := freeAddress(t), freeAddress(t)
	redirect(t, filepath.Join(dir, "prometheus.yml"), all.Targets, standIns(t), alertmanager)

	start(t, "alertmanager", "--config.file="+filepath.Join(dir, "alertmanager.yml"), "--storage.path="+filepath.Join(dir, "am"),
		"--web.listen-address="+alertmanager, "--cluster.listen-address=")
	start(t, "prometheus", "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "tsdb"),
		"--web.listen-address="+prometheus)

	health := map[string]string{}
	require.Eventually(t, func() bool {
		health = healths(prometheus)
		return len(health) > 0 && !slices.Contains(values(health), "unknown")
	}, 30*time.Second, 200*time.Millisecond, "targets: %v", &health)
	jobs := map[string]bool{}
	for _, target := range all.Targets {
		jobs[target.Job] = true
		want := "up"
		if target.Job == "bitcoind" {
			want = "down"
		}
		require.Equal(t, want, health[target.Job], "job %s", target.Job)
	}
	require.Len(t, jobs, len(health)-2, "the kubelets are no registered targets: kubelet and cadvisor")

	want := []string{"BitcoindExporterDown", "LndNotSynced", "NodeClockSkew", "TwoLndPods", "Watchdog"}
	var firing, told []string
	require.Eventually(t, func() bool {
		firing, told = firingAt(prometheus), toldTo(alertmanager)
		return contains(firing, want) && contains(told, want)
	}, 60*time.Second, 500*time.Millisecond, "Prometheus: %v, Alertmanager: %v", &firing, &told)
	require.NotContains(t, firing, "BitcoindTipStalled", "an exporter that is down says nothing about the chain")
	for _, alert := range firing {
		// Nobody set the clock of the machine that node-exporter was recorded on; apart from that it was well.
		require.False(t, strings.HasPrefix(alert, "Node") && alert != "NodeClockSkew", "%s fires for a machine that was well", alert)
	}

	labels := labelsOf(alertmanager, "LndNotSynced")
	require.Equal(t, "testnet4", labels["node"])
	require.Equal(t, "testnet4", labels["network"])
	require.Equal(t, "satkube-testnet", labels["cluster"])
	require.NotContains(t, labels, "replica", "both of a pair have to send the same alert")
}

// What exporters were recorded to emit is what the lists that alerts and panels are held against say of them.
func TestExporters_WereRecordedToEmitWhatTheListsSay(t *testing.T) {
	for _, job := range []string{"node-exporter", "lnd"} {
		recorded, err := os.ReadFile(filepath.Join("testdata", "exporters", job+".txt"))
		require.NoError(t, err)
		list, err := os.ReadFile(filepath.Join("..", "components", "monitoring", "testdata", "metrics", job+".txt"))
		require.NoError(t, err)
		emitted := map[string]bool{}
		for line := range strings.Lines(string(recorded)) {
			name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			name, _, _ = strings.Cut(name, "{")
			emitted[name] = true
		}
		for line := range strings.Lines(string(list)) {
			if name := strings.TrimSpace(line); name != "" && !strings.HasPrefix(name, "#") {
				require.True(t, emitted[name], "%s is not in the recording of %s", name, job)
			}
		}
	}
}

// hurry lets alerts fire after a second.
func hurry(t *testing.T, rules string) {
	t.Helper()
	raw, err := os.ReadFile(rules)
	require.NoError(t, err)
	raw = regexp.MustCompile(`(?m)^(\s+for:) .*$`).ReplaceAll(raw, []byte("$1 1s"))
	require.NoError(t, os.WriteFile(rules, raw, 0o600))
}

// standIns start a server for each exporter and return their addresses by job: what is in testdata/exporters, or nothing but a metric
// of its own. The one for bitcoind is broken.
func standIns(t *testing.T) func(job string) string {
	t.Helper()
	addresses := map[string]string{}
	return func(job string) string {
		if addresses[job] != "" {
			return addresses[job]
		}
		raw, err := os.ReadFile(filepath.Join("testdata", "exporters", job+".txt"))
		if err != nil {
			raw = []byte("stand_in 1\n")
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if job == "bitcoind" {
				http.Error(w, "bitcoind is away", http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "text/plain; version=0.0.4")
			_, _ = w.Write(raw)
		}))
		t.Cleanup(server.Close)
		addresses[job] = strings.TrimPrefix(server.URL, "http://")
		return addresses[job]
	}
}

// redirect replaces discovery by what it would find, at the stand-ins' addresses, and makes every interval a second.
func redirect(t *testing.T, path string, targets []monitoring.Target, address func(job string) string, alertmanager string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var file map[string]any
	require.NoError(t, yaml.Unmarshal(raw, &file))
	global := file["global"].(map[string]any)
	global["scrape_interval"], global["scrape_timeout"], global["evaluation_interval"] = "1s", "1s", "1s"
	file["alerting"].(map[string]any)["alertmanagers"] = []any{map[string]any{"static_configs": []any{map[string]any{"targets": []string{alertmanager}}}}}
	for _, job := range file["scrape_configs"].([]any) {
		job := job.(map[string]any)
		name := job["job_name"].(string)
		for _, key := range []string{"kubernetes_sd_configs", "authorization", "tls_config", "scheme"} {
			delete(job, key)
		}
		found := []any{}
		for _, target := range targets {
			if target.Job != name {
				continue
			}
			service, _, _ := strings.Cut(target.Endpoint.Host, ".")
			found = append(found, map[string]any{"targets": []string{address(name)}, "labels": map[string]string{
				"__meta_kubernetes_namespace":               target.Endpoint.Peer.Namespace.Name,
				"__meta_kubernetes_service_name":            service,
				"__meta_kubernetes_endpointslice_port_name": target.Endpoint.Port.Name,
				"__meta_kubernetes_pod_name":                service + "-0",
				"__meta_kubernetes_pod_node_name":           "worker",
			}})
		}
		if len(found) == 0 {
			found = append(found, map[string]any{"targets": []string{address(name)}, "labels": map[string]string{"__meta_kubernetes_node_name": "worker"}})
		}
		job["static_configs"] = found
		rules, _ := job["relabel_configs"].([]any)
		for _, rule := range rules {
			rule := rule.(map[string]any)
			if rule["target_label"] == "__scrape_interval__" || rule["target_label"] == "__scrape_timeout__" {
				rule["replacement"] = "1s"
			}
		}
	}
	raw, err = yaml.Marshal(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, raw, 0o600))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// start runs a program until the test ends, and shows what it said when the test failed.
func start(t *testing.T, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, tool(t, program), args...)
	cmd.Env = append(os.Environ(), "POD_NAME=prometheus-0")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	said := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = said, said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s:\n%s", program, said)
		}
	})
}

// get reads an API's answer, nothing while it does not answer.
func get(url string, into any) bool {
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(into) == nil
}

// healths are Prometheus' targets by their jobs; the worst of a job counts.
func healths(prometheus string) map[string]string {
	var answer struct {
		Data struct {
			ActiveTargets []struct {
				Labels map[string]string `json:"labels"`
				Health string            `json:"health"`
			} `json:"activeTargets"`
		} `json:"data"`
	}
	found := map[string]string{}
	get("http://"+prometheus+"/api/v1/targets", &answer)
	for _, target := range answer.Data.ActiveTargets {
		if job := target.Labels["job"]; found[job] == "" || found[job] == "up" {
			found[job] = target.Health
		}
	}
	return found
}

func firingAt(prometheus string) []string {
	var answer struct {
		Data struct {
			Alerts []struct {
				Labels map[string]string `json:"labels"`
				State  string            `json:"state"`
			} `json:"alerts"`
		} `json:"data"`
	}
	var names []string
	get("http://"+prometheus+"/api/v1/alerts", &answer)
	for _, alert := range answer.Data.Alerts {
		if alert.State == "firing" {
			names = append(names, alert.Labels["alertname"])
		}
	}
	return names
}

type alertmanagerAlert struct {
	Labels map[string]string `json:"labels"`
}

func toldTo(alertmanager string) []string {
	var alerts []alertmanagerAlert
	var names []string
	get("http://"+alertmanager+"/api/v2/alerts", &alerts)
	for _, alert := range alerts {
		names = append(names, alert.Labels["alertname"])
	}
	return names
}

func labelsOf(alertmanager, name string) map[string]string {
	var alerts []alertmanagerAlert
	get("http://"+alertmanager+"/api/v2/alerts", &alerts)
	for _, alert := range alerts {
		if alert.Labels["alertname"] == name {
			return alert.Labels
		}
	}
	return nil
}

func contains(all, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(all, name) })
}

func values(m map[string]string) []string {
	var all []string
	for _, value := range m {
		all = append(all, value)
	}
	return all
}
