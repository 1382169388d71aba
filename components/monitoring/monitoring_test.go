package monitoring

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/internal/mock/policies"
)

const (
	statefulSet   = "kubernetes:apps/v1:StatefulSet"
	networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	clusterRole   = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
	configMap     = "kubernetes:core/v1:ConfigMap"
	secretObject  = "kubernetes:core/v1:Secret"
)

func args(t *testing.T) Args {
	t.Helper()
	lock, err := images.Load()
	require.NoError(t, err)
	return Args{
		Namespace: kube.Namespace{Name: "monitoring"}, AgentNamespace: kube.Namespace{Name: "monitoring-agents"}, Cluster: "satkube-testnet",
		Prometheus: lock[images.Prometheus], Alertmanager: lock[images.Alertmanager], Grafana: lock[images.Grafana],
		KubeStateMetrics: lock[images.KubeStateMetrics], NodeExporter: lock[images.NodeExporter],
		PrometheusReplicas: 2, AlertmanagerReplicas: 2, Retention: 15 * 24 * time.Hour,
		PrometheusStorage: "50Gi", PrometheusMemory: "2Gi", PrometheusCPU: "500m", AlertmanagerStorage: "1Gi", GrafanaStorage: "1Gi",
		StorageClass: "gp3-retain", PriorityClass: "satkube-platform", AgentPriorityClass: "system-node-critical",
		RunbookBase: "https://gitlab.com/thinkmassive/satkube/-/blob/main/docs/runbooks/alerts", GrafanaURL: "https://grafana.example.org",
		APIServer: kube.Peer{Name: "api-server", CIDRs: []string{"10.0.0.0/16"}}, APIPorts: []kube.Port{{Name: "https", Number: 443}},
		NodeCIDRs: []string{"10.0.0.0/16"},
		Watches:   []Watch{bitcoin("alice", "mainnet"), bitcoin("bob", "testnet4")},
		Receivers: everyReceiver(),
	}
}

// everyReceiver has secrets that a test can look for.
func everyReceiver() Receivers {
	return Receivers{
		Webhook: pulumi.String("https://hooks.example.org/SECRET-webhook"), PagerDuty: pulumi.String("SECRET-routing-key"),
		DeadMansSwitch: pulumi.String("https://hc.example.org/SECRET-switch"),
		Email: &Email{
			Smarthost: "smtp.example.org:587", From: "alerts@example.org", To: "ops@example.org", Username: "alerts",
			Password: pulumi.String("SECRET-password"),
		},
	}
}

// bitcoin is what a node like those of components/bitcoind wants watched.
func bitcoin(node, network string) Watch {
	namespace := kube.Namespace{Name: "bitcoin-" + node}
	app := kube.App{Name: "bitcoind", Instance: node}
	series := `bitcoin_uptime{network="` + network + `"}`
	return Watch{
		Targets: []Target{{
			Job: "bitcoind", Every: time.Minute, Timeout: 30 * time.Second, Labels: map[string]string{"network": network, "node": node},
			Endpoint: kube.Endpoint{
				Peer: kube.Peer{Name: "bitcoind", Namespace: namespace, Selector: app.Selector()},
				Port: kube.Port{Name: "metrics", Number: 9332}, Host: kube.ServiceHost(app, namespace),
			},
		}},
		Alerts: []Alert{{
			Name: "BitcoindSample", Expr: "bitcoin_uptime == 0", For: 15 * time.Minute, Severity: Critical, Summary: "{{ $labels.node }} is not seen.",
			Fires:  map[string]Sample{"zero on " + network: {Series: map[string]string{series: "0x60"}, At: 30 * time.Minute}},
			Silent: map[string]Sample{"up on " + network: {Series: map[string]string{series: "60+60x60"}, At: 30 * time.Minute}},
		}},
		Dashboards: []Dashboard{{UID: "bitcoind", Title: "bitcoind", Rows: []Row{{Title: "Now", Panels: []Panel{{
			Title: "Blocks", Tells: "The height.", Kind: Table, Queries: []Query{{Expr: `bitcoin_blocks{node=~"$node"}`}},
		}}}}, Variables: []Variable{{Label: "node", Metric: "bitcoin_blocks"}}}},
	}
}

func program(a Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "monitoring", a)
		return err
	}
}

func deploy(t *testing.T, a Args) *mock.Recording {
	t.Helper()
	return mock.Deployed(t, program(a))
}

func flags(t *testing.T, r mock.Resource) []string {
	t.Helper()
	var texts []string
	for _, flag := range r.Path("spec", "template", "spec", "containers", 0, "args").ArrayValue() {
		texts = append(texts, flag.StringValue())
	}
	return texts
}

func TestNew_RendersWhatReviewersRead(t *testing.T) {
	f, err := args(t).files()
	require.NoError(t, err)
	golden.Equal(t, "prometheus.yml", f.prometheus)
	golden.Equal(t, "rules.yml", f.rules)
	golden.Equal(t, "alertmanager.yml", f.alertmanager)
	golden.Equal(t, "grafana.ini", f.grafana)
	for _, uid := range []string{"fleet", "nodes"} {
		golden.Equal(t, "dashboards/"+uid+".json", f.dashboards[uid])
	}
	sources, err := renderDatasources(PrometheusAt(args(t).Namespace))
	require.NoError(t, err)
	golden.Equal(t, "datasources.yaml", sources)
	providers, err := renderProviders()
	require.NoError(t, err)
	golden.Equal(t, "providers.yaml", providers)
}

func TestNew_PassesThePolicyPackButForTheAgentOfTheNodes(t *testing.T) {
	for name, change := range map[string]func(*Args){
		"pairs":   func(*Args) {},
		"singles": func(a *Args) { a.PrometheusReplicas, a.AlertmanagerReplicas, a.Receivers = 1, 1, Receivers{} },
	} {
		t.Run(name, func(t *testing.T) {
			a := args(t)
			change(&a)
			for _, finding := range policies.Refused(t, deploy(t, a), "test") {
				rule, _, _ := strings.Cut(finding, " on ")
				switch rule {
				case "namespace-default-deny", "namespace-quota":
					// The baseline makes the namespaces.
					continue
				case "host-network", "host-pid", "host-path", "host-port", "runtime-socket":
					// node-exporter measures the node. Its namespace allows it, and an exemption has to name it. It asks for the whole file
					// system, so it could see the runtime's socket too, which is root's alone.
					require.Contains(t, finding, "DaemonSet::monitoring-node-exporter")
				default:
					require.Fail(t, finding)
				}
			}
		})
	}
}

func TestNew_PutsNoSecretAnywhereButIntoSecrets(t *testing.T) {
	recording := deploy(t, args(t))
	for _, r := range recording.Resources() {
		if r.Type != secretObject {
			require.NotContains(t, fmt.Sprint(r.Inputs), "SECRET-", "%s %s", r.Type, r.Name)
			require.NotContains(t, fmt.Sprint(r.Inputs), "password-of-", "%s %s", r.Type, r.Name)
		}
	}
	for _, name := range []string{"monitoring-alertmanager", "monitoring-grafana"} {
		require.True(t, recording.Must(t, secretObject, name).Inputs["stringData"].IsSecret(), name)
	}
	file := recording.Must(t, secretObject, "monitoring-alertmanager").Path("stringData", "alertmanager.yml")
	require.NotContains(t, file.StringValue(), "SECRET-", "the file names the files that hold the secrets")
}

func TestNew_ExportsThePasswordAsASecret(t *testing.T) {
	mock.Deployed(t, func(ctx *pulumi.Context) error {
		m, err := New(ctx, "monitoring", args(t))
		require.NoError(t, err)
		require.True(t, pulumi.IsSecret(m.AdminPassword))
		require.NotEmpty(t, m.Watch().Alerts)
		require.Equal(t, "grafana.monitoring.svc.cluster.local", m.Grafana.Host)
		return err
	})
}

func TestNew_LetsPrometheusReachItsTargetsAndNothingElse(t *testing.T) {
	recording := deploy(t, args(t))
	var reached []string
	for _, p := range recording.All(networkPolicy) {
		if name := p.Path("metadata", "name").StringValue(); strings.HasPrefix(name, "prometheus-to-") {
			reached = append(reached, strings.TrimPrefix(name, "prometheus-to-"))
			require.False(t, p.Path("spec", "egress", 0, "to").IsNull(), name)
		}
	}
	require.ElementsMatch(t, []string{
		"nodes-kubelet", "nodes-node-exporter", "api-server-https", "monitoring-alertmanager-http", "monitoring-prometheus-http",
		"monitoring-grafana-http", "monitoring-kube-state-metrics-metrics", "monitoring-kube-state-metrics-telemetry",
		"bitcoin-alice-bitcoind-metrics", "bitcoin-bob-bitcoind-metrics",
	}, reached)
	side := recording.Must(t, networkPolicy, "monitoring-prometheus-bitcoin-alice-bitcoind-metrics-from-prometheus")
	require.Equal(t, "bitcoin-alice", side.Path("metadata", "namespace").StringValue())
}

func TestNew_LetsOnlyAlertmanagerOut(t *testing.T) {
	for _, p := range deploy(t, args(t)).All(networkPolicy) {
		if text := fmt.Sprint(p.Inputs); strings.Contains(text, "0.0.0.0/0") {
			require.Contains(t, []string{"alertmanager-to-internet-https", "alertmanager-to-internet-smtp"}, p.Path("metadata", "name").StringValue())
		}
	}
	a := args(t)
	a.Receivers = Receivers{}
	for _, p := range deploy(t, a).All(networkPolicy) {
		require.NotContains(t, fmt.Sprint(p.Inputs), "0.0.0.0/0", "nobody has to be told outside")
	}
}

func TestNew_GivesPrometheusNoRightToRunCommandsOrReadSecrets(t *testing.T) {
	recording := deploy(t, args(t))
	for _, name := range []string{"monitoring-prometheus", "monitoring-kube-state-metrics"} {
		for _, rule := range recording.Must(t, clusterRole, name).Path("rules").ArrayValue() {
			text := fmt.Sprint(rule)
			for _, refused := range []string{"nodes/proxy", "secrets", "configmaps", "create", "update", "delete", "*"} {
				require.NotContains(t, text, "{"+refused+"}", name)
			}
		}
	}
	described := fmt.Sprint(recording.Must(t, clusterRole, "monitoring-kube-state-metrics").Path("rules"))
	require.NotContains(t, described, "{get}", "it lists and watches")
	set := recording.Must(t, "kubernetes:apps/v1:Deployment", "monitoring-kube-state-metrics")
	for _, flag := range flags(t, set) {
		if list, is := strings.CutPrefix(flag, "--resources="); is {
			for _, kind := range strings.Split(list, ",") {
				require.Contains(t, described, "{"+kind+"}")
			}
			require.NotContains(t, list, "secrets")
			require.NotContains(t, list, "configmaps")
		}
	}
}
