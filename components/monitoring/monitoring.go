package monitoring

import (
	"fmt"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// Token is the component's type token.
const Token = "satkube:monitoring:Monitoring"

// The programs' users: numbers that no account of a node has, a different one for each. The images bring others, none above 10000.
const (
	prometheusUser       = 10201
	alertmanagerUser     = 10202
	grafanaUser          = 10203
	kubeStateMetricsUser = 10204
	nodeExporterUser     = 10205
)

// instance is the label app.kubernetes.io/instance of everything here: there is one monitoring in a cluster.
const instance = "monitoring"

// Args shapes the monitoring.
type Args struct {
	// Namespace holds everything but node-exporter, which looks at the nodes and needs a namespace of the privileged standard.
	Namespace, AgentNamespace kube.Namespace
	// Cluster is the cluster's name: the label cluster of every alert.
	Cluster string
	// Prometheus, Alertmanager, Grafana, KubeStateMetrics and NodeExporter are the images.
	Prometheus, Alertmanager, Grafana, KubeStateMetrics, NodeExporter images.Image
	// PrometheusReplicas and AlertmanagerReplicas are 1 or 2. Two of Prometheus scrape and judge everything each; two of Alertmanager
	// tell each other what they have sent.
	PrometheusReplicas, AlertmanagerReplicas int
	// Retention is how long series are kept, in whole hours, as far as 90 % of the volume has room for them.
	Retention time.Duration
	// PrometheusStorage, PrometheusMemory and PrometheusCPU are Kubernetes quantities, for each replica.
	PrometheusStorage, PrometheusMemory, PrometheusCPU string
	// AlertmanagerStorage and GrafanaStorage are Kubernetes quantities. What they hold is small: silences, users.
	AlertmanagerStorage, GrafanaStorage string
	// StorageClass is the name of the class of all volumes.
	StorageClass string
	// PriorityClass is the PriorityClass of all pods but node-exporter's, and AgentPriorityClass is node-exporter's; empty for none.
	PriorityClass, AgentPriorityClass string
	// RunbookBase is the address under which the runbook of an alert is NAME.md.
	RunbookBase string
	// GrafanaURL is the address under which people open Grafana; empty as long as none leads to it.
	GrafanaURL string
	// PrometheusURL and AlertmanagerURL are the same for those two: the links in alerts lead there.
	PrometheusURL, AlertmanagerURL string
	// APIServer and APIPorts are the addresses and ports of the Kubernetes API.
	APIServer kube.Peer
	APIPorts  []kube.Port
	// NodeCIDRs are the nodes' addresses, on which kubelets and node-exporters answer.
	NodeCIDRs []string
	// KubeletsUnverified is for clusters whose kubelets sign their certificates themselves, such as kind: then Prometheus shows its
	// token to whoever answers at a node's address.
	KubeletsUnverified bool
	// Watches are what the other components want watched.
	Watches []Watch
	// Receivers are told of alerts.
	Receivers Receivers
}

// Receivers are told of alerts; each is optional. Without any, alerts are seen only by who looks. All addresses are on the public internet.
type Receivers struct {
	// Email is told of all alerts.
	Email *Email
	// Webhook is the https address, on port 443, that all alerts are posted to; secret.
	Webhook pulumi.StringInput
	// PagerDuty is the integration key of a service of PagerDuty, which is told of critical alerts; secret.
	PagerDuty pulumi.StringInput
	// DeadMansSwitch is the https address, on port 443, that hears every five minutes that alerts still arrive, and alarms by itself
	// when it hears nothing for longer; secret.
	DeadMansSwitch pulumi.StringInput
}

// Email is a receiver of all alerts.
type Email struct {
	// Smarthost is HOST:PORT of a mail server that speaks STARTTLS.
	Smarthost string
	// From and To are addresses.
	From, To string
	// Username logs in to the mail server.
	Username string
	// Password is Username's; secret.
	Password pulumi.StringInput
}

// Monitoring is the monitoring of a cluster.
type Monitoring struct {
	pulumi.ResourceState

	// Address is the address of Grafana inside of the cluster.
	Address pulumi.StringOutput `pulumi:"address"`
	// AdminPassword is the password of Grafana's user admin; secret.
	AdminPassword pulumi.StringOutput `pulumi:"adminPassword"`
	// Prometheus, Alertmanager and Grafana are the pages that people open.
	Prometheus, Alertmanager, Grafana kube.Endpoint

	watch Watch
}

// Watch is what the monitoring watches of itself, of Kubernetes and of the nodes.
func (m *Monitoring) Watch() Watch { return m.watch }

// New makes the monitoring. It is made last, when all that wants to be watched is known.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Monitoring, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("monitoring %s: %w", name, err)
	}
	files, err := args.files()
	if err != nil {
		return nil, fmt.Errorf("monitoring %s: %w", name, err)
	}
	m := &Monitoring{watch: args.Watch()}
	err = ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"cluster":   pulumi.String(args.Cluster),
		"namespace": pulumi.String(args.Namespace.Name),
		"retention": pulumi.String(duration(args.Retention)),
	}, m, opts...)
	if err != nil {
		return nil, err
	}
	p := parts{ctx: ctx, name: name, args: args, files: files, child: pulumi.Parent(m)}
	p.inside = pulumi.Composite(p.child, pulumi.DependsOn(args.Namespace.Exists))

	if err := p.newAlertmanager(); err != nil {
		return nil, err
	}
	if err := p.newKubeStateMetrics(); err != nil {
		return nil, err
	}
	if err := p.newNodeExporter(); err != nil {
		return nil, err
	}
	if err := p.newPrometheus(); err != nil {
		return nil, err
	}
	m.AdminPassword, err = p.newGrafana()
	if err != nil {
		return nil, err
	}

	m.Prometheus, m.Alertmanager, m.Grafana = PrometheusAt(args.Namespace), AlertmanagerAt(args.Namespace), GrafanaAt(args.Namespace)
	m.Address = pulumi.Sprintf("http://%s:%d", m.Grafana.Host, m.Grafana.Port.Number)
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{"address": m.Address, "adminPassword": m.AdminPassword})
}

// parts is what the steps of New share.
type parts struct {
	ctx   *pulumi.Context
	name  string
	args  Args
	files files
	// child is the option of all resources, and inside that of objects in the namespace.
	child, inside pulumi.ResourceOption
}

// files is everything that is rendered: what the programs read, as text.
type files struct {
	prometheus, rules, alertmanager, grafana string
	// dashboards are the pages by their UIDs.
	dashboards map[string]string
}

func (a Args) files() (files, error) {
	all, err := a.everything()
	if err != nil {
		return files{}, err
	}
	var f files
	if f.prometheus, err = RenderPrometheus(a.scraping(all.Targets)); err != nil {
		return f, err
	}
	if f.rules, err = RenderRules(a.RunbookBase, all.Alerts); err != nil {
		return f, err
	}
	if f.alertmanager, err = RenderAlertmanager(a.Receivers); err != nil {
		return f, err
	}
	f.grafana = renderGrafana(a.GrafanaURL)
	f.dashboards = map[string]string{}
	for _, d := range all.Dashboards {
		if f.dashboards[d.UID], err = RenderDashboard(d); err != nil {
			return f, err
		}
	}
	return f, nil
}

// configMap makes a ConfigMap of the namespace.
func (p parts) configMap(resource, object string, app kube.App, data map[string]string) (*corev1.ConfigMap, error) {
	return corev1.NewConfigMap(p.ctx, p.name+"-"+resource, &corev1.ConfigMapArgs{
		Metadata: kube.Metadata(app, p.args.Namespace, object),
		Data:     pulumi.ToStringMap(data),
	}, p.inside)
}
