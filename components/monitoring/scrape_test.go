package monitoring

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

func TestRenderPrometheus_GivesEachTargetOfAJobItsOwnLabels(t *testing.T) {
	a := args(t)
	all, err := a.everything()
	require.NoError(t, err)
	text, err := RenderPrometheus(a.scraping(all.Targets))
	require.NoError(t, err)
	var file prometheusFile
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), &file))
	job := file.ScrapeConfigs[slices.IndexFunc(file.ScrapeConfigs, func(j scrapeJob) bool { return j.JobName == "bitcoind" })]
	require.Equal(t, []string{"bitcoin-alice", "bitcoin-bob"}, job.KubernetesSDConfigs[0].Namespaces.Names)
	labels := func(discovered string) map[string]string {
		got := map[string]string{}
		for _, r := range job.RelabelConfigs {
			if len(r.SourceLabels) == 3 && regexp.MustCompile("^(?:"+r.Regex+")$").MatchString(discovered) {
				got[r.TargetLabel] = r.Replacement
			}
		}
		return got
	}
	alice := labels("bitcoin-alice;bitcoind;metrics")
	require.Equal(t, []string{"alice", "mainnet", "1m", "30s"}, []string{alice["node"], alice["network"], alice["__scrape_interval__"], alice["__scrape_timeout__"]})
	require.Equal(t, "bob", labels("bitcoin-bob;bitcoind;metrics")["node"])
	require.Empty(t, labels("bitcoin-alice;bitcoind;rpc"), "other ports are dropped by the first rule")
	require.Equal(t, "keep", job.RelabelConfigs[0].Action)
}

func TestRenderPrometheus_ChecksKubeletsUnlessTold(t *testing.T) {
	checked, err := RenderPrometheus(Scraping{})
	require.NoError(t, err)
	require.NotContains(t, checked, "insecure_skip_verify")
	unchecked, err := RenderPrometheus(Scraping{KubeletsUnverified: true})
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(unchecked, "insecure_skip_verify: true"))
}

func TestEverything_RefusesTargetsThatCannotBeFound(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Target)
		want   string
	}{
		"a job with spaces":       {func(t *Target) { t.Job = "a b" }, `job is "a b"`},
		"a host of elsewhere":     {func(t *Target) { t.Endpoint.Host = "bitcoind.example.org" }, "want SERVICE.bitcoin-alice.svc.cluster.local"},
		"no port":                 {func(t *Target) { t.Endpoint.Port.Name = "" }, "want a named port of TCP"},
		"a path from nowhere":     {func(t *Target) { t.Path = "metrics" }, "want it to begin with /"},
		"a patience too long":     {func(t *Target) { t.Timeout = time.Hour }, "want no more than every"},
		"a label of Prometheus":   {func(t *Target) { t.Labels = map[string]string{"__address__": "x"} }, `label is "__address__"`},
		"a label that is taken":   {func(t *Target) { t.Labels = map[string]string{"pod": "x"} }, `label is "pod"`},
		"a label without a value": {func(t *Target) { t.Labels = map[string]string{"node": ""} }, "label node is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			a := args(t)
			c.change(&a.Watches[0].Targets[0])
			_, err := a.everything()
			require.ErrorContains(t, err, c.want)
		})
	}
	a := args(t)
	a.Watches = append(a.Watches, bitcoin("alice", "mainnet"))
	_, err := a.files()
	require.ErrorContains(t, err, "port metrics for the second time")
}

func TestDuration_IsPrometheusOwnForm(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": 0, "30s": 30 * time.Second, "5m": 5 * time.Minute, "1h": time.Hour, "1h30m": 90 * time.Minute, "1m30s": 90 * time.Second,
		"360h": 360 * time.Hour, "10m": 10 * time.Minute, "1h0m10s": time.Hour + 10*time.Second, "20s": 20 * time.Second,
	} {
		require.Equal(t, want, duration(d))
	}
}
