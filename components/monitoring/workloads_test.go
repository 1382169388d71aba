package monitoring

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func TestNew_BoundsPrometheusByTimeAndSizeAndOpensNoBackDoor(t *testing.T) {
	set := deploy(t, args(t)).Must(t, statefulSet, "monitoring-prometheus")
	got := flags(t, set)
	require.Contains(t, got, "--storage.tsdb.retention.time=360h")
	require.Contains(t, got, "--storage.tsdb.retention.size=46080MB", "90 % of 50Gi")
	for _, flag := range got {
		require.NotContains(t, flag, "enable-admin-api")
		require.NotContains(t, flag, "enable-lifecycle")
	}
	require.Equal(t, 2.0, set.Path("spec", "replicas").NumberValue())
	require.Equal(t, "50Gi", set.Path("spec", "volumeClaimTemplates", 0, "spec", "resources", "requests", "storage").StringValue())
}

func TestNew_FormsAClusterOfAlertmanagersOnlyOfAPair(t *testing.T) {
	recording := deploy(t, args(t))
	got := flags(t, recording.Must(t, statefulSet, "monitoring-alertmanager"))
	require.Contains(t, got, "--cluster.peer=alertmanager-1.alertmanager-pods.monitoring.svc.cluster.local:9094")
	for _, name := range []string{"gossip-tcp", "gossip-udp"} {
		_, found := recording.Find(networkPolicy, "monitoring-alertmanager-alertmanager-to-alertmanager-"+name)
		require.True(t, found, name)
	}

	a := args(t)
	a.AlertmanagerReplicas = 1
	recording = deploy(t, a)
	require.Contains(t, flags(t, recording.Must(t, statefulSet, "monitoring-alertmanager")), "--cluster.listen-address=")
	for _, p := range recording.All(networkPolicy) {
		require.NotContains(t, p.Name, "gossip")
	}
	for _, alert := range a.Watch().Alerts {
		require.NotEqual(t, "AlertmanagerClusterSplit", alert.Name)
	}
}

func TestNew_MountsOnlyTheReceiversThatThereAre(t *testing.T) {
	a := args(t)
	a.Receivers = Receivers{DeadMansSwitch: pulumi.String("https://hc.example.org/x")}
	recording := deploy(t, a)
	var keys []string
	for _, item := range recording.Must(t, statefulSet, "monitoring-alertmanager").Path("spec", "template", "spec", "volumes", 0, "secret", "items").ArrayValue() {
		keys = append(keys, item.ObjectValue()["key"].StringValue())
	}
	require.Equal(t, []string{"alertmanager.yml", "dead-mans-switch-url"}, keys)
	_, smtp := recording.Find(networkPolicy, "monitoring-alertmanager-alertmanager-to-internet-smtp")
	require.False(t, smtp)
}

func TestNew_ReplacesPodsWhenTheirFilesChange(t *testing.T) {
	annotation := func(a Args, name string) string {
		return deploy(t, a).Must(t, statefulSet, name).Path("spec", "template", "metadata", "annotations", "satkube.com/config").StringValue()
	}
	a, b := args(t), args(t)
	b.Watches = b.Watches[:1]
	b.GrafanaURL = "https://other.example.org"
	b.Receivers.Email.To = "others@example.org"
	for _, name := range []string{"monitoring-prometheus", "monitoring-alertmanager", "monitoring-grafana"} {
		require.Equal(t, annotation(a, name), annotation(a, name), name)
		require.NotEqual(t, annotation(a, name), annotation(b, name), name)
	}
}

func TestNew_ShowsGrafanaThePasswordAsAFile(t *testing.T) {
	recording := deploy(t, args(t))
	env := recording.Must(t, statefulSet, "monitoring-grafana").Path("spec", "template", "spec", "containers", 0, "env").ArrayValue()
	got := map[string]string{}
	for _, variable := range env {
		got[variable.ObjectValue()["name"].StringValue()] = variable.ObjectValue()["value"].StringValue()
	}
	require.Equal(t, "/run/secrets/grafana/admin-password", got["GF_SECURITY_ADMIN_PASSWORD__FILE"])
	require.Equal(t, "/run/secrets/grafana/secret-key", got["GF_SECURITY_SECRET_KEY__FILE"])
	ini := recording.Must(t, configMap, "monitoring-grafana").Path("data", "grafana.ini").StringValue()
	for _, line := range []string{"[auth.anonymous]\nenabled = false", "allow_sign_up = false", "cookie_secure = true", "check_for_updates = false"} {
		require.Contains(t, ini, line)
	}
}

func TestNew_RunsNodeExporterAsNobodyOnTheNodesOwnAddress(t *testing.T) {
	recording := deploy(t, args(t))
	set := recording.Must(t, "kubernetes:apps/v1:DaemonSet", "monitoring-node-exporter")
	require.Equal(t, "monitoring-agents", set.Path("metadata", "namespace").StringValue())
	require.Contains(t, flags(t, set), "--web.listen-address=[$(HOST_IP)]:9100")
	container := set.Path("spec", "template", "spec", "containers", 0)
	for _, mount := range container.ObjectValue()["volumeMounts"].ArrayValue() {
		require.True(t, mount.ObjectValue()["readOnly"].BoolValue())
	}
	security := container.ObjectValue()["securityContext"].ObjectValue()
	require.NotContains(t, security["capabilities"].ObjectValue(), resource.PropertyKey("add"))
	require.True(t, security["runAsNonRoot"].BoolValue())
}
