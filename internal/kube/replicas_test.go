package kube

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/mock"
)

const (
	deployment  = "kubernetes:apps/v1:Deployment"
	statefulSet = "kubernetes:apps/v1:StatefulSet"
	daemonSet   = "kubernetes:apps/v1:DaemonSet"
)

func deployed(t *testing.T, args DeploymentArgs) *mock.Recording {
	t.Helper()
	return mock.Deployed(t, func(ctx *pulumi.Context) error {
		_, err := NewDeployment(ctx, "app", args)
		return err
	})
}

func TestNewDeployment_SpreadsItsPodsAndLetsDrainsTakeOneAtATime(t *testing.T) {
	recording := deployed(t, DeploymentArgs{WorkloadArgs: workload(), Replicas: 2})
	made := recording.Must(t, deployment, "app")
	require.Equal(t, 2.0, made.Path("spec", "replicas").NumberValue())
	spread := made.Path("spec", "template", "spec", "topologySpreadConstraints").ArrayValue()
	require.Len(t, spread, 2)
	require.Equal(t, made.Path("spec", "selector").ObjectValue(), spread[0].ObjectValue()["labelSelector"].ObjectValue())
	require.Equal(t, 1.0, recording.Must(t, "kubernetes:policy/v1:PodDisruptionBudget", "app").Path("spec", "maxUnavailable").NumberValue())
	service := recording.Must(t, "kubernetes:core/v1:Service", "app")
	require.True(t, service.Path("spec", "clusterIP").IsNull(), "clients reach ready pods by one address")
}

func TestNewDeployment_IsAwaitedUnlessAsked(t *testing.T) {
	args := DeploymentArgs{WorkloadArgs: workload(), Replicas: 1}
	require.True(t, deployed(t, args).Must(t, deployment, "app").Path("metadata", "annotations").IsNull())
	args.Unawaited = true
	require.Equal(t, "true", deployed(t, args).Must(t, deployment, "app").Path("metadata", "annotations", "pulumi.com/skipAwait").StringValue())
}

func TestNewStatefulSet_GivesEachPodANameAndAVolume(t *testing.T) {
	args := StatefulSetArgs{WorkloadArgs: workload(), Replicas: 2, Claims: []ClaimTemplate{{Name: "data", Size: "1Gi", StorageClass: "keep"}}}
	recording := mock.Deployed(t, func(ctx *pulumi.Context) error {
		_, err := NewStatefulSet(ctx, "app", args)
		return err
	})
	set := recording.Must(t, statefulSet, "app")
	require.Equal(t, "app-pods", set.Path("spec", "serviceName").StringValue())
	claim := set.Path("spec", "volumeClaimTemplates", 0).ObjectValue()
	require.Equal(t, "ReadWriteOncePod", claim["spec"].ObjectValue()["accessModes"].ArrayValue()[0].StringValue())
	require.Equal(t, "Retain", set.Path("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted").StringValue())
	members := recording.Must(t, "kubernetes:core/v1:Service", "app-pods")
	require.Equal(t, "None", members.Path("spec", "clusterIP").StringValue())
	require.True(t, members.Path("spec", "publishNotReadyAddresses").BoolValue())
	require.True(t, recording.Must(t, "kubernetes:core/v1:Service", "app").Path("spec", "clusterIP").IsNull())
	require.Equal(t, []string{"app-0.app-pods.space.svc.cluster.local", "app-1.app-pods.space.svc.cluster.local"}, PodHosts(args.App, args.Namespace, 2))
}

func TestReplicas_AreRefusedWithoutPodsOrAStorageClass(t *testing.T) {
	_, err := mock.Run(func(ctx *pulumi.Context) error {
		_, err := NewDeployment(ctx, "app", DeploymentArgs{WorkloadArgs: workload()})
		return err
	}, nil)
	require.ErrorContains(t, err, "workload app: replicas is 0, want 1 at least")
	_, err = mock.Run(func(ctx *pulumi.Context) error {
		_, err := NewStatefulSet(ctx, "app", StatefulSetArgs{WorkloadArgs: workload(), Replicas: 1, Claims: []ClaimTemplate{{Name: "data", Size: "1Gi"}}})
		return err
	}, nil)
	require.ErrorContains(t, err, `workload app: claim "data": name, size or storage class is missing, want all`)
}

func TestNewAgent_GetsOfItsNodeWhatIsNamedAndNoMore(t *testing.T) {
	args := workload()
	args.Pod.User = 0
	args.Pod.Host = Host{Root: true, Capabilities: []string{"DAC_READ_SEARCH"}, Paths: []HostPath{{Name: "logs", Path: "/var/log"}}}
	args.Pod.Containers[0].Mounts = []Mount{{Volume: "logs", Path: "/var/log"}}
	recording := mock.Deployed(t, func(ctx *pulumi.Context) error {
		_, err := NewAgent(ctx, "app", args)
		return err
	})
	pod := recording.Must(t, daemonSet, "app").Path("spec", "template", "spec").ObjectValue()
	require.NotContains(t, pod, resource.PropertyKey("hostNetwork"))
	require.NotContains(t, pod, resource.PropertyKey("hostPID"))
	require.Equal(t, "Exists", pod["tolerations"].ArrayValue()[0].ObjectValue()["operator"].StringValue())
	security := pod["containers"].ArrayValue()[0].ObjectValue()["securityContext"].ObjectValue()
	require.False(t, security["runAsNonRoot"].BoolValue())
	require.False(t, security["allowPrivilegeEscalation"].BoolValue())
	require.True(t, security["readOnlyRootFilesystem"].BoolValue())
	require.Equal(t, "DAC_READ_SEARCH", security["capabilities"].ObjectValue()["add"].ArrayValue()[0].StringValue())
	require.True(t, pod["containers"].ArrayValue()[0].ObjectValue()["volumeMounts"].ArrayValue()[0].ObjectValue()["readOnly"].BoolValue())
}

func TestAPIAccess_IsATokenOfAnHourARoleAndAWay(t *testing.T) {
	args := DeploymentArgs{WorkloadArgs: workload(), Replicas: 1}
	args.API = &APIAccess{
		Rules:          []Rule{{Groups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"list"}}, {Paths: []string{"/metrics"}, Verbs: []string{"get"}}},
		NamespaceRules: []Rule{{Groups: []string{""}, Resources: []string{"secrets"}, Names: []string{"mine"}, Verbs: []string{"get"}}},
		Server:         Peer{Name: "api-server", CIDRs: []string{"10.0.0.0/16", "172.20.0.0/16"}},
		Ports:          []Port{{Name: "https", Number: 443}},
	}
	recording := deployed(t, args)
	pod := recording.Must(t, deployment, "app").Path("spec", "template", "spec").ObjectValue()
	require.False(t, pod["automountServiceAccountToken"].BoolValue(), "the token is mounted by hand")
	var token resource.PropertyMap
	for _, v := range pod["volumes"].ArrayValue() {
		if v.ObjectValue()["name"].StringValue() == "kube-api-access" {
			token = v.ObjectValue()["projected"].ObjectValue()["sources"].ArrayValue()[0].ObjectValue()["serviceAccountToken"].ObjectValue()
		}
	}
	require.Equal(t, 3600.0, token["expirationSeconds"].NumberValue())
	mounts := pod["containers"].ArrayValue()[0].ObjectValue()["volumeMounts"].ArrayValue()
	require.Equal(t, "/var/run/secrets/kubernetes.io/serviceaccount", mounts[0].ObjectValue()["mountPath"].StringValue())

	role := recording.Must(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "app")
	require.Equal(t, "satkube-space-app", role.Path("metadata", "name").StringValue())
	require.Equal(t, "/metrics", role.Path("rules", 1, "nonResourceURLs", 0).StringValue())
	require.True(t, role.Path("rules", 1, "resources").IsNull())
	binding := recording.Must(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "app")
	require.Equal(t, "space", binding.Path("subjects", 0, "namespace").StringValue())
	require.Equal(t, "mine", recording.Must(t, "kubernetes:rbac.authorization.k8s.io/v1:Role", "app").Path("rules", 0, "resourceNames", 0).StringValue())

	egress := recording.Must(t, networkPolicy, "app-app-to-api-server-https")
	to := egress.Path("spec", "egress", 0, "to").ArrayValue()
	require.Len(t, to, 2)
	require.Equal(t, "10.0.0.0/16", to[0].ObjectValue()["ipBlock"].ObjectValue()["cidr"].StringValue())
	require.Len(t, recording.All(networkPolicy), 1, "addresses outside of the cluster have no policies")
}

func TestAPIAccess_IsRefusedWithoutAddresses(t *testing.T) {
	args := workload()
	args.API = &APIAccess{Rules: []Rule{{Groups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"list"}}}}
	require.ErrorContains(t, args.validate(), "api: rules, server addresses or ports are missing, want all")
}

func TestPort_MayBeUDP(t *testing.T) {
	args := workload()
	args.AllowTo = []Endpoint{{Peer: peer("member"), Port: Port{Name: "gossip", Number: 9094, UDP: true}}}
	require.Equal(t, "UDP", run(t, args).Must(t, networkPolicy, "app-app-to-member-gossip").Path("spec", "egress", 0, "ports", 0, "protocol").StringValue())
}
