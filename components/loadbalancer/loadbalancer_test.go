package loadbalancer

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/internal/mock/policies"
)

func args() Args {
	return Args{
		AllowedCIDRs: []string{"10.20.0.0/16", "198.51.100.0/24"}, NodePort: 30443, HealthPort: 30444, Protect: true,
		VPCID: pulumi.String("vpc-1"), SubnetIDs: pulumi.ToStringArray([]string{"subnet-1", "subnet-2"}), NodesGroupID: pulumi.String("sg-nodes"),
		AutoScalingGroups: []pulumi.StringOutput{pulumi.String("eks-a").ToStringOutput(), pulumi.String("eks-b").ToStringOutput()},
	}
}

func program(a Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "pages", a)
		return err
	}
}

func TestNew_IsInternalAndProtectedUnlessToldOtherwise(t *testing.T) {
	recording := mock.Deployed(t, program(args()))
	balancer := recording.Must(t, "aws:lb/loadBalancer:LoadBalancer", "pages")
	require.Equal(t, "network", balancer.Path("loadBalancerType").StringValue())
	require.True(t, balancer.Path("internal").BoolValue())
	require.True(t, balancer.Path("enableDeletionProtection").BoolValue())
	require.True(t, balancer.Protect)
	open := args()
	open.Public, open.Protect = true, false
	balancer = mock.Deployed(t, program(open)).Must(t, "aws:lb/loadBalancer:LoadBalancer", "pages")
	require.False(t, balancer.Path("internal").BoolValue())
	require.False(t, balancer.Path("enableDeletionProtection").BoolValue())
	require.False(t, balancer.Protect)
}

func TestNew_LetsOnlyTheAllowedNetworksInAndOnlyItselfToTheNodes(t *testing.T) {
	recording := mock.Deployed(t, program(args()))
	const ingress, egress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	require.Len(t, recording.All(ingress), 4)
	require.Len(t, recording.All(egress), 2)
	for _, network := range args().AllowedCIDRs {
		rule := recording.Must(t, ingress, "pages-from-"+network)
		require.Equal(t, "pages-id", rule.Path("securityGroupId").StringValue())
		require.Equal(t, network, rule.Path("cidrIpv4").StringValue())
		require.Equal(t, 443.0, rule.Path("fromPort").NumberValue())
		require.Equal(t, 443.0, rule.Path("toPort").NumberValue())
	}
	for name, port := range map[string]float64{"https": 30443, "health": 30444} {
		in, out := recording.Must(t, ingress, "pages-nodes-"+name), recording.Must(t, egress, "pages-to-nodes-"+name)
		require.Equal(t, "sg-nodes", in.Path("securityGroupId").StringValue())
		require.Equal(t, "pages-id", in.Path("referencedSecurityGroupId").StringValue())
		require.Equal(t, "pages-id", out.Path("securityGroupId").StringValue())
		require.Equal(t, "sg-nodes", out.Path("referencedSecurityGroupId").StringValue())
		for _, rule := range []mock.Resource{in, out} {
			require.Equal(t, port, rule.Path("fromPort").NumberValue())
			require.Equal(t, port, rule.Path("toPort").NumberValue())
			require.True(t, rule.Path("cidrIpv4").IsNull())
		}
	}
}

func TestNew_SendsToEveryGroupOfNodesWithTheClientsAddresses(t *testing.T) {
	recording := mock.Deployed(t, program(args()))
	targets := recording.Must(t, "aws:lb/targetGroup:TargetGroup", "pages")
	require.Equal(t, "true", targets.Path("preserveClientIp").StringValue())
	require.Equal(t, "TCP", targets.Path("protocol").StringValue())
	require.Equal(t, "30444", targets.Path("healthCheck", "port").StringValue())
	require.Equal(t, "/healthz", targets.Path("healthCheck", "path").StringValue())
	for i, group := range []string{"eks-a", "eks-b"} {
		attachment := recording.Must(t, "aws:autoscaling/attachment:Attachment", fmt.Sprintf("pages-%d", i))
		require.Equal(t, group, attachment.Path("autoscalingGroupName").StringValue())
		require.Equal(t, "arn:recorded:pages", attachment.Path("lbTargetGroupArn").StringValue())
	}
	listener := recording.Must(t, "aws:lb/listener:Listener", "pages")
	require.Equal(t, "TCP", listener.Path("protocol").StringValue())
	require.True(t, listener.Path("certificateArn").IsNull())
}

func TestNew_EndsTLSWithACertificateAndBeginsItAgain(t *testing.T) {
	a := args()
	a.CertificateARN = "arn:aws:acm:us-east-2:123456789012:certificate/1"
	recording := mock.Deployed(t, program(a))
	listener := recording.Must(t, "aws:lb/listener:Listener", "pages")
	require.Equal(t, "TLS", listener.Path("protocol").StringValue())
	require.Equal(t, a.CertificateARN, listener.Path("certificateArn").StringValue())
	require.Equal(t, TLSPolicy, listener.Path("sslPolicy").StringValue())
	require.Equal(t, "TLS", recording.Must(t, "aws:lb/targetGroup:TargetGroup", "pages").Path("protocol").StringValue())
}

// A node is sent new connections until two checks have failed; a pod has to serve for longer than that.
func TestDrainSeconds_OutlastTheChecks(t *testing.T) {
	check := mock.Deployed(t, program(args())).Must(t, "aws:lb/targetGroup:TargetGroup", "pages")
	noticed := check.Path("healthCheck", "interval").NumberValue() * check.Path("healthCheck", "unhealthyThreshold").NumberValue()
	require.Greater(t, float64(DrainSeconds), noticed)
}

func TestNew_IsRefusedByNoPolicy(t *testing.T) {
	require.Empty(t, policies.Refused(t, mock.Deployed(t, program(args())), "test"))
}

func TestNew_RefusesWhatIsNotSafe(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"nobody":             {func(a *Args) { a.AllowedCIDRs = nil }, "allowed cidrs is empty"},
		"everybody":          {func(a *Args) { a.AllowedCIDRs = []string{"0.0.0.0/0"} }, `allowed cidrs is "0.0.0.0/0", want an IPv4 network of /8 or narrower`},
		"an address":         {func(a *Args) { a.AllowedCIDRs = []string{"198.51.100.7/24"} }, "want an IPv4 network"},
		"another family":     {func(a *Args) { a.AllowedCIDRs = []string{"2001:db8::/32"} }, "want an IPv4 network"},
		"a low port":         {func(a *Args) { a.NodePort = 443 }, "node port is 443, want 30000 to 32767"},
		"a high health port": {func(a *Args) { a.HealthPort = 32768 }, "health port is 32768, want 30000 to 32767"},
		"one port twice":     {func(a *Args) { a.HealthPort = a.NodePort }, "want another than the node port"},
		"no nodes":           {func(a *Args) { a.AutoScalingGroups = nil }, "auto scaling groups is empty"},
		"no place":           {func(a *Args) { a.SubnetIDs = nil }, "vpc, subnets or the nodes' security group are missing"},
	} {
		t.Run(name, func(t *testing.T) {
			a := args()
			c.change(&a)
			_, err := mock.Run(program(a), nil)
			require.ErrorContains(t, err, c.want)
		})
	}
}
