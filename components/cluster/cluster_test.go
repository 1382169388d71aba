package cluster

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/internal/policydoc"
)

func args() Args {
	zones := []string{"us-east-2a", "us-east-2b"}
	return Args{
		Name: "c", Version: "1.35", Partition: "aws", Region: "us-east-2",
		VPCCIDR: "10.20.0.0/16", ServiceCIDR: "172.20.0.0/16",
		Admins:    []string{"arn:aws:iam::123456789012:role/team/admin"},
		Operators: []string{"arn:aws:iam::123456789012:role/operator"}, OperatorsGroup: "operators",
		LogRetentionDays: 90, Protect: true,
		Pools: []Pool{
			{Name: "system", InstanceTypes: []string{"m7g.large"}, Arm: true, Zones: zones, Min: 2, Desired: 2, Max: 4, DiskGiB: 50, StopSeconds: 900},
			{Name: "bitcoin", InstanceTypes: []string{"r7i.large"}, Tainted: true, PerZone: true, Zones: zones, Min: 1, Desired: 1, Max: 2, DiskGiB: 50, StopSeconds: 900},
		},
		VPCID:            pulumi.String("vpc-1"),
		PrivateSubnetIDs: pulumi.ToStringArray([]string{"subnet-a", "subnet-b"}),
		SecretsKeyARN:    pulumi.String("arn:secrets"), VolumesKeyARN: pulumi.String("arn:volumes"), LogsKeyARN: pulumi.String("arn:logs"),
	}
}

func TestNew_HardensTheControlPlane(t *testing.T) {
	recording := run(t, args())
	control := recording.Must(t, "eks:index:Cluster", "c")
	require.Equal(t, "API", control.Path("authenticationMode").StringValue())
	require.True(t, control.Path("endpointPrivateAccess").BoolValue())
	require.False(t, control.Path("endpointPublicAccess").BoolValue())
	require.Equal(t, "arn:secrets", control.Path("encryptionConfigKeyArn").StringValue())
	require.Len(t, control.Path("enabledClusterLogTypes").ArrayValue(), 5)
	require.Equal(t, "STANDARD", control.Path("upgradePolicy", "supportType").StringValue())
	for _, off := range []string{"bootstrapSelfManagedAddons", "createOidcProvider"} {
		require.False(t, control.Path(off).BoolValue(), off)
	}
	for _, on := range []string{"skipDefaultNodeGroup", "skipDefaultSecurityGroups", "useDefaultVpcCni"} {
		require.True(t, control.Path(on).BoolValue(), on)
	}
	require.True(t, control.Protect)
}

func TestNew_OpensThePublicEndpointToNamedAddressesOnly(t *testing.T) {
	a := args()
	a.PublicCIDRs = []string{"203.0.113.0/24"}
	control := run(t, a).Must(t, "eks:index:Cluster", "c")
	require.True(t, control.Path("endpointPublicAccess").BoolValue())
	require.Equal(t, "203.0.113.0/24", control.Path("publicAccessCidrs", 0).StringValue())
}

func TestHardenControlPlane_TransformsTheClusterAndNothingElse(t *testing.T) {
	for _, protect := range []bool{true, false} {
		transform := hardening(protect)
		props := pulumi.Map{"name": pulumi.String("c"), "accessConfig": pulumi.Map{"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(true)}}
		result := transform(context.Background(), &pulumi.ResourceTransformArgs{Type: "aws:eks/cluster:Cluster", Props: props})
		require.Equal(t, pulumi.Bool(false), result.Props["accessConfig"].(pulumi.Map)["bootstrapClusterCreatorAdminPermissions"])
		require.Equal(t, pulumi.String("API"), result.Props["accessConfig"].(pulumi.Map)["authenticationMode"])
		require.Equal(t, pulumi.Bool(protect), result.Props["deletionProtection"])
		require.Equal(t, pulumi.String("c"), result.Props["name"])
		require.Nil(t, transform(context.Background(), &pulumi.ResourceTransformArgs{Type: "aws:iam/role:Role", Props: pulumi.Map{}}))
	}
}

func TestNew_LetsNamedPrincipalsInAndNobodyElse(t *testing.T) {
	entries := run(t, args()).Must(t, "eks:index:Cluster", "c").Path("accessEntries").ObjectValue()
	require.Len(t, entries, 2)
	admin := entries["admin-123456789012-role-team-admin"].ObjectValue()
	require.Equal(t, "arn:aws:iam::123456789012:role/team/admin", admin["principalArn"].StringValue())
	policy := admin["accessPolicies"].ObjectValue()["cluster-admin"].ObjectValue()
	require.Equal(t, "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", policy["policyArn"].StringValue())
	operator := entries["operator-123456789012-role-operator"].ObjectValue()
	require.Equal(t, "operators", operator["kubernetesGroups"].ArrayValue()[0].StringValue())
	require.NotContains(t, operator, "accessPolicies")
}

func TestNew_PinsEveryAddonAndOrdersThemAroundTheNodes(t *testing.T) {
	recording := run(t, args())
	addons := recording.All("aws:eks/addon:Addon")
	require.Len(t, addons, 7)
	order := map[string]int{}
	for i, r := range recording.Resources() {
		order[r.Type+" "+r.Name] = i
	}
	for _, addon := range addons {
		require.Regexp(t, `^v[0-9.]+-eksbuild\.[0-9]+$`, addon.Path("addonVersion").StringValue(), addon.Name)
		before := addon.Name == "c-vpc-cni" || addon.Name == "c-kube-proxy" || addon.Name == "c-eks-pod-identity-agent"
		for _, group := range recording.All("aws:eks/nodeGroup:NodeGroup") {
			if before {
				require.Contains(t, group.DependsOn, urn("aws:eks/addon:Addon", addon.Name), "%s must stand before %s", addon.Name, group.Name)
			} else {
				require.Contains(t, addon.DependsOn, urn("aws:eks/nodeGroup:NodeGroup", group.Name), "%s needs nodes", addon.Name)
			}
		}
	}
	for _, policy := range recording.All("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
		for _, group := range recording.All("aws:eks/nodeGroup:NodeGroup") {
			require.Contains(t, group.DependsOn, urn("kubernetes:networking.k8s.io/v1:NetworkPolicy", policy.Name))
		}
	}
}

func TestNew_EnforcesNetworkPoliciesFromTheFirstMoment(t *testing.T) {
	cni := run(t, args()).Must(t, "aws:eks/addon:Addon", "c-vpc-cni")
	var settings struct {
		EnableNetworkPolicy string            `json:"enableNetworkPolicy"`
		Env                 map[string]string `json:"env"`
	}
	require.NoError(t, json.Unmarshal([]byte(cni.Path("configurationValues").StringValue()), &settings))
	require.Equal(t, "true", settings.EnableNetworkPolicy)
	require.Equal(t, "strict", settings.Env["NETWORK_POLICY_ENFORCING_MODE"])
}

func TestNew_KeepsTheMetadataServiceFromPodsAndDisksEncrypted(t *testing.T) {
	templates := run(t, args()).All("aws:ec2/launchTemplate:LaunchTemplate")
	require.Len(t, templates, 2)
	for _, template := range templates {
		require.Equal(t, "required", template.Path("metadataOptions", "httpTokens").StringValue())
		require.Equal(t, 1.0, template.Path("metadataOptions", "httpPutResponseHopLimit").NumberValue())
		require.True(t, template.Path("keyName").IsNull())
		for i := range template.Path("blockDeviceMappings").ArrayValue() {
			require.Equal(t, "true", template.Path("blockDeviceMappings", i, "ebs", "encrypted").StringValue())
			require.Equal(t, "arn:volumes", template.Path("blockDeviceMappings", i, "ebs", "kmsKeyId").StringValue())
		}
		settings, err := base64.StdEncoding.DecodeString(template.Path("userData").StringValue())
		require.NoError(t, err)
		require.Contains(t, string(settings), `shutdown-grace-period = "960s"`, "a node waits for bitcoind's 900 s")
	}
}

func TestNew_MakesAPoolOneGroupOrOnePerZone(t *testing.T) {
	recording := run(t, args())
	require.Len(t, recording.All("aws:eks/nodeGroup:NodeGroup"), 3)
	require.Len(t, recording.Must(t, "aws:eks/nodeGroup:NodeGroup", "c-system").Path("subnetIds").ArrayValue(), 2)
	b := recording.Must(t, "aws:eks/nodeGroup:NodeGroup", "c-bitcoin-us-east-2b")
	require.Equal(t, "subnet-b", b.Path("subnetIds", 0).StringValue())
	require.Len(t, b.Path("subnetIds").ArrayValue(), 1)
	require.Equal(t, "NO_SCHEDULE", b.Path("taints", 0, "effect").StringValue())
	require.Equal(t, "BOTTLEROCKET_x86_64", b.Path("amiType").StringValue())
	require.Equal(t, "ON_DEMAND", b.Path("capacityType").StringValue())
}

func TestKubeconfig_IsOneThatClientGoReads(t *testing.T) {
	raw, err := Kubeconfig{Cluster: "c", Endpoint: "https://e", Authority: base64.StdEncoding.EncodeToString([]byte("ca")), Region: "us-east-2"}.JSON()
	require.NoError(t, err)
	config, err := clientcmd.Load([]byte(raw))
	require.NoError(t, err)
	require.Equal(t, "https://e", config.Clusters["c"].Server)
	require.Equal(t, []byte("ca"), config.Clusters["c"].CertificateAuthorityData)
	exec := config.AuthInfos["c"].Exec
	require.Equal(t, "aws", exec.Command)
	require.Equal(t, []string{"eks", "get-token", "--cluster-name", "c", "--region", "us-east-2", "--output", "json"}, exec.Args)
	require.NoError(t, clientcmd.ConfirmUsable(*config, "c"))
}

func TestPolicies_MatchTheirGoldens(t *testing.T) {
	golden.Equal(t, "volumes-key.json", volumesKeyPolicy("arn:aws:kms:us-east-2:123456789012:key/k").Indented())
	golden.Equal(t, "trust-pods.json", policydoc.AssumedByPods().Indented())
	golden.Equal(t, "trust-nodes.json", policydoc.AssumedBy("ec2.amazonaws.com").Indented())
	golden.Equal(t, "bottlerocket.toml", bottlerocketSettings(Pool{StopSeconds: 900}))
}

func TestNew_RefusesWhatNobodyCouldEnterOrRun(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"no admin":       {func(a *Args) { a.Admins = nil }, "admins is empty, want one principal at least"},
		"version":        {func(a *Args) { a.Version = "1.30" }, `version is "1.30", want one of [1.35]`},
		"no pool":        {func(a *Args) { a.Pools = nil }, "pools is empty, want one at least"},
		"sizes":          {func(a *Args) { a.Pools[0].Desired = 9 }, "pool system: instance types [m7g.large] with sizes 2/9/4"},
		"instance types": {func(a *Args) { a.Pools[1].InstanceTypes = nil }, "pool bitcoin: instance types []"},
		"no disk":        {func(a *Args) { a.Pools[0].DiskGiB = 0 }, "pool system: disk is 0 GiB, want a size"},
	} {
		t.Run(name, func(t *testing.T) {
			a := args()
			c.change(&a)
			recording, err := mock.Run(program(a), nil)
			require.ErrorContains(t, err, c.want)
			require.Empty(t, recording.Resources())
		})
	}
}

func TestExisting_CreatesNothingButAProvider(t *testing.T) {
	recording := mock.Deployed(t, existing)
	require.Len(t, recording.Resources(), 2)
	provider := recording.Must(t, "pulumi:providers:kubernetes", "c")
	require.Equal(t, "kind-mine", provider.Path("context").StringValue())
}

// The provider's default deletes a changed ConfigMap before it makes the new one: an update that ends between the two leaves none.
func TestProviders_UpdateConfigMapsAndSecretsInPlace(t *testing.T) {
	for name, program := range map[string]pulumi.RunFunc{"eks": program(args()), "existing": existing} {
		t.Run(name, func(t *testing.T) {
			providers := mock.Deployed(t, program).All("pulumi:providers:kubernetes")
			require.NotEmpty(t, providers)
			for _, p := range providers {
				require.True(t, p.Path("enableConfigMapMutable").BoolValue())
				require.True(t, p.Path("enableSecretMutable").BoolValue())
			}
		})
	}
}

func existing(ctx *pulumi.Context) error {
	_, err := Existing(ctx, "c", ExistingArgs{Name: "mine", Context: "kind-mine"})
	return err
}

func urn(token, name string) string {
	return "urn:pulumi:" + mock.Stack + "::" + mock.Project + "::" + Token + "$" + token + "::" + name
}

func run(t *testing.T, a Args) *mock.Recording {
	t.Helper()
	return mock.Deployed(t, program(a))
}

func program(a Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "c", a)
		return err
	}
}
