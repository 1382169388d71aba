package baseline

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/mock"
)

func TestNew_StoresStatefulDataOnVolumesThatStay(t *testing.T) {
	recording := run(t, Args{EBS: &EBSArgs{KeyARN: pulumi.String("arn:key")}})
	classes := recording.All("kubernetes:storage.k8s.io/v1:StorageClass")
	require.Len(t, classes, 2)
	for _, class := range classes {
		require.Equal(t, "ebs.csi.aws.com", class.Path("provisioner").StringValue())
		require.Equal(t, "gp3", class.Path("parameters", "type").StringValue())
		require.Equal(t, "true", class.Path("parameters", "encrypted").StringValue())
		require.Equal(t, "arn:key", class.Path("parameters", "kmsKeyId").StringValue())
		require.Equal(t, "WaitForFirstConsumer", class.Path("volumeBindingMode").StringValue())
		require.True(t, class.Path("allowVolumeExpansion").BoolValue())
		retains := class.Path("metadata", "name").StringValue() == StorageRetain
		require.Equal(t, retains, class.Path("reclaimPolicy").StringValue() == "Retain")
	}
	gp2 := recording.All("kubernetes:storage.k8s.io/v1:StorageClassPatch")
	require.Len(t, gp2, 1)
	require.Equal(t, "gp2", gp2[0].Path("metadata", "name").StringValue())
	require.Equal(t, "false", gp2[0].Path("metadata", "annotations", defaultClass).StringValue())
}

func TestNew_LeavesStorageToAClusterThatBringsItsOwn(t *testing.T) {
	recording := run(t, Args{})
	require.Empty(t, recording.All("kubernetes:storage.k8s.io/v1:StorageClass"))
	require.Empty(t, recording.All("kubernetes:storage.k8s.io/v1:StorageClassPatch"))
}

func TestOperatorRole_ReadsNoSecretsAndChangesNothing(t *testing.T) {
	roles := run(t, Args{}).All("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")
	require.Len(t, roles, 1)
	for i := range roles[0].Path("rules").ArrayValue() {
		for _, verb := range roles[0].Path("rules", i, "verbs").ArrayValue() {
			require.Contains(t, []string{"get", "list", "watch"}, verb.StringValue())
		}
		for _, name := range roles[0].Path("rules", i, "resources").ArrayValue() {
			require.NotContains(t, []string{"*", "secrets", "pods/exec", "pods/attach", "pods/portforward", "nodes/proxy", "serviceaccounts/token"}, name.StringValue())
		}
		for _, group := range roles[0].Path("rules", i, "apiGroups").ArrayValue() {
			require.NotEqual(t, "*", group.StringValue())
		}
	}
}

func TestPriorities_PutFundsFirstAndPushNobodyOut(t *testing.T) {
	recording := run(t, Args{})
	value := func(name string) float64 {
		class, found := recording.Find("kubernetes:scheduling.k8s.io/v1:PriorityClass", "baseline-"+name)
		require.True(t, found)
		require.Equal(t, "Never", class.Path("preemptionPolicy").StringValue())
		return class.Path("value").NumberValue()
	}
	require.Greater(t, value(PriorityLightning), value(PriorityBitcoin))
	require.Greater(t, value(PriorityBitcoin), value(PriorityPlatform))
}

func namespaceArgs() NamespaceArgs {
	return NamespaceArgs{
		Name: "bitcoin-alice", KubernetesVersion: "1.35", Keep: true, Protect: true,
		Quota: Quota{Pods: 10, Claims: 2, CPU: "4", Memory: "8Gi", Storage: "200Gi"},
	}
}

func TestNewNamespace_HasGuardRailsBeforeAnyPod(t *testing.T) {
	recording, err := runNamespace(namespaceArgs())
	require.NoError(t, err)
	namespace := recording.All("kubernetes:core/v1:Namespace")[0]
	for _, mode := range []string{"enforce", "audit", "warn"} {
		require.Equal(t, "restricted", namespace.Path("metadata", "labels", "pod-security.kubernetes.io/"+mode).StringValue())
		require.Equal(t, "v1.35", namespace.Path("metadata", "labels", "pod-security.kubernetes.io/"+mode+"-version").StringValue())
	}
	require.True(t, namespace.Protect)
	require.True(t, namespace.RetainOnDelete)

	deny, found := recording.Find("kubernetes:networking.k8s.io/v1:NetworkPolicy", "alice-default-deny")
	require.True(t, found)
	require.Empty(t, deny.Path("spec", "podSelector").ObjectValue(), "it selects every pod")
	require.Len(t, deny.Path("spec", "policyTypes").ArrayValue(), 2)
	require.True(t, deny.Path("spec", "ingress").IsNull())
	require.True(t, deny.Path("spec", "egress").IsNull())

	quota := recording.All("kubernetes:core/v1:ResourceQuota")[0]
	require.Equal(t, "0", quota.Path("spec", "hard", "services.loadbalancers").StringValue())
	require.Equal(t, "0", quota.Path("spec", "hard", "services.nodeports").StringValue())
	require.Equal(t, "8Gi", quota.Path("spec", "hard", "limits.memory").StringValue())
	require.Len(t, recording.All("kubernetes:core/v1:LimitRange"), 1)

	account := recording.All("kubernetes:core/v1:ServiceAccountPatch")[0]
	require.Equal(t, "default", account.Path("metadata", "name").StringValue())
	require.False(t, account.Path("automountServiceAccountToken").BoolValue())
}

func TestNewNamespace_AdmitsNodeAgentsOnlyWhereAsked(t *testing.T) {
	args := namespaceArgs()
	args.NodeAgents = true
	recording, err := runNamespace(args)
	require.NoError(t, err)
	label := func(mode string) string {
		return recording.All("kubernetes:core/v1:Namespace")[0].Path("metadata", "labels", "pod-security.kubernetes.io/"+mode).StringValue()
	}
	require.Equal(t, []string{"privileged", "restricted", "restricted"}, []string{label("enforce"), label("audit"), label("warn")})
}

func TestNewNamespace_IsReadyWithAllItsGuardRails(t *testing.T) {
	_, err := mock.Run(func(ctx *pulumi.Context) error {
		namespace, err := NewNamespace(ctx, "alice", namespaceArgs())
		require.Len(t, namespace.Ready, 6)
		return err
	}, nil)
	require.NoError(t, err)
}

func TestNewNamespace_RefusesToBeUnbounded(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*NamespaceArgs)
		want   string
	}{
		"no name":    {func(a *NamespaceArgs) { a.Name = "" }, "name is empty, want a value"},
		"no version": {func(a *NamespaceArgs) { a.KubernetesVersion = "" }, "kubernetes version is empty, want a value"},
		"no memory":  {func(a *NamespaceArgs) { a.Quota.Memory = "" }, "quota memory is empty, want a value"},
		"no pods":    {func(a *NamespaceArgs) { a.Quota.Pods = 0 }, "quota pods is 0, want 1 at least"},
	} {
		t.Run(name, func(t *testing.T) {
			args := namespaceArgs()
			c.change(&args)
			recording, err := runNamespace(args)
			require.ErrorContains(t, err, c.want)
			require.Empty(t, recording.Resources())
		})
	}
}

func runNamespace(args NamespaceArgs) (*mock.Recording, error) {
	return mock.Run(func(ctx *pulumi.Context) error {
		_, err := NewNamespace(ctx, "alice", args)
		return err
	}, nil)
}

func run(t *testing.T, args Args) *mock.Recording {
	t.Helper()
	recording, err := mock.Run(func(ctx *pulumi.Context) error {
		_, err := New(ctx, "baseline", args)
		return err
	}, nil)
	require.NoError(t, err)
	return recording
}
