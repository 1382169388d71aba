package monitoring

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// Scraping is what prometheus.yml is made of.
type Scraping struct {
	// Cluster is the label cluster of everything that leaves Prometheus.
	Cluster string
	// Targets are scraped.
	Targets []Target
	// Alertmanagers are HOST:PORT each; all are told of every alert.
	Alertmanagers []string
	// KubeletsUnverified takes any certificate of a kubelet.
	KubeletsUnverified bool
}

// The structs below are the parts of Prometheus' configuration that are used here, as its documentation of the file names them.
type (
	prometheusFile struct {
		Global        globalPart   `json:"global"`
		Alerting      alertingPart `json:"alerting"`
		RuleFiles     []string     `json:"rule_files"`
		ScrapeConfigs []scrapeJob  `json:"scrape_configs"`
	}
	globalPart struct {
		ScrapeInterval     string            `json:"scrape_interval"`
		ScrapeTimeout      string            `json:"scrape_timeout"`
		EvaluationInterval string            `json:"evaluation_interval"`
		ExternalLabels     map[string]string `json:"external_labels"`
	}
	alertingPart struct {
		AlertRelabelConfigs []relabel       `json:"alert_relabel_configs"`
		Alertmanagers       []alertmanagers `json:"alertmanagers"`
	}
	alertmanagers struct {
		StaticConfigs []staticTargets `json:"static_configs"`
	}
	staticTargets struct {
		Targets []string `json:"targets"`
	}
	scrapeJob struct {
		JobName              string         `json:"job_name"`
		Scheme               string         `json:"scheme,omitempty"`
		MetricsPath          string         `json:"metrics_path,omitempty"`
		HonorLabels          bool           `json:"honor_labels,omitempty"`
		Authorization        *credentials   `json:"authorization,omitempty"`
		TLSConfig            *tlsPart       `json:"tls_config,omitempty"`
		KubernetesSDConfigs  []kubernetesSD `json:"kubernetes_sd_configs"`
		RelabelConfigs       []relabel      `json:"relabel_configs,omitempty"`
		MetricRelabelConfigs []relabel      `json:"metric_relabel_configs,omitempty"`
	}
	credentials struct {
		CredentialsFile string `json:"credentials_file"`
	}
	tlsPart struct {
		CAFile             string `json:"ca_file"`
		InsecureSkipVerify bool   `json:"insecure_skip_verify,omitempty"`
	}
	kubernetesSD struct {
		Role       string          `json:"role"`
		Namespaces *namespacesPart `json:"namespaces,omitempty"`
	}
	namespacesPart struct {
		Names []string `json:"names"`
	}
	relabel struct {
		Action       string   `json:"action,omitempty"`
		SourceLabels []string `json:"source_labels,omitempty"`
		Separator    string   `json:"separator,omitempty"`
		Regex        string   `json:"regex,omitempty"`
		TargetLabel  string   `json:"target_label,omitempty"`
		Replacement  string   `json:"replacement,omitempty"`
	}
)

const (
	// tokenDir is where internal/kube mounts the service account's token and the cluster's CA.
	tokenDir = "/var/run/secrets/kubernetes.io/serviceaccount"
	// rulesPath is where the rules are mounted.
	rulesPath = "/etc/prometheus/rules/rules.yml"

	// scrapeEvery and scrapeTimeout hold for targets that say nothing else.
	scrapeEvery, scrapeTimeout = 30 * time.Second, 10 * time.Second

	// What Kubernetes' discovery says of an endpoint, by Prometheus' documentation of the role endpointslice.
	fromNamespace = "__meta_kubernetes_namespace"
	fromService   = "__meta_kubernetes_service_name"
	fromPort      = "__meta_kubernetes_endpointslice_port_name"
	fromPod       = "__meta_kubernetes_pod_name"
	fromNode      = "__meta_kubernetes_pod_node_name"
)

// RenderPrometheus returns prometheus.yml.
func RenderPrometheus(s Scraping) (string, error) {
	jobs, err := s.jobs()
	if err != nil {
		return "", err
	}
	raw, err := yaml.Marshal(prometheusFile{
		Global: globalPart{
			ScrapeInterval: duration(scrapeEvery), ScrapeTimeout: duration(scrapeTimeout), EvaluationInterval: duration(scrapeEvery),
			// Prometheus puts the pod's name in, so that both of a pair read the same file.
			ExternalLabels: map[string]string{"cluster": s.Cluster, "replica": "${POD_NAME}"},
		},
		Alerting: alertingPart{
			// Both of a pair send each alert. Without the label that tells them apart, Alertmanager sees one alert.
			AlertRelabelConfigs: []relabel{{Action: "labeldrop", Regex: "replica"}},
			Alertmanagers:       []alertmanagers{{StaticConfigs: []staticTargets{{Targets: s.Alertmanagers}}}},
		},
		RuleFiles:     []string{rulesPath},
		ScrapeConfigs: append(jobs, s.kubelets("kubelet", "/metrics", kubeletMetrics()), s.kubelets("cadvisor", "/metrics/cadvisor", cadvisorMetrics())),
	})
	return string(raw), err
}

// jobs are one for each Target.Job, in the order of their names.
func (s Scraping) jobs() ([]scrapeJob, error) {
	byJob := map[string][]Target{}
	for _, t := range s.Targets {
		byJob[t.Job] = append(byJob[t.Job], t)
	}
	var jobs []scrapeJob
	for _, name := range slices.Sorted(maps.Keys(byJob)) {
		job, err := newJob(name, byJob[name])
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// newJob finds the pods through the slices of their Services. What tells the targets of one job apart is written onto each by a rule that
// matches it alone; where a rule does not match, Prometheus leaves the label as it is.
func newJob(name string, targets []Target) (scrapeJob, error) {
	source := []string{fromNamespace, fromService, fromPort}
	foreign := targets[0].Foreign
	var namespaces, matches []string
	var own []relabel
	for _, t := range targets {
		if t.Foreign != foreign {
			return scrapeJob{}, fmt.Errorf("target of job %s: foreign is %t, want the same for all of the job", name, t.Foreign)
		}
		namespaces = append(namespaces, t.Endpoint.Peer.Namespace.Name)
		match := t.match()
		if slices.Contains(matches, match) {
			return scrapeJob{}, fmt.Errorf("target of job %s: endpoint is %s port %s for the second time, want it once", name, t.Endpoint.Host, t.Endpoint.Port.Name)
		}
		matches = append(matches, match)
		set := func(label, value string) {
			// A $ would refer to a group of the match.
			value = strings.ReplaceAll(value, "$", "$$")
			own = append(own, relabel{SourceLabels: source, Regex: match, TargetLabel: label, Replacement: value})
		}
		if t.Path != "" {
			set("__metrics_path__", t.Path)
		}
		if t.Every > 0 {
			set("__scrape_interval__", duration(t.Every))
		}
		if t.Timeout > 0 {
			set("__scrape_timeout__", duration(t.Timeout))
		}
		for _, label := range slices.Sorted(maps.Keys(t.Labels)) {
			set(label, t.Labels[label])
		}
	}
	slices.Sort(namespaces)
	rules := []relabel{{Action: "keep", SourceLabels: source, Regex: strings.Join(matches, "|")}}
	return scrapeJob{
		JobName:             name,
		HonorLabels:         foreign,
		KubernetesSDConfigs: []kubernetesSD{{Role: "endpointslice", Namespaces: &namespacesPart{Names: slices.Compact(namespaces)}}},
		RelabelConfigs:      slices.Concat(rules, identity(name, foreign), own),
	}, nil
}

// identity says which pod a series is from. The address, Prometheus' own label instance, would change with each restart, and with it
// every series: no function over time would see a restart.
func identity(job string, foreign bool) []relabel {
	switch {
	case job == nodeExporterName:
		return []relabel{{SourceLabels: []string{fromNode}, TargetLabel: "instance"}}
	case foreign:
		return []relabel{{TargetLabel: "instance", Replacement: job}}
	default:
		return []relabel{
			{SourceLabels: []string{fromPod, fromPort}, Separator: ":", TargetLabel: "instance"},
			{SourceLabels: []string{fromPod}, TargetLabel: "pod"},
			{SourceLabels: []string{fromNamespace}, TargetLabel: "namespace"},
		}
	}
}

// match is the target's namespace, Service and port as Prometheus joins them.
func (t Target) match() string {
	return regexp.QuoteMeta(t.Endpoint.Peer.Namespace.Name + ";" + t.service() + ";" + t.Endpoint.Port.Name)
}

// service is the first label of the endpoint's DNS name.
func (t Target) service() string {
	service, _, _ := strings.Cut(t.Endpoint.Host, ".")
	return service
}

// kubelets scrapes every node's kubelet itself: by way of the API server it would need the right nodes/proxy, which runs commands in pods.
func (s Scraping) kubelets(job, path string, metrics []string) scrapeJob {
	return scrapeJob{
		JobName: job, Scheme: "https", MetricsPath: path,
		// They name other pods in their labels. The label instance is the node's name already.
		HonorLabels:         true,
		Authorization:       &credentials{CredentialsFile: tokenDir + "/token"},
		TLSConfig:           &tlsPart{CAFile: tokenDir + "/ca.crt", InsecureSkipVerify: s.KubeletsUnverified},
		KubernetesSDConfigs: []kubernetesSD{{Role: "node"}},
		// They have thousands of series a node; these are the ones that somebody looks at.
		MetricRelabelConfigs: []relabel{{Action: "keep", SourceLabels: []string{"__name__"}, Regex: strings.Join(metrics, "|")}},
	}
}

// kubeletMetrics are kept of what kubelets say of themselves and their volumes.
func kubeletMetrics() []string {
	return []string{
		"kubelet_node_name", "kubelet_running_containers", "kubelet_running_pods",
		"kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes", "kubelet_volume_stats_inodes", "kubelet_volume_stats_inodes_free",
		"kubelet_volume_stats_used_bytes",
	}
}

// cadvisorMetrics are kept of what kubelets say of containers.
func cadvisorMetrics() []string {
	return []string{
		"container_cpu_cfs_periods_total", "container_cpu_cfs_throttled_periods_total", "container_cpu_usage_seconds_total",
		"container_fs_reads_bytes_total", "container_fs_writes_bytes_total", "container_memory_rss", "container_memory_working_set_bytes",
		"container_network_receive_bytes_total", "container_network_transmit_bytes_total", "container_oom_events_total",
		"container_spec_memory_limit_bytes",
	}
}
