package eks

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestConstruct_RefusesWhatItDoesNotModel(t *testing.T) {
	cases := map[string]struct {
		args map[string]any
		want string
	}{
		"fargate":             {map[string]any{"fargate": true}, "fargate is set, want it left out"},
		"auto mode":           {map[string]any{"autoMode": object(map[string]any{"enabled": true})}, "autoMode is set"},
		"role mappings":       {map[string]any{"roleMappings": unknown()}, "roleMappings is set"},
		"user mappings":       {map[string]any{"userMappings": unknown()}, "userMappings is set"},
		"storage classes":     {map[string]any{"storageClasses": "gp2"}, "storageClasses is set"},
		"deletion protection": {map[string]any{"deletionProtection": true}, "deletionProtection is set"},
		"instance role":       {map[string]any{"createInstanceRole": true}, "createInstanceRole is set"},
		"privileged network": {
			map[string]any{"vpcCniOptions": object(map[string]any{"securityContextPrivileged": true})},
			"vpcCniOptions.securityContextPrivileged is set",
		},
		"default node group":  {map[string]any{"skipDefaultNodeGroup": nil}, "skipDefaultNodeGroup is not true"},
		"default VPC":         {map[string]any{"vpcId": nil}, "vpcId is not set"},
		"unknown mode":        {map[string]any{"authenticationMode": "NONE"}, "authenticationMode is NONE, want one of CONFIG_MAP, API, API_AND_CONFIG_MAP"},
		"entries, config map": {map[string]any{"authenticationMode": "CONFIG_MAP"}, "accessEntries is set, want authenticationMode API or API_AND_CONFIG_MAP"},
		"entries, no mode":    {map[string]any{"authenticationMode": nil}, "accessEntries is set, want authenticationMode"},
		"subnets twice":       {map[string]any{"subnetIds": unknown()}, "subnetIds is set together with"},
		"ranges, no endpoint": {map[string]any{"publicAccessCidrs": unknown()}, "publicAccessCidrs is set while endpointPublicAccess is false"},
		"two kinds of snat": {
			map[string]any{"vpcCniOptions": object(map[string]any{"externalSnat": true, "cniExternalSnat": true})},
			"vpcCniOptions sets externalSnat and cniExternalSnat",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			e := startEngine(t, true)
			_, err := attached(t, e).Construct(t.Context(), request(t, e, known(tc.args)))
			require.ErrorContains(t, err, "eks cluster cluster: "+tc.want)
			require.Empty(t, e.registered)
		})
	}
}

func TestConstruct_RefusesOtherComponentsByName(t *testing.T) {
	e := startEngine(t, true)
	for _, token := range []string{"eks:index:ManagedNodeGroup", "eks:index:Addon", "eks:index:Nonsense"} {
		req := request(t, e, recorded())
		req.Type = token
		_, err := attached(t, e).Construct(t.Context(), req)
		require.ErrorContains(t, err, token)
	}
}

func TestConstruct_WantsAnEngine(t *testing.T) {
	e := startEngine(t, true)
	_, err := New().Construct(t.Context(), request(t, e, recorded()))
	require.ErrorContains(t, err, "no engine is attached")
}

func TestConstruct_WantsAPartition(t *testing.T) {
	e := startEngine(t, true)
	e.partition = resource.PropertyMap{}
	_, err := attached(t, e).Construct(t.Context(), request(t, e, recorded()))
	require.ErrorContains(t, err, "getPartition returns no partition")
}

func TestNew_AnswersTheEngine(t *testing.T) {
	server, ctx := New(), t.Context()
	handshake, err := server.Handshake(ctx, &pulumirpc.ProviderHandshakeRequest{EngineAddress: "127.0.0.1:1"})
	require.NoError(t, err)
	require.True(t, handshake.GetAcceptResources())
	info, err := server.GetPluginInfo(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, "4.0.1", info.GetVersion())
	configured, err := server.Configure(ctx, &pulumirpc.ConfigureRequest{})
	require.NoError(t, err)
	require.True(t, configured.GetSupportsPreview() && configured.GetAcceptSecrets() &&
		configured.GetAcceptResources() && configured.GetAcceptOutputs())
	_, err = server.CheckConfig(ctx, &pulumirpc.CheckRequest{})
	require.NoError(t, err)
	_, err = server.DiffConfig(ctx, &pulumirpc.DiffRequest{})
	require.NoError(t, err)
	_, err = server.Cancel(ctx, nil)
	require.NoError(t, err)
	_, err = server.Create(ctx, &pulumirpc.CreateRequest{Urn: "urn:x"})
	require.ErrorContains(t, err, "urn:x")
}
