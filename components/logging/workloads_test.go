package logging

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestNew_RunsFluentdWithoutCapabilitiesAndWithOneWritableDirectoryOfTheNode(t *testing.T) {
	agent := deploy(t, args(t)).Must(t, "kubernetes:apps/v1:DaemonSet", "logs-fluentd")
	container := agent.Path("spec", "template", "spec", "containers", 0).ObjectValue()
	capabilities := container["securityContext"].ObjectValue()["capabilities"].ObjectValue()
	require.Equal(t, "ALL", capabilities["drop"].ArrayValue()[0].StringValue())
	require.NotContains(t, capabilities, resource.PropertyKey("add"))
	onHost := map[string]string{}
	for _, volume := range agent.Path("spec", "template", "spec", "volumes").ArrayValue() {
		if path := volume.ObjectValue()["hostPath"]; path.IsObject() {
			onHost[volume.ObjectValue()["name"].StringValue()] = path.ObjectValue()["path"].StringValue()
		}
	}
	require.Equal(t, map[string]string{"containers": "/var/log/containers", "pods": "/var/log/pods", "state": hostState}, onHost)
	for _, mount := range container["volumeMounts"].ArrayValue() {
		mount := mount.ObjectValue()
		if name := mount["name"].StringValue(); onHost[name] != "" {
			require.Equal(t, name != "state", mount["readOnly"].BoolValue(), name)
		}
	}
	for _, env := range container["env"].ArrayValue() {
		require.Equal(t, "K8S_NODE_NAME", env.ObjectValue()["name"].StringValue())
	}
}

func TestNew_LetsFluentdReadPodsByNameAndNothingElse(t *testing.T) {
	role := deploy(t, args(t)).Must(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "logs-fluentd")
	rules := role.Path("rules").ArrayValue()
	require.Len(t, rules, 1)
	require.Equal(t, "pods", rules[0].ObjectValue()["resources"].ArrayValue()[0].StringValue())
	require.Len(t, rules[0].ObjectValue()["verbs"].ArrayValue(), 1)
	require.Equal(t, "get", rules[0].ObjectValue()["verbs"].ArrayValue()[0].StringValue())
}

func TestNew_RunsElasticsearchSoThatALostNodeCostsNothing(t *testing.T) {
	set := deploy(t, args(t)).Must(t, "kubernetes:apps/v1:StatefulSet", "logs-elasticsearch")
	require.Equal(t, 3.0, set.Path("spec", "replicas").NumberValue())
	require.Equal(t, 180.0, set.Path("spec", "template", "spec", "terminationGracePeriodSeconds").NumberValue())
	require.Equal(t, "Retain", set.Path("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted").StringValue())
	container := set.Path("spec", "template", "spec", "containers", 0).ObjectValue()
	require.Equal(t, 8080.0, container["readinessProbe"].ObjectValue()["tcpSocket"].ObjectValue()["port"].NumberValue())
	require.Contains(t, mustRender(t, renderTemplate, args(t)), `"index.number_of_replicas": 1`)
}

func TestPrepare_FoundsAClusterOnEmptyVolumesOnly(t *testing.T) {
	three, one := args(t), args(t)
	one.Nodes = 1
	require.Contains(t, prepare(three), "if [ ! -e /mnt/data/_state ]; then\n  echo 'cluster.initial_master_nodes: [elasticsearch-0, elasticsearch-1, elasticsearch-2]'")
	require.NotContains(t, prepare(one), "initial_master_nodes")
	require.NotContains(t, mustRender(t, renderElasticsearch, three), "initial_master_nodes")
}

func TestNew_RunsTheLifecycleAgainWhenItChanges(t *testing.T) {
	before, after := args(t), args(t)
	after.RetentionDays = 60
	name := func(a Args) string {
		job := deploy(t, a).Must(t, "kubernetes:batch/v1:Job", "logs-lifecycle")
		require.Positive(t, job.Path("spec", "ttlSecondsAfterFinished").NumberValue())
		return job.Path("metadata", "name").StringValue()
	}
	require.Equal(t, name(before), name(before))
	require.NotEqual(t, name(before), name(after))
	nightly := deploy(t, before).Must(t, "kubernetes:batch/v1:CronJob", "logs-lifecycle")
	require.Equal(t, "Forbid", nightly.Path("spec", "concurrencyPolicy").StringValue())
}

func TestRenderPolicy_DeletesWhatIsOlderThanTheRetention(t *testing.T) {
	a := args(t)
	a.RetentionDays = 7
	var policy struct {
		Policy struct {
			Phases map[string]struct {
				MinAge string `json:"min_age"`
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(mustRender(t, renderPolicy, a)), &policy))
	require.Equal(t, "7d", policy.Policy.Phases["delete"].MinAge)
}

func mustRender(t *testing.T, render func(Args) (string, error), a Args) string {
	t.Helper()
	text, err := render(a)
	require.NoError(t, err)
	return text
}

func TestNew_StartsItsProgramsUnderNumbersThatNobodyElseHas(t *testing.T) {
	recording := deploy(t, args(t))
	seen := map[float64]string{}
	for token, name := range map[string]string{
		"kubernetes:apps/v1:StatefulSet": "logs-elasticsearch", "kubernetes:apps/v1:Deployment": "logs-kibana", "kubernetes:batch/v1:Job": "logs-lifecycle",
	} {
		user := recording.Must(t, token, name).Path("spec", "template", "spec", "securityContext", "runAsUser").NumberValue()
		require.GreaterOrEqual(t, user, 10000.0, name)
		require.NotContains(t, seen, user, name)
		seen[user] = name
	}
}

func TestNew_MountsTheSecurityFilesBelowTheConfigurationThatElasticsearchMayRead(t *testing.T) {
	set := deploy(t, args(t)).Must(t, "kubernetes:apps/v1:StatefulSet", "logs-elasticsearch")
	paths := map[string]bool{}
	for _, mount := range set.Path("spec", "template", "spec", "containers", 0, "volumeMounts").ArrayValue() {
		paths[mount.ObjectValue()["mountPath"].StringValue()] = mount.ObjectValue()["readOnly"].BoolValue()
	}
	require.Equal(t, map[string]bool{
		elasticsearchHome + "/data": false, elasticsearchHome + "/config": false, elasticsearchHome + "/config/satkube": true,
		elasticsearchHome + "/logs": false, "/tmp": false,
	}, paths)
}

func TestNew_RollsThePodsWhenTheirConfigurationChanges(t *testing.T) {
	before, after := args(t), args(t)
	after.BufferMiB, after.AllowMmap, after.KibanaURL = 1024, false, "https://logs.example.org"
	for token, name := range map[string]string{
		"kubernetes:apps/v1:StatefulSet": "logs-elasticsearch", "kubernetes:apps/v1:Deployment": "logs-kibana", "kubernetes:apps/v1:DaemonSet": "logs-fluentd",
	} {
		config := func(a Args) string {
			return deploy(t, a).Must(t, token, name).Path("spec", "template", "metadata", "annotations", "satkube.com/config").StringValue()
		}
		require.NotEmpty(t, config(before), name)
		require.Equal(t, config(before), config(before), name)
		require.NotEqual(t, config(before), config(after), name)
	}
}

func TestFluentd_StaysWithTheNameThatTheCertificateIsFor(t *testing.T) {
	conf := renderFluentd(args(t), elasticsearchEndpoint())
	require.Contains(t, conf, "reload_connections false")
	require.Contains(t, conf, "reload_on_failure false")
}
