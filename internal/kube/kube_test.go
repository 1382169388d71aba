package kube

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/mock"
)

const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

func workload() WorkloadArgs {
	probe := &Probe{TCP: 80, EverySeconds: 10, TimeoutSeconds: 5, Failures: 3}
	return WorkloadArgs{
		App:       App{Name: "app", Instance: "alice", Component: "part", Version: "1"},
		Namespace: Namespace{Name: "space"},
		Pod: Pod{
			User: 1000, StopSeconds: 60, PriorityClass: "high",
			Containers: []Container{{
				Name: "main", Image: "i", CPU: "1", Memory: "1Gi", Liveness: probe, Readiness: probe,
				Ports: []Port{{Name: "web", Number: 80}},
			}},
			Volumes: []Volume{{Name: "tmp", Scratch: "1Mi"}},
		},
	}
}

func peer(name string) Peer {
	return Peer{Name: name, Namespace: Namespace{Name: name + "-space"}, Selector: map[string]string{"app": name}}
}

func TestNewSingleton_PutsEveryContainerIntoTheRestrictedProfile(t *testing.T) {
	args := workload()
	args.Pod.Init = []Container{{Name: "first", Image: "i", CPU: "1", Memory: "1Gi"}}
	set := run(t, args).Must(t, "kubernetes:apps/v1:StatefulSet", "app")
	pod := set.Path("spec", "template", "spec").ObjectValue()
	require.False(t, pod["automountServiceAccountToken"].BoolValue())
	require.Equal(t, "app", pod["serviceAccountName"].StringValue())
	security := pod["securityContext"].ObjectValue()
	require.True(t, security["runAsNonRoot"].BoolValue())
	require.Equal(t, 1000.0, security["runAsUser"].NumberValue())
	require.Equal(t, "RuntimeDefault", security["seccompProfile"].ObjectValue()["type"].StringValue())
	require.Equal(t, "OnRootMismatch", security["fsGroupChangePolicy"].StringValue())
	containers := append(pod["containers"].ArrayValue(), pod["initContainers"].ArrayValue()...)
	require.Len(t, containers, 2)
	for _, c := range containers {
		security := c.ObjectValue()["securityContext"].ObjectValue()
		require.False(t, security["privileged"].BoolValue())
		require.False(t, security["allowPrivilegeEscalation"].BoolValue())
		require.True(t, security["readOnlyRootFilesystem"].BoolValue())
		require.Equal(t, "ALL", security["capabilities"].ObjectValue()["drop"].ArrayValue()[0].StringValue())
	}
}

func TestNewSingleton_MakesAPodGuaranteed(t *testing.T) {
	set := run(t, workload()).Must(t, "kubernetes:apps/v1:StatefulSet", "app")
	for _, c := range set.Path("spec", "template", "spec", "containers").ArrayValue() {
		resources := c.ObjectValue()["resources"].ObjectValue()
		for _, name := range []resource.PropertyKey{"cpu", "memory"} {
			require.Equal(t, resources["limits"].ObjectValue()[name], resources["requests"].ObjectValue()[name])
		}
	}
}

func TestNewSingleton_IsNeverTwoAndNeverReplacedUnasked(t *testing.T) {
	recording := run(t, workload())
	set := recording.Must(t, "kubernetes:apps/v1:StatefulSet", "app")
	require.Equal(t, 1.0, set.Path("spec", "replicas").NumberValue())
	require.Equal(t, "OnDelete", set.Path("spec", "updateStrategy", "type").StringValue())
	require.Equal(t, "Retain", set.Path("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted").StringValue())
	require.Equal(t, "true", set.Path("spec", "template", "metadata", "annotations", "karpenter.sh/do-not-disrupt").StringValue())
	budget := recording.Must(t, "kubernetes:policy/v1:PodDisruptionBudget", "app")
	require.Equal(t, 0.0, budget.Path("spec", "maxUnavailable").NumberValue())
}

// lnd resolves bitcoind's name once, when it starts: with a headless Service it would go on asking the address of a pod that was replaced.
func TestNewSingleton_HasAnAddressThatOutlivesItsPodAndIsThereWhileItIsBusy(t *testing.T) {
	service := run(t, workload()).Must(t, "kubernetes:core/v1:Service", "app")
	require.False(t, service.Path("spec", "clusterIP").IsString(), "the API server chooses one")
	require.True(t, service.Path("spec", "publishNotReadyAddresses").BoolValue())
}

func TestSelectors_LeaveTheVersionOut(t *testing.T) {
	recording := run(t, workload())
	set := recording.Must(t, "kubernetes:apps/v1:StatefulSet", "app")
	selector := set.Path("spec", "selector", "matchLabels").ObjectValue()
	require.NotContains(t, selector, resource.PropertyKey("app.kubernetes.io/version"))
	labels := set.Path("spec", "template", "metadata", "labels").ObjectValue()
	for key, value := range selector {
		require.Equal(t, value, labels[key], "a selector that the template's labels do not match is refused by the API server")
	}
	service := recording.Must(t, "kubernetes:core/v1:Service", "app")
	require.Equal(t, selector, service.Path("spec", "selector").ObjectValue())
}

func TestAllowTo_OpensTheClientsEgressAndTheServersIngressAndNothingElse(t *testing.T) {
	args := workload()
	args.AllowTo = []Endpoint{{Peer: peer("server"), Port: Port{Name: "rpc", Number: 8332}}}
	recording := run(t, args)
	require.Len(t, recording.All(networkPolicy), 2)

	egress := recording.Must(t, networkPolicy, "app-app-to-server-rpc")
	require.Equal(t, "space", egress.Path("metadata", "namespace").StringValue())
	require.Equal(t, "app", egress.Path("spec", "podSelector", "matchLabels", "app.kubernetes.io/name").StringValue())
	require.Equal(t, "Egress", egress.Path("spec", "policyTypes", 0).StringValue())
	require.Equal(t, 8332.0, egress.Path("spec", "egress", 0, "ports", 0, "port").NumberValue())
	to := egress.Path("spec", "egress", 0, "to", 0).ObjectValue()
	require.Equal(t, "server-space", to["namespaceSelector"].ObjectValue()["matchLabels"].ObjectValue()["kubernetes.io/metadata.name"].StringValue())
	require.Equal(t, "server", to["podSelector"].ObjectValue()["matchLabels"].ObjectValue()["app"].StringValue())
	require.True(t, egress.Path("spec", "ingress").IsNull())

	ingress := recording.Must(t, networkPolicy, "app-server-rpc-from-app")
	require.Equal(t, "server-space", ingress.Path("metadata", "namespace").StringValue())
	require.Equal(t, "server", ingress.Path("spec", "podSelector", "matchLabels", "app").StringValue())
	require.Equal(t, 8332.0, ingress.Path("spec", "ingress", 0, "ports", 0, "port").NumberValue())
	from := ingress.Path("spec", "ingress", 0, "from", 0).ObjectValue()
	require.Equal(t, "space", from["namespaceSelector"].ObjectValue()["matchLabels"].ObjectValue()["kubernetes.io/metadata.name"].StringValue())
	require.True(t, ingress.Path("spec", "egress").IsNull())
}

func TestAllowFrom_OpensBothSidesToo(t *testing.T) {
	args := workload()
	args.AllowFrom = []Inbound{{From: peer("client"), Port: Port{Name: "web", Number: 80}}}
	recording := run(t, args)
	require.Equal(t, "space", recording.Must(t, networkPolicy, "app-app-web-from-client").Path("metadata", "namespace").StringValue())
	require.Equal(t, "client-space", recording.Must(t, networkPolicy, "app-client-to-app-web").Path("metadata", "namespace").StringValue())
	require.Len(t, recording.All(networkPolicy), 2)
}

func TestInternet_IsNeitherTheClusterNorTheMetadataService(t *testing.T) {
	args := workload()
	args.AllowTo = []Endpoint{{Peer: Internet(), Port: Port{Name: "p2p", Number: 8333}}}
	recording := run(t, args)
	require.Len(t, recording.All(networkPolicy), 1, "the internet has no side of its own to open")
	block := recording.Must(t, networkPolicy, "app-app-to-internet-p2p").Path("spec", "egress", 0, "to", 0, "ipBlock").ObjectValue()
	var except []string
	for _, cidr := range block["except"].ArrayValue() {
		except = append(except, cidr.StringValue())
	}
	require.Subset(t, except, []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"})
}

func TestPool_SelectsAndToleratesItsNodes(t *testing.T) {
	args := workload()
	args.Pod.Pool = Pool{Key: "satkube.com/pool", Value: "bitcoin"}
	set := run(t, args).Must(t, "kubernetes:apps/v1:StatefulSet", "app")
	require.Equal(t, "bitcoin", set.Path("spec", "template", "spec", "nodeSelector", "satkube.com/pool").StringValue())
	require.Equal(t, "bitcoin", set.Path("spec", "template", "spec", "tolerations", 0, "value").StringValue())
}

func TestNewSingleton_RefusesWhatIsNotHardened(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*WorkloadArgs)
		want   string
	}{
		"root":            {func(a *WorkloadArgs) { a.Pod.User = 0 }, "pod user is 0, want a user other than root"},
		"no time to stop": {func(a *WorkloadArgs) { a.Pod.StopSeconds = 0 }, "pod stop seconds is 0, want how long a clean stop takes"},
		"no container":    {func(a *WorkloadArgs) { a.Pod.Containers = nil }, "pod containers is empty, want one at least"},
		"no limit":        {func(a *WorkloadArgs) { a.Pod.Containers[0].Memory = "" }, "container main: cpu or memory is missing, want both"},
		"no probe":        {func(a *WorkloadArgs) { a.Pod.Containers[0].Liveness = nil }, "container main: liveness or readiness is missing, want both"},
		"probe without action": {func(a *WorkloadArgs) {
			a.Pod.Containers[0].Liveness = &Probe{EverySeconds: 1, TimeoutSeconds: 1, Failures: 1}
		}, "container main: a probe has no action, period, timeout or number of failures, want all"},
		"volume of no kind":      {func(a *WorkloadArgs) { a.Pod.Volumes = []Volume{{Name: "v"}} }, "volume v: source is missing"},
		"whole Secret as volume": {func(a *WorkloadArgs) { a.Pod.Volumes = []Volume{{Name: "v", Secret: "s"}} }, "volume v: secret keys is empty, want the keys to mount"},
	} {
		t.Run(name, func(t *testing.T) {
			args := workload()
			c.change(&args)
			recording, err := mock.Run(program(args), nil)
			require.ErrorContains(t, err, c.want)
			require.Empty(t, recording.Resources())
		})
	}
}

func TestNewClaim_IsForOnePodAndStaysBehind(t *testing.T) {
	recording, err := mock.Run(func(ctx *pulumi.Context) error {
		_, err := NewClaim(ctx, "app-data", ClaimArgs{App: workload().App, Namespace: workload().Namespace, Name: "data", Size: "1Gi", StorageClass: "keep", Protect: true})
		return err
	}, nil)
	require.NoError(t, err)
	claim := recording.Must(t, "kubernetes:core/v1:PersistentVolumeClaim", "app-data")
	require.Equal(t, "ReadWriteOncePod", claim.Path("spec", "accessModes", 0).StringValue())
	require.Len(t, claim.Path("spec", "accessModes").ArrayValue(), 1)
	require.True(t, claim.RetainOnDelete)
	require.True(t, claim.Protect)
}

func TestNewStatefulSet_WaitsForItsNetworkPolicies(t *testing.T) {
	args := workload()
	args.AllowTo = []Endpoint{{Peer: peer("server"), Port: Port{Name: "rpc", Number: 8332}}}
	set := run(t, args).Must(t, "kubernetes:apps/v1:StatefulSet", "app")
	require.Contains(t, strings.Join(set.DependsOn, " "), "app-server-rpc-from-app")
}

func run(t *testing.T, args WorkloadArgs) *mock.Recording {
	t.Helper()
	return mock.Deployed(t, program(args))
}

func program(args WorkloadArgs) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := NewSingleton(ctx, "app", args)
		return err
	}
}
