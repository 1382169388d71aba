package monitoring

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// newPrometheus makes Prometheus and the ConfigMaps of its configuration and rules.
func (p parts) newPrometheus() error {
	app := p.args.prometheusApp()
	config, err := p.configMap("prometheus", "prometheus", app, map[string]string{"prometheus.yml": p.files.prometheus})
	if err != nil {
		return err
	}
	rules, err := p.configMap("prometheus-rules", "prometheus-rules", app, map[string]string{"rules.yml": p.files.rules})
	if err != nil {
		return err
	}
	all, err := p.args.everything()
	if err != nil {
		return err
	}
	set := p.args.prometheusSet(all.Targets)
	set.Annotations, set.After = kube.Reads(p.files.prometheus, p.files.rules), []pulumi.Resource{config, rules}
	_, err = kube.NewStatefulSet(p.ctx, p.name+"-prometheus", set, p.child)
	return err
}

func (a Args) prometheusApp() kube.App {
	return kube.App{Name: prometheusName, Instance: instance, Component: "metrics", Version: a.Prometheus.Version()}
}

func (a Args) prometheusSet(targets []Target) kube.StatefulSetArgs {
	port := PrometheusPort().Number
	return kube.StatefulSetArgs{
		Replicas: a.PrometheusReplicas,
		Claims:   []kube.ClaimTemplate{{Name: prometheusVolume, Size: a.PrometheusStorage, StorageClass: a.StorageClass}},
		WorkloadArgs: kube.WorkloadArgs{
			App: a.prometheusApp(), Namespace: a.Namespace,
			AllowTo: a.reached(targets),
			API:     &kube.APIAccess{Rules: discoveryRules(), Server: a.APIServer, Ports: a.APIPorts},
			Pod: kube.Pod{
				// Long enough to write the newest two hours to the volume; killed before, the next start reads the write-ahead log instead.
				User: prometheusUser, StopSeconds: 600, PriorityClass: a.PriorityClass,
				Containers: []kube.Container{{
					Name: prometheusName, Image: a.Prometheus.Ref(),
					Args:     a.prometheusFlags(),
					FieldEnv: map[string]string{"POD_NAME": "metadata.name"},
					Ports:    []kube.Port{PrometheusPort()},
					Mounts: []kube.Mount{
						{Volume: "config", Path: "/etc/prometheus/config"},
						{Volume: "rules", Path: "/etc/prometheus/rules"},
						{Volume: prometheusVolume, Path: "/prometheus", Writable: true},
					},
					CPU: a.PrometheusCPU, Memory: a.PrometheusMemory,
					// Until the write-ahead log is read, which takes minutes after a crash, it is alive but not ready.
					Startup:   &kube.Probe{HTTP: port, Path: "/-/ready", EverySeconds: 15, TimeoutSeconds: 3, Failures: 120},
					Liveness:  &kube.Probe{HTTP: port, Path: "/-/healthy", EverySeconds: 15, TimeoutSeconds: 5, Failures: 6},
					Readiness: &kube.Probe{HTTP: port, Path: "/-/ready", EverySeconds: 10, TimeoutSeconds: 5, Failures: 3},
				}},
				Volumes: []kube.Volume{{Name: "config", ConfigMap: "prometheus"}, {Name: "rules", ConfigMap: "prometheus-rules"}},
			},
		},
	}
}

// prometheusVolume begins the names of the claims: data-prometheus-0.
const prometheusVolume = "data"

// prometheusFlags leaves out --web.enable-lifecycle, by which whoever reaches the port may stop it, and --web.enable-admin-api, by which
// they may delete series. A changed file replaces the pods, so nothing needs to ask for a reload.
func (a Args) prometheusFlags() []string {
	flags := []string{
		"--config.file=/etc/prometheus/config/prometheus.yml",
		"--storage.tsdb.path=/prometheus",
		"--storage.tsdb.retention.time=" + duration(a.Retention),
		// Prometheus' MB are MiB.
		fmt.Sprintf("--storage.tsdb.retention.size=%dMB", retentionMiB(a.PrometheusStorage)),
	}
	return append(flags, externalURL(a.PrometheusURL)...)
}

// externalURL is the flag of Prometheus and of Alertmanager for the address that their links lead to.
func externalURL(address string) []string {
	if address == "" {
		return nil
	}
	return []string{"--web.external-url=" + address}
}

// discoveryRules let Prometheus find what it scrapes, and read the kubelets' metrics; not nodes/proxy, which runs commands in pods.
func discoveryRules() []kube.Rule {
	find := []string{"get", "list", "watch"}
	return []kube.Rule{
		{Groups: []string{""}, Resources: []string{"nodes", "services", "pods"}, Verbs: find},
		{Groups: []string{"discovery.k8s.io"}, Resources: []string{"endpointslices"}, Verbs: find},
		{Groups: []string{""}, Resources: []string{"nodes/metrics"}, Verbs: []string{"get"}},
	}
}

// reached is everything that Prometheus opens connections to.
func (a Args) reached(targets []Target) []kube.Endpoint {
	nodes := kube.Peer{Name: "nodes", CIDRs: a.NodeCIDRs}
	reached := []kube.Endpoint{
		{Peer: nodes, Port: kubeletPort()},
		// It is on the nodes' network, where its pods have the nodes' addresses.
		{Peer: nodes, Port: kube.Port{Name: nodeExporterName, Number: nodeExporterPort().Number}},
		named(AlertmanagerAt(a.Namespace)),
	}
	for _, t := range targets {
		if t.Job == nodeExporterName {
			continue
		}
		endpoint := named(t.Endpoint)
		if !slices.ContainsFunc(reached, func(e kube.Endpoint) bool { return e.Peer.Name == endpoint.Peer.Name && e.Port == endpoint.Port }) {
			reached = append(reached, endpoint)
		}
	}
	return reached
}

// named puts the namespace into the peer's name: nodes have programs of the same names, and the names stand in those of the rules.
func named(e kube.Endpoint) kube.Endpoint {
	e.Peer.Name = e.Peer.Namespace.Name + "-" + e.Peer.Name
	return e
}
