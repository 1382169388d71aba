package network

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/mock"
)

func args() Args {
	return Args{
		Cluster: "c", Region: "us-east-2", CIDR: "10.20.0.0/16", Zones: []string{"us-east-2a", "us-east-2b", "us-east-2c"},
		NATPerZone: true, InterfaceEndpoints: true, LogRetentionDays: 90, LogsKeyARN: pulumi.String("arn:key"),
	}
}

func TestRanges_LieInTheVPCAndDoNotOverlap(t *testing.T) {
	for _, cidr := range []string{"10.0.0.0/16", "10.1.128.0/17", "172.16.32.0/20"} {
		vpc := netip.MustParsePrefix(cidr)
		r := ranges{vpc: vpc}
		var all []netip.Prefix
		for zone := range 3 {
			all = append(all, r.public(zone), r.private(zone))
		}
		for i, a := range all {
			require.True(t, vpc.Contains(a.Addr()), "%s in %s", a, vpc)
			require.Equal(t, a, a.Masked(), "AWS refuses host bits")
			require.LessOrEqual(t, a.Bits(), 28, "the smallest subnet of AWS")
			for _, b := range all[i+1:] {
				require.False(t, a.Overlaps(b), "%s and %s", a, b)
			}
		}
	}
}

func TestNew_GivesNoSubnetPublicAddresses(t *testing.T) {
	for _, subnet := range run(t, args()).All("aws:ec2/subnet:Subnet") {
		require.False(t, subnet.Path("mapPublicIpOnLaunch").BoolValue(), subnet.Name)
	}
}

func TestNew_RoutesPrivateSubnetsThroughNATOnly(t *testing.T) {
	for _, route := range run(t, args()).All("aws:ec2/route:Route") {
		if strings.Contains(route.Name, "private") {
			require.True(t, route.Path("gatewayId").IsNull(), route.Name)
			require.NotEmpty(t, route.Path("natGatewayId").StringValue(), route.Name)
		}
	}
}

func TestNew_HasOneNATGatewayOrOnePerZone(t *testing.T) {
	require.Len(t, run(t, args()).All("aws:ec2/natGateway:NatGateway"), 3)
	one := args()
	one.NATPerZone = false
	recording := run(t, one)
	require.Len(t, recording.All("aws:ec2/natGateway:NatGateway"), 1)
	require.Len(t, recording.All("aws:ec2/routeTable:RouteTable"), 4, "a table for each zone all the same: they can part later without a new subnet")
}

func TestNew_ClosesTheDefaultSecurityGroup(t *testing.T) {
	groups := run(t, args()).All("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
	require.Len(t, groups, 1)
	require.True(t, groups[0].Path("ingress").IsNull())
	require.True(t, groups[0].Path("egress").IsNull())
}

func TestNew_AlwaysHasTheS3GatewayAndInterfaceEndpointsOnDemand(t *testing.T) {
	require.Len(t, run(t, args()).All("aws:ec2/vpcEndpoint:VpcEndpoint"), 1+len(interfaceServices()))
	without := args()
	without.InterfaceEndpoints = false
	endpoints := run(t, without).All("aws:ec2/vpcEndpoint:VpcEndpoint")
	require.Len(t, endpoints, 1)
	require.Equal(t, "com.amazonaws.us-east-2.s3", endpoints[0].Path("serviceName").StringValue())
	require.Equal(t, "Gateway", endpoints[0].Path("vpcEndpointType").StringValue())
}

func TestNew_EncryptsFlowLogsOfAllTraffic(t *testing.T) {
	recording := run(t, args())
	logs := recording.All("aws:ec2/flowLog:FlowLog")
	require.Len(t, logs, 1)
	require.Equal(t, "ALL", logs[0].Path("trafficType").StringValue())
	group := recording.All("aws:cloudwatch/logGroup:LogGroup")[0]
	require.Equal(t, "arn:key", group.Path("kmsKeyId").StringValue())
	require.Equal(t, 90.0, group.Path("retentionInDays").NumberValue())
}

func TestNew_BoundsTheFlowLogsRoleWhenAskedTo(t *testing.T) {
	const boundary = "arn:aws:iam::123456789012:policy/satkube-boundary"
	bounded := args()
	bounded.PermissionsBoundary = boundary
	require.Equal(t, boundary, run(t, bounded).Must(t, "aws:iam/role:Role", "network-flow-logs").Path("permissionsBoundary").StringValue())
	require.True(t, run(t, args()).Must(t, "aws:iam/role:Role", "network-flow-logs").Path("permissionsBoundary").IsNull())
}

func TestFlowLogsPolicy_MatchesItsGolden(t *testing.T) {
	golden.Equal(t, "flow-logs.json", flowLogsPolicy("arn:aws:logs:us-east-2:123456789012:log-group:/satkube/c/vpc-flow-logs").Indented())
}

func TestNew_RefusesWhatCannotStand(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"one zone":     {func(a *Args) { a.Zones = a.Zones[:1] }, "zones is 1 names, want 2 or 3"},
		"too small":    {func(a *Args) { a.CIDR = "10.0.0.0/21" }, `cidr is "10.0.0.0/21", want an IPv4 range from /16 to /20`},
		"IPv6":         {func(a *Args) { a.CIDR = "fd00::/16" }, "want an IPv4 range"},
		"no retention": {func(a *Args) { a.LogRetentionDays = 0 }, "log retention days is 0"},
		"no cluster":   {func(a *Args) { a.Cluster = "" }, "cluster is empty"},
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

func run(t *testing.T, a Args) *mock.Recording {
	t.Helper()
	return mock.Deployed(t, program(a))
}

func program(a Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "network", a)
		return err
	}
}
