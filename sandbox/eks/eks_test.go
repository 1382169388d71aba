package eks

import (
	"encoding/json"
	"maps"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

const (
	parentURN = "urn:pulumi:testnet::satkube::pulumi:pulumi:Stack::satkube-testnet"
	roleURN   = "urn:pulumi:testnet::satkube::aws:iam/role:Role::own"
	groupURN  = "urn:pulumi:testnet::satkube::aws:ec2/securityGroup:SecurityGroup::own"
)

// child is one entry of the record.
type child struct {
	Type, Name, Parent string
	Inputs             map[string]any
}

func unknown() resource.PropertyValue {
	return resource.NewProperty(resource.Computed{Element: resource.NewProperty("")})
}

// recorded are the arguments with which the record was made.
func recorded() resource.PropertyMap {
	args := resource.NewPropertyMapFromMap(map[string]any{
		"authenticationMode":     "API",
		"skipDefaultNodeGroup":   true,
		"version":                "1.35",
		"endpointPrivateAccess":  true,
		"endpointPublicAccess":   false,
		"enabledClusterLogTypes": []any{"api", "audit", "authenticator", "controllerManager", "scheduler"},
		"vpcCniOptions": map[string]any{
			"enableNetworkPolicy": true, "enablePrefixDelegation": true,
			"resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "OVERWRITE",
		},
		"corednsAddonOptions": map[string]any{"enabled": true},
		"kubeProxyAddonOptions": map[string]any{
			"resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "OVERWRITE",
		},
		"accessEntries": map[string]any{"admin": map[string]any{"principalArn": "arn:aws:iam::123456789012:role/admin"}},
		"tags":          map[string]any{"satkube": "true"},
	})
	args["vpcId"] = unknown()
	args["privateSubnetIds"] = unknown()
	args["encryptionConfigKeyArn"] = unknown()
	return args
}

// known are the recorded arguments as they are during an update, overlaid with more.
func known(more map[string]any) resource.PropertyMap {
	args := recorded()
	maps.Copy(args, resource.NewPropertyMapFromMap(map[string]any{
		"vpcId": "vpc-1", "privateSubnetIds": []any{"subnet-a", "subnet-b"}, "encryptionConfigKeyArn": "arn:aws:kms:::key/1",
	}))
	for key, value := range more {
		if value == nil {
			delete(args, resource.PropertyKey(key))
			continue
		}
		args[resource.PropertyKey(key)] = resource.NewPropertyValue(value)
	}
	return args
}

func request(t *testing.T, e *engine, args resource.PropertyMap) *pulumirpc.ConstructRequest {
	t.Helper()
	inputs, err := plugin.MarshalProperties(args, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true,
	})
	require.NoError(t, err)
	return &pulumirpc.ConstructRequest{
		Project: testProject, Stack: testStack, DryRun: e.preview, Parallel: 8, MonitorEndpoint: e.address,
		Type: clusterType, Name: "cluster", Parent: parentURN, Inputs: inputs,
	}
}

func attached(t *testing.T, e *engine) pulumirpc.ResourceProviderServer {
	t.Helper()
	server := New()
	_, err := server.Attach(t.Context(), &pulumirpc.PluginAttach{Address: e.address})
	require.NoError(t, err)
	return server
}

func construct(t *testing.T, e *engine, args resource.PropertyMap) resource.PropertyMap {
	t.Helper()
	response, err := attached(t, e).Construct(t.Context(), request(t, e, args))
	require.NoError(t, err)
	require.Equal(t, string(e.find(t, clusterType, "cluster").urn), response.GetUrn())
	state, err := plugin.UnmarshalProperties(response.GetState(), plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true,
	})
	require.NoError(t, err)
	return state
}

// rendered writes a property the way the record has it.
func rendered(v resource.PropertyValue) any {
	switch {
	case v.IsComputed() || v.IsOutput():
		return "<unknown>"
	case v.IsSecret():
		return map[string]any{"secret": rendered(v.SecretValue().Element)}
	case v.IsResourceReference():
		id, _ := v.ResourceReferenceValue().IDString()
		return map[string]any{
			resource.SigKey: resource.ResourceReferenceSig, "id": id, "packageVersion": "",
			"urn": string(v.ResourceReferenceValue().URN),
		}
	case v.IsArray():
		list := []any{}
		for _, element := range v.ArrayValue() {
			list = append(list, rendered(element))
		}
		return list
	case v.IsObject():
		object := map[string]any{}
		for key, element := range v.ObjectValue() {
			object[string(key)] = rendered(element)
		}
		return object
	}
	return v.V
}

func sorted(children []child) []child {
	sort.Slice(children, func(i, j int) bool {
		return children[i].Type+children[i].Name+children[i].Parent < children[j].Type+children[j].Name+children[j].Parent
	})
	return children
}

func TestConstruct_RegistersWhatTheGenuineProviderRegistered(t *testing.T) {
	data, err := os.ReadFile("testdata/children.json")
	require.NoError(t, err)
	text := strings.NewReplacer("eks.undefined", "eks.amazonaws.com", "arn:undefined:", "arn:aws:").Replace(string(data))
	var record struct{ Children []child }
	require.NoError(t, json.Unmarshal([]byte(text), &record))
	require.Len(t, record.Children, 19)

	e := startEngine(t, true)
	construct(t, e, recorded())

	var got []child
	for _, r := range e.registered {
		inputs := rendered(resource.NewProperty(r.inputs)).(map[string]any)
		if r.GetType() == "pulumi:providers:kubernetes" {
			inputs["version"] = r.GetVersion() // the engine turns the option into an input
		}
		got = append(got, child{r.GetType(), r.GetName(), resource.URN(r.GetParent()).Name(), inputs})
	}
	require.Equal(t, sorted(record.Children), sorted(got))
}

// object makes an object property of plain Go values.
func object(m map[string]any) resource.PropertyValue {
	return resource.NewProperty(resource.NewPropertyMapFromMap(m))
}
