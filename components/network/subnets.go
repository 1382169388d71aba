package network

import (
	"encoding/binary"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ranges cuts a VPC's range into subnets. A quarter is for the public subnets, in 16 parts of which each zone takes one;
// each of the other three quarters is a zone's private subnet, large because every pod takes an address of it.
type ranges struct {
	vpc netip.Prefix
}

// private returns the range of the zone's nodes: a /18 of a /16.
func (r ranges) private(zone int) netip.Prefix {
	return r.part(2, zone+1)
}

// public returns the range of the zone's load balancers: a /22 of a /16.
func (r ranges) public(zone int) netip.Prefix {
	return r.part(6, zone)
}

// part returns the nth of the 2^bits equal parts of the VPC's range.
func (r ranges) part(bits, nth int) netip.Prefix {
	length := r.vpc.Bits() + bits
	base := r.vpc.Addr().As4()
	address := binary.BigEndian.Uint32(base[:]) + uint32(nth)<<(32-length)
	binary.BigEndian.PutUint32(base[:], address)
	return netip.PrefixFrom(netip.AddrFrom4(base), length)
}

// subnets are one subnet in each zone, with the tables that route them.
type subnets struct {
	subnets []*ec2.Subnet
	tables  []*ec2.RouteTable
	routes  []pulumi.Resource
}

func (s subnets) ids() pulumi.StringArrayOutput {
	ids := pulumi.StringArray{}
	for _, subnet := range s.subnets {
		ids = append(ids, subnet.ID())
	}
	return ids.ToStringArrayOutput()
}

func newPublicSubnets(ctx *pulumi.Context, name string, args Args, r ranges, vpc *ec2.Vpc, child pulumi.ResourceOption) (subnets, error) {
	var made subnets
	gateway, err := ec2.NewInternetGateway(ctx, name, &ec2.InternetGatewayArgs{VpcId: vpc.ID(), Tags: named(name)}, child)
	if err != nil {
		return made, err
	}
	table, err := newRouteTable(ctx, name+"-public", vpc, child)
	if err != nil {
		return made, err
	}
	made.tables = []*ec2.RouteTable{table}
	route, err := ec2.NewRoute(ctx, name+"-public", &ec2.RouteArgs{
		RouteTableId:         table.ID(),
		DestinationCidrBlock: pulumi.String("0.0.0.0/0"),
		GatewayId:            gateway.ID(),
	}, child)
	if err != nil {
		return made, err
	}
	made.routes = append(made.routes, route)
	for i, zone := range args.Zones {
		err := made.add(ctx, name+"-public-"+zone, zone, r.public(i), "kubernetes.io/role/elb", args.Cluster, vpc, table, child)
		if err != nil {
			return made, err
		}
	}
	return made, nil
}

func newPrivateSubnets(ctx *pulumi.Context, name string, args Args, r ranges, vpc *ec2.Vpc, gateways []*ec2.NatGateway, child pulumi.ResourceOption) (subnets, error) {
	var made subnets
	for i, zone := range args.Zones {
		table, err := newRouteTable(ctx, name+"-private-"+zone, vpc, child)
		if err != nil {
			return made, err
		}
		made.tables = append(made.tables, table)
		// With one gateway for all, every zone's route leads to it.
		gateway := gateways[min(i, len(gateways)-1)]
		route, err := ec2.NewRoute(ctx, name+"-private-"+zone, &ec2.RouteArgs{
			RouteTableId:         table.ID(),
			DestinationCidrBlock: pulumi.String("0.0.0.0/0"),
			NatGatewayId:         gateway.ID(),
		}, child)
		if err != nil {
			return made, err
		}
		made.routes = append(made.routes, route)
		err = made.add(ctx, name+"-private-"+zone, zone, r.private(i), "kubernetes.io/role/internal-elb", args.Cluster, vpc, table, child)
		if err != nil {
			return made, err
		}
	}
	return made, nil
}

// add makes one subnet and its place in the route table. No subnet hands out public addresses: load balancers and NAT gateways bring their own.
func (s *subnets) add(ctx *pulumi.Context, name, zone string, cidr netip.Prefix, role, cluster string, vpc *ec2.Vpc, table *ec2.RouteTable, child pulumi.ResourceOption) error {
	tags := named(name)
	tags[role] = pulumi.String("1")
	tags["kubernetes.io/cluster/"+cluster] = pulumi.String("shared")
	subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{
		VpcId:               vpc.ID(),
		AvailabilityZone:    pulumi.String(zone),
		CidrBlock:           pulumi.String(cidr.String()),
		MapPublicIpOnLaunch: pulumi.Bool(false),
		Tags:                tags,
	}, child)
	if err != nil {
		return err
	}
	association, err := ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{
		SubnetId:     subnet.ID(),
		RouteTableId: table.ID(),
	}, child)
	if err != nil {
		return err
	}
	s.subnets = append(s.subnets, subnet)
	s.routes = append(s.routes, association)
	return nil
}

func newRouteTable(ctx *pulumi.Context, name string, vpc *ec2.Vpc, child pulumi.ResourceOption) (*ec2.RouteTable, error) {
	return ec2.NewRouteTable(ctx, name, &ec2.RouteTableArgs{VpcId: vpc.ID(), Tags: named(name)}, child)
}

func newNATGateways(ctx *pulumi.Context, name string, args Args, public subnets, child pulumi.ResourceOption) ([]*ec2.NatGateway, error) {
	count := 1
	if args.NATPerZone {
		count = len(args.Zones)
	}
	var gateways []*ec2.NatGateway
	for i, zone := range args.Zones[:count] {
		natName := name + "-nat-" + zone
		address, err := ec2.NewEip(ctx, natName, &ec2.EipArgs{Domain: pulumi.String("vpc"), Tags: named(natName)}, child)
		if err != nil {
			return nil, err
		}
		// AWS documents the internet gateway's route as a precondition.
		gateway, err := ec2.NewNatGateway(ctx, natName, &ec2.NatGatewayArgs{
			SubnetId:     public.subnets[i].ID(),
			AllocationId: address.ID(),
			Tags:         named(natName),
		}, child, pulumi.DependsOn(public.routes))
		if err != nil {
			return nil, err
		}
		gateways = append(gateways, gateway)
	}
	return gateways, nil
}
