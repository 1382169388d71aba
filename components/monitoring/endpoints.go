package monitoring

import "gitlab.com/thinkmassive/satkube/internal/kube"

// The names of the applications, which are also those of their Services.
const (
	prometheusName       = "prometheus"
	alertmanagerName     = "alertmanager"
	grafanaName          = "grafana"
	kubeStateMetricsName = "kube-state-metrics"
	nodeExporterName     = "node-exporter"
)

// PrometheusAt is Prometheus' page and API in a namespace, known before the monitoring is made.
func PrometheusAt(namespace kube.Namespace) kube.Endpoint {
	return at(namespace, prometheusName, PrometheusPort())
}

// AlertmanagerAt is Alertmanager's page and API in a namespace.
func AlertmanagerAt(namespace kube.Namespace) kube.Endpoint {
	return at(namespace, alertmanagerName, AlertmanagerPort())
}

// GrafanaAt is Grafana's page in a namespace.
func GrafanaAt(namespace kube.Namespace) kube.Endpoint {
	return at(namespace, grafanaName, GrafanaPort())
}

// PrometheusPort is the port of Prometheus' page and API.
func PrometheusPort() kube.Port { return kube.Port{Name: "http", Number: 9090} }

// AlertmanagerPort is the port of Alertmanager's page and API.
func AlertmanagerPort() kube.Port { return kube.Port{Name: "http", Number: 9093} }

// GrafanaPort is the port of Grafana's page.
func GrafanaPort() kube.Port { return kube.Port{Name: "http", Number: 3000} }

// gossipPorts are what members of Alertmanager talk over: both protocols, on one number.
func gossipPorts() []kube.Port {
	return []kube.Port{{Name: "gossip-tcp", Number: 9094}, {Name: "gossip-udp", Number: 9094, UDP: true}}
}

// kubeStateMetricsPort has the metrics of Kubernetes' objects, and its telemetryPort those of itself.
func kubeStateMetricsPort() kube.Port { return kube.Port{Name: "metrics", Number: 8080} }
func telemetryPort() kube.Port        { return kube.Port{Name: "telemetry", Number: 8081} }

func nodeExporterPort() kube.Port { return kube.Port{Name: "metrics", Number: 9100} }

// kubeletPort is the kubelet's on every node.
func kubeletPort() kube.Port { return kube.Port{Name: "kubelet", Number: 10250} }

func at(namespace kube.Namespace, name string, port kube.Port) kube.Endpoint {
	app := kube.App{Name: name, Instance: instance}
	return kube.Endpoint{
		Peer: kube.Peer{Name: name, Namespace: namespace, Selector: app.Selector()},
		Port: port,
		Host: kube.ServiceHost(app, namespace),
	}
}
