package monitoring

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// Watch is what the monitoring watches of itself, of Kubernetes and of the nodes.
func (a Args) Watch() Watch {
	telemetry := at(a.Namespace, kubeStateMetricsName, telemetryPort())
	return Watch{
		Targets: []Target{
			{Job: prometheusName, Endpoint: PrometheusAt(a.Namespace)},
			{Job: alertmanagerName, Endpoint: AlertmanagerAt(a.Namespace)},
			{Job: grafanaName, Endpoint: GrafanaAt(a.Namespace)},
			{Job: kubeStateMetricsName, Endpoint: at(a.Namespace, kubeStateMetricsName, kubeStateMetricsPort()), Foreign: true},
			{Job: kubeStateMetricsName + "-telemetry", Endpoint: telemetry},
			{Job: nodeExporterName, Endpoint: at(a.AgentNamespace, nodeExporterName, nodeExporterPort())},
		},
		Alerts:     slices.Concat(a.platformAlerts(), kubernetesAlerts(a.Namespace.Name), nodeAlerts()),
		Dashboards: []Dashboard{fleetDashboard(), nodesDashboard()},
	}
}

// everything is what all components want watched, each thing once.
func (a Args) everything() (Watch, error) {
	var all Watch
	for _, w := range append([]Watch{a.Watch()}, a.Watches...) {
		all.Targets = append(all.Targets, w.Targets...)
		all.Alerts = append(all.Alerts, w.Alerts...)
		all.Dashboards = append(all.Dashboards, w.Dashboards...)
	}
	var mistakes []error
	for _, t := range all.Targets {
		mistakes = append(mistakes, t.validate())
	}
	var err error
	all.Dashboards, err = distinct(all.Dashboards)
	return all, errors.Join(append(mistakes, err)...)
}

func (a Args) scraping(targets []Target) Scraping {
	s := Scraping{Cluster: a.Cluster, Targets: targets, KubeletsUnverified: a.KubeletsUnverified}
	app := kube.App{Name: alertmanagerName, Instance: instance}
	for _, host := range kube.PodHosts(app, a.Namespace, a.AlertmanagerReplicas) {
		s.Alertmanagers = append(s.Alertmanagers, fmt.Sprintf("%s:%d", host, AlertmanagerPort().Number))
	}
	return s
}

var (
	jobForm   = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$`)
	labelForm = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
	// taken are labels that say where a series is from; a target's own would hide it.
	taken = []string{"job", "instance", "pod", "namespace", "cluster", "replica", "severity", "alertname"}
)

func (t Target) validate() error {
	var mistakes []error
	add := func(format string, values ...any) {
		mistakes = append(mistakes, fmt.Errorf("target of job %s: "+format, append([]any{t.Job}, values...)...))
	}
	if !jobForm.MatchString(t.Job) {
		add("job is %q, want lower-case letters, digits, - and _", t.Job)
	}
	namespace := t.Endpoint.Peer.Namespace.Name
	if want := t.service() + "." + namespace + ".svc.cluster.local"; t.service() == "" || namespace == "" || t.Endpoint.Host != want {
		add("endpoint.host is %q, want SERVICE.%s.svc.cluster.local, by which its pods are found", t.Endpoint.Host, namespace)
	}
	if t.Endpoint.Port.Name == "" || t.Endpoint.Port.UDP {
		add("endpoint.port is %+v, want a named port of TCP", t.Endpoint.Port)
	}
	if t.Path != "" && !strings.HasPrefix(t.Path, "/") {
		add("path is %q, want it to begin with /", t.Path)
	}
	if t.Every < 0 || t.Timeout < 0 {
		add("every is %s and timeout is %s, want none below 0", t.Every, t.Timeout)
	}
	if every, timeout := cmp.Or(t.Every, scrapeEvery), cmp.Or(t.Timeout, scrapeTimeout); timeout > every {
		add("timeout is %s, want no more than every, %s: Prometheus drops the target otherwise", timeout, every)
	}
	for _, label := range slices.Sorted(maps.Keys(t.Labels)) {
		if !labelForm.MatchString(label) || strings.HasPrefix(label, "__") || slices.Contains(taken, label) {
			add("label is %q, want a name of letters, digits and _ that says nothing else already", label)
		}
		if t.Labels[label] == "" {
			add("label %s is empty, want a value: Prometheus drops empty labels", label)
		}
	}
	return errors.Join(mistakes...)
}

// distinct leaves one of several equal dashboards: each node brings those of its programs, with the nodes as a variable.
func distinct(dashboards []Dashboard) ([]Dashboard, error) {
	seen := map[string]string{}
	var kept []Dashboard
	var mistakes []error
	for _, d := range dashboards {
		page, err := RenderDashboard(d)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		first, known := seen[d.UID]
		switch {
		case !known:
			seen[d.UID] = page
			kept = append(kept, d)
		case first != page:
			mistakes = append(mistakes, fmt.Errorf("dashboard %s: uid is that of another dashboard, want its own", d.UID))
		}
	}
	return kept, errors.Join(mistakes...)
}
