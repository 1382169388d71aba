package eks

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestConstruct_ArgumentsDecideWhichChildrenExist(t *testing.T) {
	const (
		addon = "aws:eks/addon:Addon "
		rule  = "aws:ec2/securityGroupRule:SecurityGroupRule "
		group = "aws:ec2/securityGroup:SecurityGroup "
	)
	groups := []string{
		group + "cluster-nodeSecurityGroup", rule + "cluster-eksNodeIngressRule", rule + "cluster-eksNodeClusterIngressRule",
		rule + "cluster-eksExtApiServerClusterIngressRule", rule + "cluster-eksNodeInternetEgressRule",
		rule + "cluster-eksClusterIngressRule",
	}
	clusterGroup := []string{group + "cluster-eksClusterSecurityGroup", rule + "cluster-eksClusterInternetEgressRule"}
	cases := map[string]struct {
		args             map[string]any
		removed, present []string
	}{
		"no default security groups": {
			args:    map[string]any{"skipDefaultSecurityGroups": true},
			removed: append(clusterGroup, groups...),
		},
		"own cluster security group": {
			args: map[string]any{"clusterSecurityGroup": resource.MakeCustomResourceReference(groupURN, "sg-own", "")},
			// The rules of the node group are made against the caller's own group.
			removed: clusterGroup,
		},
		"own service role": {
			args: map[string]any{"serviceRole": resource.MakeCustomResourceReference(roleURN, "own", "")},
			removed: []string{
				"eks:index:ServiceRole cluster-eksRole", "aws:iam/role:Role cluster-eksRole-role",
				"aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-eksRole-4b490823",
			},
		},
		"the network plugin that EKS installs": {
			args:    map[string]any{"useDefaultVpcCni": true},
			removed: []string{"eks:index:VpcCniAddon cluster-vpc-cni", addon + "cluster-vpc-cni"},
		},
		"no coredns": {
			args:    map[string]any{"corednsAddonOptions": object(map[string]any{"enabled": false})},
			removed: []string{addon + "cluster-coredns"},
		},
		"coredns not mentioned": {
			args:    map[string]any{"corednsAddonOptions": nil},
			removed: []string{addon + "cluster-coredns"},
		},
		"no kube-proxy": {
			args:    map[string]any{"kubeProxyAddonOptions": object(map[string]any{"enabled": false})},
			removed: []string{addon + "cluster-kube-proxy"},
		},
		"kube-proxy not mentioned": {args: map[string]any{"kubeProxyAddonOptions": nil}},
		"no access entry": {
			args:    map[string]any{"accessEntries": nil},
			removed: []string{"aws:eks/accessEntry:AccessEntry cluster-admin"},
		},
		"an access policy": {
			args: map[string]any{"accessEntries": object(map[string]any{"admin": map[string]any{
				"principalArn":   "arn:aws:iam::123456789012:role/admin",
				"accessPolicies": map[string]any{"view": map[string]any{"policyArn": "p", "accessScope": map[string]any{"type": "cluster"}}},
			}})},
			present: []string{"aws:eks/accessPolicyAssociation:AccessPolicyAssociation cluster-admin-view"},
		},
		"an oidc provider": {
			args:    map[string]any{"createOidcProvider": true},
			present: []string{"aws:iam/openIdConnectProvider:OpenIdConnectProvider cluster-oidcProvider"},
		},
		"authentication through the config map, too": {
			args:    map[string]any{"authenticationMode": "API_AND_CONFIG_MAP"},
			present: []string{"kubernetes:core/v1:ConfigMap cluster-nodeAccess"},
		},
		"authentication through the config map by default": {
			args:    map[string]any{"authenticationMode": nil, "accessEntries": nil},
			removed: []string{"aws:eks/accessEntry:AccessEntry cluster-admin"},
			present: []string{"kubernetes:core/v1:ConfigMap cluster-nodeAccess"},
		},
	}
	base := startEngine(t, false)
	construct(t, base, known(nil))
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			e := startEngine(t, false)
			e.existing[roleURN] = resource.NewPropertyMapFromMap(map[string]any{"arn": "arn:aws:iam::1:role/own"})
			e.existing[groupURN] = resource.PropertyMap{}
			construct(t, e, known(tc.args))
			want := append([]string{}, tc.present...)
			for _, n := range base.names() {
				if !slices.Contains(tc.removed, n) {
					want = append(want, n)
				}
			}
			require.ElementsMatch(t, want, e.names())
		})
	}
}

func TestConstruct_PassesArgumentsToTheControlPlane(t *testing.T) {
	type props = map[string]any
	own := resource.MakeCustomResourceReference(roleURN, "own", "")
	list := func(s string) resource.PropertyValue {
		return resource.NewProperty([]resource.PropertyValue{resource.NewProperty(s)})
	}
	cases := map[string]struct{ args, want props }{
		"name": {props{"name": "satkube"}, props{"name": "satkube"}},
		"no bootstrap add-ons": {
			props{"bootstrapSelfManagedAddons": false}, props{"bootstrapSelfManagedAddons": false},
		},
		"upgrade policy": {
			props{"upgradePolicy": object(props{"supportType": "STANDARD"})},
			props{"upgradePolicy": props{"supportType": "STANDARD"}},
		},
		"service range": {
			props{"kubernetesServiceIpAddressRange": "10.100.0.0/16"},
			props{"kubernetesNetworkConfig": props{"ipFamily": "ipv4", "serviceIpv4Cidr": "10.100.0.0/16"}},
		},
		"ipv6 ignores the range": {
			props{"kubernetesServiceIpAddressRange": "10.100.0.0/16", "ipFamily": "ipv6"},
			props{"kubernetesNetworkConfig": props{"ipFamily": "ipv6"}},
		},
		"tags overlay cluster tags": {
			props{"clusterTags": object(props{"a": "1", "satkube": "no"})},
			props{"tags": props{"Name": "cluster-eksCluster", "a": "1", "satkube": "true"}},
		},
		"encryption": {
			nil, props{"encryptionConfig": props{
				"provider": props{"keyArn": "arn:aws:kms:::key/1"}, "resources": []any{"secrets"},
			}},
		},
		"no encryption": {props{"encryptionConfigKeyArn": nil}, props{"encryptionConfig": nil}},
		"no authentication mode": {
			props{"authenticationMode": nil, "accessEntries": nil}, props{"accessConfig": nil},
		},
		"own role": {props{"serviceRole": own}, props{"roleArn": "arn:aws:iam::1:role/own"}},
		"public endpoint for a range": {
			props{"endpointPublicAccess": true, "publicAccessCidrs": list("198.51.100.0/24")},
			props{"vpcConfig": props{
				"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"198.51.100.0/24"},
				"securityGroupIds": []any{"cluster-eksClusterSecurityGroup-id"}, "subnetIds": []any{"subnet-a", "subnet-b"},
			}},
		},
		"public subnets come first": {
			props{"skipDefaultSecurityGroups": true, "publicSubnetIds": list("subnet-p")},
			props{"vpcConfig": props{
				"endpointPrivateAccess": true, "endpointPublicAccess": false,
				"subnetIds": []any{"subnet-p", "subnet-a", "subnet-b"},
			}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			e := startEngine(t, false)
			e.existing[roleURN] = resource.NewPropertyMapFromMap(map[string]any{"arn": "arn:aws:iam::1:role/own"})
			construct(t, e, known(tc.args))
			control := e.find(t, "aws:eks/cluster:Cluster", "cluster-eksCluster")
			for key, want := range tc.want {
				got := rendered(control.inputs[resource.PropertyKey(key)])
				require.Equal(t, want, got, key)
			}
			require.ElementsMatch(t, []string{
				"accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons",
			}, control.GetIgnoreChanges())
		})
	}
}

func TestConstruct_GivesAnAccessEntryItsPolicies(t *testing.T) {
	e := startEngine(t, true)
	entries := resource.NewPropertyMapFromMap(map[string]any{"ops": map[string]any{
		"username": "ops", "type": "STANDARD", "kubernetesGroups": []any{"operators"},
		"accessPolicies": map[string]any{"admin": map[string]any{
			"policyArn":   "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
			"accessScope": map[string]any{"type": "namespace", "namespaces": []any{"bitcoin"}},
		}},
	}})
	entries["ops"].ObjectValue()["principalArn"] = unknown()
	args := recorded()
	args["accessEntries"] = resource.NewProperty(entries)
	construct(t, e, args)

	entry := e.find(t, "aws:eks/accessEntry:AccessEntry", "cluster-ops")
	require.Equal(t, map[string]any{
		"clusterName": "<unknown>", "principalArn": "<unknown>", "userName": "ops", "type": "STANDARD",
		"kubernetesGroups": []any{"operators"},
	}, rendered(resource.NewProperty(entry.inputs)))
	association := e.find(t, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "cluster-ops-admin")
	require.Equal(t, string(entry.urn), association.GetParent())
	require.Contains(t, association.GetDependencies(), string(entry.urn))
	require.Equal(t, map[string]any{
		"clusterName": "<unknown>", "principalArn": "<unknown>",
		"policyArn":   "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
		"accessScope": map[string]any{"type": "namespace", "namespaces": []any{"bitcoin"}},
	}, rendered(resource.NewProperty(association.inputs)))
}

func TestConstruct_HandsTheOptionsOfTheRequestThrough(t *testing.T) {
	e := startEngine(t, true)
	const awsProvider = "urn:pulumi:testnet::satkube::pulumi:providers:aws::pinned::11111111-2222-3333-4444-555555555555"
	req := request(t, e, recorded())
	protect := true
	req.Protect = &protect
	req.Providers = map[string]string{"aws": awsProvider}
	req.Aliases = []*pulumirpc.Alias{{Alias: &pulumirpc.Alias_Urn{Urn: "urn:pulumi:testnet::satkube::eks:index:Cluster::old"}}}
	req.Dependencies = []string{roleURN}
	_, err := attached(t, e).Construct(t.Context(), req)
	require.NoError(t, err)

	self := e.find(t, clusterType, "cluster")
	require.Equal(t, parentURN, self.GetParent())
	require.True(t, self.GetProtect())
	require.Len(t, self.GetAliases(), 1)
	require.Contains(t, self.GetDependencies(), roleURN)
	for _, r := range e.registered {
		if strings.HasPrefix(r.GetType(), "aws:") {
			require.Equal(t, awsProvider, r.GetProvider(), r.GetName())
		}
	}
}
