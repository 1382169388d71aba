package eks

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestConstruct_AnswersWithReferencesThatAnSDKCanResolve(t *testing.T) {
	e := startEngine(t, false)
	state := construct(t, e, known(map[string]any{"createOidcProvider": true}))
	for output, registered := range map[string]*registration{
		"eksCluster":            e.find(t, "aws:eks/cluster:Cluster", "cluster-eksCluster"),
		"clusterSecurityGroup":  e.find(t, "aws:ec2/securityGroup:SecurityGroup", "cluster-eksClusterSecurityGroup"),
		"nodeSecurityGroup":     e.find(t, "aws:ec2/securityGroup:SecurityGroup", "cluster-nodeSecurityGroup"),
		"eksClusterIngressRule": e.find(t, "aws:ec2/securityGroupRule:SecurityGroupRule", "cluster-eksClusterIngressRule"),
	} {
		require.True(t, state[resource.PropertyKey(output)].IsResourceReference(), output)
		reference := state[resource.PropertyKey(output)].ResourceReferenceValue()
		require.Equal(t, registered.urn, reference.URN)
		id, known := reference.IDString()
		require.True(t, known)
		require.Equal(t, registered.GetName()+"-id", id)
	}
	for output, want := range map[string]string{
		"clusterSecurityGroupId": "cluster-eksClusterSecurityGroup-id",
		"nodeSecurityGroupId":    "cluster-nodeSecurityGroup-id",
		"clusterIngressRuleId":   "sgr-cluster-eksClusterIngressRule",
		"oidcProviderUrl":        "https://oidc.example/id/1",
		"oidcIssuer":             "oidc.example/id/1",
		"oidcProviderArn":        "arn:aws:eks:eu-central-1:123456789012:thing/cluster-oidcProvider",
	} {
		require.Equal(t, want, state[resource.PropertyKey(output)].V, output)
	}
	var kubeconfig map[string]any
	require.NoError(t, json.Unmarshal([]byte(state["kubeconfigJson"].StringValue()), &kubeconfig))
	require.Equal(t, rendered(state["kubeconfig"]), kubeconfig)
	require.Contains(t, state["kubeconfigJson"].StringValue(), `"eu-central-1"`)
	core := state["core"].ObjectValue()
	for _, key := range []resource.PropertyKey{"cluster", "clusterIamRole", "provider", "vpcCni", "oidcProvider"} {
		require.True(t, core[key].IsResourceReference(), key)
	}
	require.Equal(t, "https://api.example", core["endpoint"].V)
	require.Equal(t, "vpc-1", core["vpcId"].V)
	require.NotNil(t, e.find(t, clusterType, "cluster").outputs)
}

func TestConstruct_OutputsOfThePreviewAreUnknown(t *testing.T) {
	e := startEngine(t, true)
	state := construct(t, e, recorded())
	require.True(t, state["kubeconfig"].IsComputed())
	require.True(t, state["oidcIssuer"].IsComputed())
	require.True(t, state["eksCluster"].IsResourceReference())
}

func TestConstruct_OnlyTheProvidersOwnKubeconfigNamesAProfile(t *testing.T) {
	e := startEngine(t, false)
	state := construct(t, e, known(map[string]any{
		"providerCredentialOpts": object(map[string]any{"profileName": "ops", "roleArn": "arn:role"}),
	}))
	own := e.find(t, "pulumi:providers:kubernetes", "cluster-eks-k8s").inputs["kubeconfig"].StringValue()
	require.Contains(t, own, `"--profile","ops"`)
	require.NotContains(t, state["kubeconfigJson"].StringValue(), "--profile")
	require.Contains(t, state["kubeconfigJson"].StringValue(), `"--role","arn:role"`)
}

func TestConstruct_MergesTheCallersNetworkConfiguration(t *testing.T) {
	e := startEngine(t, false)
	construct(t, e, known(map[string]any{"vpcCniOptions": object(map[string]any{
		"addonVersion": "v1.21.0-eksbuild.1", "warmEniTarget": 0.0, "warmIpTarget": 5.0, "externalSnat": true,
		"configurationValues": map[string]any{
			"env": map[string]any{"AWS_VPC_K8S_CNI_LOGLEVEL": "INFO"}, "nodeAgent": map[string]any{"enablePolicyEventLogs": "true"},
		},
	})}))
	addon := e.find(t, "aws:eks/addon:Addon", "cluster-vpc-cni")
	require.Equal(t, "v1.21.0-eksbuild.1", addon.inputs["addonVersion"].V)
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(addon.inputs["configurationValues"].StringValue()), &got))
	env := got["env"].(map[string]any)
	require.Equal(t, "INFO", env["AWS_VPC_K8S_CNI_LOGLEVEL"])
	require.Equal(t, "0", env["WARM_ENI_TARGET"])
	require.Equal(t, "5", env["WARM_IP_TARGET"])
	require.Equal(t, "true", env["AWS_VPC_K8S_CNI_EXTERNALSNAT"])
	require.Equal(t, map[string]any{"enablePolicyEventLogs": "true"}, got["nodeAgent"])
	require.NotContains(t, got, "enableNetworkPolicy")
}

func TestConstruct_NamesServicesAfterThePartition(t *testing.T) {
	e := startEngine(t, true)
	e.partition = resource.PropertyMap{
		"partition": resource.NewProperty("aws-cn"), "dnsSuffix": resource.NewProperty("amazonaws.com.cn"),
	}
	construct(t, e, recorded())
	role := e.find(t, "aws:iam/role:Role", "cluster-eksRole-role")
	require.Contains(t, role.inputs["assumeRolePolicy"].StringValue(), "eks.amazonaws.com.cn")
	attachment := e.find(t, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "cluster-eksRole-4b490823")
	require.Equal(t, "arn:aws-cn:iam::aws:policy/AmazonEKSClusterPolicy", attachment.inputs["policyArn"].V)
	require.Contains(t, attachment.GetDependencies(), string(role.urn))
}
