// Package network is the VPC below an EKS cluster: private subnets for the nodes, public ones for load balancers only,
// and as few ways out as the configuration allows.
package network

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Token is the component's type token.
const Token = "satkube:network:Network"

// Args shapes a network.
type Args struct {
	// Cluster is the name of the EKS cluster that will live here; load balancers find their subnets by it.
	Cluster string
	// Region is the AWS region.
	Region string
	// CIDR is the VPC's IPv4 range, /16 to /20.
	CIDR string
	// Zones are the availability zones' names, two or three.
	Zones []string
	// NATPerZone gives every zone its own NAT gateway; otherwise they share the first zone's.
	NATPerZone bool
	// InterfaceEndpoints keeps calls to AWS APIs inside the VPC.
	InterfaceEndpoints bool
	// LogRetentionDays is how long flow logs are kept.
	LogRetentionDays int
	// PermissionsBoundary is the ARN of the policy that limits the flow logs' IAM role; empty for none.
	PermissionsBoundary string
	// Protect makes Pulumi refuse to delete the VPC.
	Protect bool
	// LogsKeyARN is the KMS key that encrypts the flow logs.
	LogsKeyARN pulumi.StringInput
}

// Network is a VPC.
type Network struct {
	pulumi.ResourceState

	// VPCID is the VPC's id.
	VPCID pulumi.StringOutput `pulumi:"vpcId"`
	// PrivateSubnetIDs are the nodes' subnets, in the order of the zones.
	PrivateSubnetIDs pulumi.StringArrayOutput `pulumi:"privateSubnetIds"`
	// PublicSubnetIDs are the load balancers' subnets, in the order of the zones.
	PublicSubnetIDs pulumi.StringArrayOutput `pulumi:"publicSubnetIds"`
	// Ready is what has to stand before a node can reach anything: routes and endpoints.
	Ready []pulumi.Resource
}

// New makes a network.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Network, error) {
	ranges, err := args.validate()
	if err != nil {
		return nil, fmt.Errorf("network %s: %w", name, err)
	}
	n := &Network{}
	err = ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"cidr":  pulumi.String(args.CIDR),
		"zones": pulumi.ToStringArray(args.Zones),
	}, n, opts...)
	if err != nil {
		return nil, err
	}
	child := pulumi.Parent(n)

	vpc, err := newVPC(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	public, err := newPublicSubnets(ctx, name, args, ranges, vpc, child)
	if err != nil {
		return nil, err
	}
	gateways, err := newNATGateways(ctx, name, args, public, child)
	if err != nil {
		return nil, err
	}
	private, err := newPrivateSubnets(ctx, name, args, ranges, vpc, gateways, child)
	if err != nil {
		return nil, err
	}
	endpoints, err := newEndpoints(ctx, name, args, vpc, private, child)
	if err != nil {
		return nil, err
	}
	if err := newFlowLogs(ctx, name, args, vpc, child); err != nil {
		return nil, err
	}

	n.VPCID = vpc.ID().ToStringOutput()
	n.PrivateSubnetIDs = private.ids()
	n.PublicSubnetIDs = public.ids()
	n.Ready = append(append(public.routes, private.routes...), endpoints...)
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{
		"vpcId":            n.VPCID,
		"privateSubnetIds": n.PrivateSubnetIDs,
		"publicSubnetIds":  n.PublicSubnetIDs,
	})
}

// AvailableZones asks AWS for the region's zones and returns the names of the first count of them.
// Local and wavelength zones, which need an opt-in and lack EKS, are left out.
func AvailableZones(ctx *pulumi.Context, count int, opts ...pulumi.InvokeOption) ([]string, error) {
	available := "available"
	zones, err := aws.GetAvailabilityZones(ctx, &aws.GetAvailabilityZonesArgs{
		State:   &available,
		Filters: []aws.GetAvailabilityZonesFilter{{Name: "opt-in-status", Values: []string{"opt-in-not-required"}}},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("availability zones: %w", err)
	}
	if len(zones.Names) < count {
		return nil, fmt.Errorf("availability zones: the region has %d, want %d: lower cluster.eks.network.zones", len(zones.Names), count)
	}
	return zones.Names[:count], nil
}

func (a Args) validate() (ranges, error) {
	var mistakes []error
	if a.Cluster == "" {
		mistakes = append(mistakes, errors.New("cluster is empty, want the cluster's name"))
	}
	if len(a.Zones) < 2 || len(a.Zones) > 3 {
		mistakes = append(mistakes, fmt.Errorf("zones is %d names, want 2 or 3", len(a.Zones)))
	}
	if a.LogRetentionDays <= 0 {
		mistakes = append(mistakes, fmt.Errorf("log retention days is %d, want days that CloudWatch offers", a.LogRetentionDays))
	}
	vpc, err := netip.ParsePrefix(a.CIDR)
	if err != nil || !vpc.Addr().Is4() || vpc.Bits() < 16 || vpc.Bits() > 20 {
		mistakes = append(mistakes, fmt.Errorf("cidr is %q, want an IPv4 range from /16 to /20", a.CIDR))
		return ranges{}, errors.Join(mistakes...)
	}
	return ranges{vpc: vpc}, errors.Join(mistakes...)
}

func newVPC(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*ec2.Vpc, error) {
	vpc, err := ec2.NewVpc(ctx, name, &ec2.VpcArgs{
		CidrBlock:          pulumi.String(args.CIDR),
		EnableDnsHostnames: pulumi.Bool(true),
		EnableDnsSupport:   pulumi.Bool(true),
		Tags:               named(name),
	}, child, pulumi.Protect(args.Protect))
	if err != nil {
		return nil, err
	}
	// AWS opens the default group to itself; adopting it without a rule closes it (CIS AWS 5.4).
	_, err = ec2.NewDefaultSecurityGroup(ctx, name, &ec2.DefaultSecurityGroupArgs{
		VpcId: vpc.ID(),
		Tags:  named(name + "-default-closed"),
	}, child)
	return vpc, err
}

func named(name string) pulumi.StringMap {
	return pulumi.StringMap{"Name": pulumi.String(name)}
}
