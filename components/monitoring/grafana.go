package monitoring

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

const (
	// dashboardsDir holds a folder for each dashboard.
	dashboardsDir = "/grafana-dashboard-definitions"
	grafanaSecret = "/run/secrets/grafana"

	adminPasswordKey = "admin-password"
	secretKeyKey     = "secret-key"
)

// datasource is the one source of all panels; its UID stands in every dashboard.
const datasource = "prometheus"

// newGrafana makes Grafana, its files and its secrets, and returns the password of the user admin.
func (p parts) newGrafana() (pulumi.StringOutput, error) {
	none := pulumi.StringOutput{}
	app := p.args.grafanaApp()
	secret, password, err := p.newGrafanaSecret()
	if err != nil {
		return none, err
	}
	sources, err := renderDatasources(PrometheusAt(p.args.Namespace))
	if err != nil {
		return none, err
	}
	providers, err := renderProviders()
	if err != nil {
		return none, err
	}
	after, read := []pulumi.Resource{secret}, []string{p.files.grafana, sources, providers}
	for _, f := range []struct{ object, file, text string }{
		{"grafana", "grafana.ini", p.files.grafana},
		{"grafana-datasources", "datasources.yaml", sources},
		{"grafana-providers", "dashboards.yaml", providers},
	} {
		made, err := p.configMap(f.object, f.object, app, map[string]string{f.file: f.text})
		if err != nil {
			return none, err
		}
		after = append(after, made)
	}
	uids := slices.Sorted(maps.Keys(p.files.dashboards))
	for _, uid := range uids {
		// One each: all together may be more than a ConfigMap holds.
		made, err := p.configMap(dashboardObject(uid), dashboardObject(uid), app, map[string]string{uid + ".json": p.files.dashboards[uid]})
		if err != nil {
			return none, err
		}
		after, read = append(after, made), append(read, p.files.dashboards[uid])
	}
	set := p.args.grafanaSet(uids)
	set.After, set.Annotations = after, kube.Reads(read...)
	_, err = kube.NewStatefulSet(p.ctx, p.name+"-grafana", set, p.child)
	return password, err
}

func dashboardObject(uid string) string { return "grafana-dashboard-" + uid }

// newGrafanaSecret makes the password of the user admin and the key by which Grafana encrypts what it stores; its own default is public.
func (p parts) newGrafanaSecret() (*corev1.Secret, pulumi.StringOutput, error) {
	data := pulumi.StringMap{}
	var password pulumi.StringOutput
	for _, key := range []string{adminPasswordKey, secretKeyKey} {
		made, err := random.NewRandomPassword(p.ctx, p.name+"-grafana-"+key, &random.RandomPasswordArgs{
			Length: pulumi.Int(40), Special: pulumi.Bool(false),
		}, p.child)
		if err != nil {
			return nil, password, err
		}
		data[key] = made.Result
		if key == adminPasswordKey {
			password = made.Result
		}
	}
	made, err := corev1.NewSecret(p.ctx, p.name+"-grafana", &corev1.SecretArgs{
		Metadata:   kube.Metadata(p.args.grafanaApp(), p.args.Namespace, "grafana"),
		Type:       pulumi.String("Opaque"),
		StringData: data,
	}, p.inside)
	return made, secret(password), err
}

func (a Args) grafanaApp() kube.App {
	return kube.App{Name: grafanaName, Instance: instance, Component: "dashboards", Version: a.Grafana.Version()}
}

// grafanaSet has one replica: its database is a file on its volume.
func (a Args) grafanaSet(dashboards []string) kube.StatefulSetArgs {
	health := func(every, failures int) *kube.Probe {
		return &kube.Probe{HTTP: GrafanaPort().Number, Path: "/api/health", EverySeconds: every, TimeoutSeconds: 5, Failures: failures}
	}
	mounts := []kube.Mount{
		{Volume: "data", Path: "/var/lib/grafana", Writable: true},
		{Volume: "tmp", Path: "/tmp", Writable: true},
		{Volume: "config", Path: "/etc/grafana/config"},
		{Volume: "datasources", Path: "/etc/grafana/provisioning/datasources"},
		{Volume: "providers", Path: "/etc/grafana/provisioning/dashboards"},
		{Volume: "secret", Path: grafanaSecret},
	}
	volumes := []kube.Volume{
		{Name: "tmp", Scratch: "64Mi", ScratchInMemory: true},
		{Name: "config", ConfigMap: "grafana"},
		{Name: "datasources", ConfigMap: "grafana-datasources"},
		{Name: "providers", ConfigMap: "grafana-providers"},
		{Name: "secret", Secret: "grafana", SecretKeys: []string{adminPasswordKey, secretKeyKey}},
	}
	for _, uid := range dashboards {
		mounts = append(mounts, kube.Mount{Volume: "dashboard-" + uid, Path: dashboardsDir + "/" + uid})
		volumes = append(volumes, kube.Volume{Name: "dashboard-" + uid, ConfigMap: dashboardObject(uid)})
	}
	return kube.StatefulSetArgs{
		Replicas: 1,
		Claims:   []kube.ClaimTemplate{{Name: "data", Size: a.GrafanaStorage, StorageClass: a.StorageClass}},
		WorkloadArgs: kube.WorkloadArgs{
			App: a.grafanaApp(), Namespace: a.Namespace,
			AllowTo: []kube.Endpoint{PrometheusAt(a.Namespace)},
			Pod: kube.Pod{
				User: grafanaUser, StopSeconds: 60, PriorityClass: a.PriorityClass,
				Containers: []kube.Container{{
					Name: grafanaName, Image: a.Grafana.Ref(),
					Env: map[string]string{
						"GF_PATHS_CONFIG": "/etc/grafana/config/grafana.ini",
						// The image's start script reads the files into the variables without __FILE. The password counts at the first start only.
						"GF_SECURITY_ADMIN_PASSWORD__FILE": grafanaSecret + "/" + adminPasswordKey,
						"GF_SECURITY_SECRET_KEY__FILE":     grafanaSecret + "/" + secretKeyKey,
					},
					Ports:  []kube.Port{GrafanaPort()},
					Mounts: mounts,
					CPU:    "250m", Memory: "512Mi",
					// The first start and each upgrade bring the database up to date.
					Startup:  health(10, 60),
					Liveness: health(30, 6), Readiness: health(10, 3),
				}},
				Volumes: volumes,
			},
		},
	}
}

// renderGrafana returns grafana.ini. What it leaves out has the default of Grafana's conf/defaults.ini.
func renderGrafana(address string) string {
	var ini strings.Builder
	section := func(name string, lines ...string) {
		fmt.Fprintf(&ini, "[%s]\n%s\n\n", name, strings.Join(lines, "\n"))
	}
	if address != "" {
		section("server", "root_url = "+address)
	}
	section("security", "cookie_secure = true", "disable_gravatar = true", "content_security_policy = true", "strict_transport_security = true")
	section("users", "allow_sign_up = false", "allow_org_create = false", "viewers_can_edit = false")
	section("auth.anonymous", "enabled = false")
	// It asks nobody outside: there is no way out of the namespace for it.
	section("analytics", "reporting_enabled = false", "check_for_updates = false", "check_for_plugin_updates = false", "feedback_links_enabled = false")
	section("news", "news_feed_enabled = false")
	// The source Prometheus is a plugin that the image brings. At each start Grafana would replace it by the newest one, fail on the read-only
	// file system, and leave all panels without their source.
	section("plugins", "preinstall_disabled = true", "plugin_admin_enabled = false", "public_key_retrieval_disabled = true")
	section("snapshots", "enabled = false", "external_enabled = false")
	section("public_dashboards", "enabled = false")
	// Alertmanager does it.
	section("unified_alerting", "enabled = false")
	section("dashboards", "default_home_dashboard_path = "+dashboardsDir+"/"+fleetUID+"/"+fleetUID+".json")
	section("metrics", "enabled = true")
	section("log", "mode = console")
	return strings.TrimSuffix(ini.String(), "\n")
}

type (
	datasourcesFile struct {
		APIVersion  int              `json:"apiVersion"`
		Datasources []datasourcePart `json:"datasources"`
	}
	datasourcePart struct {
		Name      string         `json:"name"`
		UID       string         `json:"uid"`
		Type      string         `json:"type"`
		Access    string         `json:"access"`
		URL       string         `json:"url"`
		IsDefault bool           `json:"isDefault"`
		Editable  bool           `json:"editable"`
		JSONData  map[string]any `json:"jsonData"`
	}
	providersFile struct {
		APIVersion int            `json:"apiVersion"`
		Providers  []providerPart `json:"providers"`
	}
	providerPart struct {
		Name            string            `json:"name"`
		Type            string            `json:"type"`
		DisableDeletion bool              `json:"disableDeletion"`
		AllowUIUpdates  bool              `json:"allowUiUpdates"`
		Options         map[string]string `json:"options"`
	}
)

func renderDatasources(prometheus kube.Endpoint) (string, error) {
	raw, err := yaml.Marshal(datasourcesFile{APIVersion: 1, Datasources: []datasourcePart{{
		Name: "Prometheus", UID: datasource, Type: "prometheus", Access: "proxy", IsDefault: true,
		URL:      fmt.Sprintf("http://%s:%d", prometheus.Host, prometheus.Port.Number),
		JSONData: map[string]any{"httpMethod": "POST", "timeInterval": "30s"},
	}}})
	return string(raw), err
}

func renderProviders() (string, error) {
	raw, err := yaml.Marshal(providersFile{APIVersion: 1, Providers: []providerPart{{
		Name: "satkube", Type: "file", DisableDeletion: true, Options: map[string]string{"path": dashboardsDir},
	}}})
	return string(raw), err
}
