package stacks

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/api/resource"

	"gitlab.com/thinkmassive/satkube/components/baseline"
	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// runbooks is where an alert's page is.
const runbooks = "https://gitlab.com/thinkmassive/satkube/-/blob/main/docs/runbooks/alerts"

// What Alertmanager and Grafana keep is small: silences, users, preferences.
const (
	alertmanagerStorage = "1Gi"
	grafanaStorage      = "2Gi"
)

// newMonitoringNamespace comes before the ingress, whose routes lead into it.
func newMonitoringNamespace(ctx *pulumi.Context, settings config.Platform, place place, base *baseline.Baseline) (kube.Namespace, error) {
	quota, err := monitoringQuota(*settings.Monitoring)
	if err != nil {
		return kube.Namespace{}, err
	}
	return newPlatformNamespace(ctx, "monitoring", baseline.NamespaceArgs{KubernetesVersion: settings.Cluster.Version, Quota: quota, Protect: settings.Protect}, base, pulumi.Provider(place.cluster.Provider))
}

// newMonitoring makes the monitoring, of everything that was made before it and wants to be watched.
func newMonitoring(ctx *pulumi.Context, settings config.Platform, place place, base *baseline.Baseline, lock images.Lock, namespace kube.Namespace, watches []monitoring.Watch) (*monitoring.Monitoring, error) {
	wanted := *settings.Monitoring
	receivers, err := newReceivers(ctx, wanted)
	if err != nil {
		return nil, err
	}
	onCluster := pulumi.Provider(place.cluster.Provider)
	agents, err := newPlatformNamespace(ctx, "monitoring-agents", baseline.NamespaceArgs{
		KubernetesVersion: settings.Cluster.Version,
		NodeAgents:        true,
		Protect:           settings.Protect,
		// One pod a node, of 100m and 128Mi.
		Quota: baseline.Quota{Pods: 200, CPU: "20", Memory: "26Gi", Storage: "0"},
	}, base, onCluster)
	if err != nil {
		return nil, err
	}
	return monitoring.New(ctx, "monitoring", monitoring.Args{
		Namespace:            namespace,
		AgentNamespace:       agents,
		Cluster:              settings.Cluster.Name,
		Prometheus:           lock[images.Prometheus],
		Alertmanager:         lock[images.Alertmanager],
		Grafana:              lock[images.Grafana],
		KubeStateMetrics:     lock[images.KubeStateMetrics],
		NodeExporter:         lock[images.NodeExporter],
		PrometheusReplicas:   wanted.Replicas,
		AlertmanagerReplicas: wanted.Replicas,
		Retention:            time.Duration(wanted.RetentionDays) * 24 * time.Hour,
		PrometheusStorage:    wanted.Storage,
		PrometheusMemory:     wanted.Memory,
		PrometheusCPU:        wanted.CPU,
		AlertmanagerStorage:  alertmanagerStorage,
		GrafanaStorage:       grafanaStorage,
		StorageClass:         place.platformStorageClass,
		PriorityClass:        baseline.PriorityPlatform,
		AgentPriorityClass:   baseline.PriorityPlatform,
		RunbookBase:          runbooks,
		GrafanaURL:           pagesOf(settings).grafana,
		PrometheusURL:        pagesOf(settings).prometheus,
		AlertmanagerURL:      pagesOf(settings).alertmanager,
		APIServer:            place.apiServer,
		APIPorts:             place.apiPorts,
		NodeCIDRs:            place.nodeCIDRs,
		KubeletsUnverified:   wanted.KubeletsUnverified,
		Watches:              watches,
		Receivers:            receivers,
	}, onCluster)
}

// monitoringQuota bounds the namespace to what runs in it, and one more of each while pods are replaced.
func monitoringQuota(m config.Monitoring) (baseline.Quota, error) {
	cpu, memory, storage := resource.MustParse("2"), resource.MustParse("3Gi"), resource.MustParse(grafanaStorage)
	for range m.Replicas + 1 {
		for _, part := range []struct {
			sum   *resource.Quantity
			value string
		}{{&cpu, m.CPU}, {&memory, m.Memory}, {&storage, m.Storage}, {&storage, alertmanagerStorage}} {
			quantity, err := resource.ParseQuantity(part.value)
			if err != nil {
				return baseline.Quota{}, fmt.Errorf("monitoring: quantity is %q: %w", part.value, err)
			}
			part.sum.Add(quantity)
		}
	}
	return baseline.Quota{Pods: 12, Claims: 6, CPU: cpu.String(), Memory: memory.String(), Storage: storage.String()}, nil
}

// newReceivers reads the secrets of the stack that say who is told of alerts.
func newReceivers(ctx *pulumi.Context, m config.Monitoring) (monitoring.Receivers, error) {
	var receivers monitoring.Receivers
	for _, part := range []struct {
		name string
		into *pulumi.StringInput
	}{
		{config.SecretAlertWebhook, &receivers.Webhook},
		{config.SecretAlertPagerDuty, &receivers.PagerDuty},
		{config.SecretDeadMansSwitch, &receivers.DeadMansSwitch},
	} {
		value, err := secretSetting(ctx, part.name)
		if err != nil {
			return receivers, err
		}
		*part.into = value
	}
	if m.Email == nil {
		return receivers, nil
	}
	password, err := secretSetting(ctx, config.SecretAlertEmailPassword)
	if err != nil {
		return receivers, err
	}
	if password == nil {
		return receivers, fmt.Errorf("satkube:%s is missing, want the password of monitoring.email.username: pulumi config set --secret satkube:%[1]s", config.SecretAlertEmailPassword)
	}
	receivers.Email = &monitoring.Email{Smarthost: m.Email.Smarthost, From: m.Email.From, To: m.Email.To, Username: m.Email.Username, Password: password}
	return receivers, nil
}

// secretSetting reads a secret of the stack, nil when it is not set. One that stands in clear is refused: by then it is in the
// repository's history, so it has to be replaced, too.
func secretSetting(ctx *pulumi.Context, name string) (pulumi.StringInput, error) {
	key := ctx.Project() + ":" + name
	value, set := ctx.GetConfig(key)
	if !set {
		return nil, nil
	}
	if !ctx.IsConfigSecret(key) {
		return nil, fmt.Errorf("%s is in clear in Pulumi.%s.yaml, want a new value, kept as a secret: pulumi config set --secret %[1]s", key, ctx.Stack())
	}
	return pulumi.ToSecret(pulumi.String(value)).(pulumi.StringOutput), nil
}
