// Package loadbalancer is the AWS network load balancer before the cluster's ingress: the one way in, made of typed resources that a
// preview shows whole, and not by a controller in the cluster with rights of its own in the account.
package loadbalancer

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/lb"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Token is the component's type token.
const Token = "satkube:loadbalancer:LoadBalancer"

// Port is where it listens.
const Port = 443

// TLSPolicy is the oldest that it speaks: TLS 1.2 with forward secrecy, and 1.3. Source: Elastic Load Balancing, "Security policies for
// your Network Load Balancer".
const TLSPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"

// How long a node that no longer serves is still sent new connections: two checks that fail.
const (
	checkSeconds = 10
	checks       = 2
)

// DrainSeconds is how long a pod must go on accepting connections after it was told to stop, with some seconds to spare.
const DrainSeconds = checks*checkSeconds + 10

// Args shapes the load balancer.
type Args struct {
	// Public gives it public addresses; otherwise it is reached inside the VPC only.
	Public bool
	// AllowedCIDRs are the IPv4 networks that may connect, one at least, /8 or narrower.
	AllowedCIDRs []string
	// NodePort is the nodes' port behind it. HealthPort is the one on which kube-proxy says, by HTTP, whether the node has a pod that
	// serves: the Service's healthCheckNodePort.
	NodePort, HealthPort int
	// CertificateARN is a certificate of AWS Certificate Manager in the same region. With one the load balancer ends TLS and begins it
	// again towards the node; empty passes connections on as they are.
	CertificateARN string
	// Protect makes Pulumi and AWS refuse to delete it: another one has another name than the one in DNS.
	Protect bool
	// VPCID and SubnetIDs place it.
	VPCID     pulumi.StringInput
	SubnetIDs pulumi.StringArrayInput
	// NodesGroupID is the nodes' security group.
	NodesGroupID pulumi.StringInput
	// AutoScalingGroups are the names of the groups whose instances it sends to, one at least.
	AutoScalingGroups []pulumi.StringOutput
}

// LoadBalancer is a network load balancer.
type LoadBalancer struct {
	pulumi.ResourceState

	// Address is its DNS name, for records of the hosts behind it.
	Address pulumi.StringOutput `pulumi:"address"`
}

// New makes the load balancer.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*LoadBalancer, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("load balancer %s: %w", name, err)
	}
	l := &LoadBalancer{}
	err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"public": pulumi.Bool(args.Public), "allowedCidrs": pulumi.ToStringArray(args.AllowedCIDRs),
	}, l, opts...)
	if err != nil {
		return nil, err
	}
	child := pulumi.Parent(l)
	group, err := newSecurityGroup(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	targets, err := newTargets(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	balancer, err := lb.NewLoadBalancer(ctx, name, &lb.LoadBalancerArgs{
		LoadBalancerType: pulumi.String("network"),
		Internal:         pulumi.Bool(!args.Public),
		Subnets:          args.SubnetIDs,
		SecurityGroups:   pulumi.StringArray{group.ID()},
		// A zone without a serving pod is served by the others.
		EnableCrossZoneLoadBalancing: pulumi.Bool(true),
		EnableDeletionProtection:     pulumi.Bool(args.Protect),
	}, child, pulumi.Protect(args.Protect))
	if err != nil {
		return nil, err
	}
	if err := newListener(ctx, name, args, balancer, targets, child); err != nil {
		return nil, err
	}
	l.Address = balancer.DnsName
	return l, ctx.RegisterResourceOutputs(l, pulumi.Map{"address": l.Address})
}

func (a Args) validate() error {
	var mistakes []error
	if len(a.AllowedCIDRs) == 0 {
		mistakes = append(mistakes, errors.New("allowed cidrs is empty, want the networks that may connect"))
	}
	for _, network := range a.AllowedCIDRs {
		if prefix, err := netip.ParsePrefix(network); err != nil || prefix != prefix.Masked() || prefix.Bits() < 8 || !prefix.Addr().Is4() {
			mistakes = append(mistakes, fmt.Errorf("allowed cidrs is %q, want an IPv4 network of /8 or narrower", network))
		}
	}
	for _, port := range []struct {
		field  string
		number int
	}{{"node port", a.NodePort}, {"health port", a.HealthPort}} {
		// The API server's default range.
		if port.number < 30000 || port.number > 32767 {
			mistakes = append(mistakes, fmt.Errorf("%s is %d, want 30000 to 32767", port.field, port.number))
		}
	}
	if a.NodePort == a.HealthPort {
		mistakes = append(mistakes, fmt.Errorf("health port is %d, want another than the node port", a.HealthPort))
	}
	if len(a.AutoScalingGroups) == 0 {
		mistakes = append(mistakes, errors.New("auto scaling groups is empty, want one at least"))
	}
	if a.VPCID == nil || a.SubnetIDs == nil || a.NodesGroupID == nil {
		mistakes = append(mistakes, errors.New("vpc, subnets or the nodes' security group are missing, want all"))
	}
	return errors.Join(mistakes...)
}

// newSecurityGroup lets the allowed networks in, and the load balancer to both of the nodes' ports: nobody else reaches them.
func newSecurityGroup(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*ec2.SecurityGroup, error) {
	group, err := ec2.NewSecurityGroup(ctx, name, &ec2.SecurityGroupArgs{
		VpcId:       args.VPCID,
		Description: pulumi.String("Load balancer: HTTPS from the allowed networks, and to the nodes"),
		Tags:        pulumi.StringMap{"Name": pulumi.String(name)},
	}, child)
	if err != nil {
		return nil, err
	}
	for _, network := range args.AllowedCIDRs {
		_, err := vpc.NewSecurityGroupIngressRule(ctx, name+"-from-"+network, &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: group.ID(),
			Description:     pulumi.String("HTTPS from an allowed network"),
			IpProtocol:      pulumi.String("tcp"),
			FromPort:        pulumi.Int(Port),
			ToPort:          pulumi.Int(Port),
			CidrIpv4:        pulumi.String(network),
		}, child)
		if err != nil {
			return nil, err
		}
	}
	for _, to := range []struct {
		name string
		port int
	}{{"https", args.NodePort}, {"health", args.HealthPort}} {
		_, err := vpc.NewSecurityGroupEgressRule(ctx, name+"-to-nodes-"+to.name, &vpc.SecurityGroupEgressRuleArgs{
			SecurityGroupId:           group.ID(),
			Description:               pulumi.String("To the nodes: " + to.name),
			IpProtocol:                pulumi.String("tcp"),
			FromPort:                  pulumi.Int(to.port),
			ToPort:                    pulumi.Int(to.port),
			ReferencedSecurityGroupId: args.NodesGroupID,
		}, child)
		if err != nil {
			return nil, err
		}
		_, err = vpc.NewSecurityGroupIngressRule(ctx, name+"-nodes-"+to.name, &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId:           args.NodesGroupID,
			Description:               pulumi.String("From the load balancer: " + to.name),
			IpProtocol:                pulumi.String("tcp"),
			FromPort:                  pulumi.Int(to.port),
			ToPort:                    pulumi.Int(to.port),
			ReferencedSecurityGroupId: group.ID(),
		}, child)
		if err != nil {
			return nil, err
		}
	}
	return group, nil
}

// newTargets makes the group of the nodes, and puts their auto scaling groups into it.
func newTargets(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*lb.TargetGroup, error) {
	targets, err := lb.NewTargetGroup(ctx, name, &lb.TargetGroupArgs{
		VpcId:      args.VPCID,
		TargetType: pulumi.String("instance"),
		Port:       pulumi.Int(args.NodePort),
		Protocol:   pulumi.String(args.protocol()),
		// nginx's log, and its limits by address, mean nothing without the clients' own.
		PreserveClientIp: pulumi.String("true"),
		HealthCheck: lb.TargetGroupHealthCheckArgs{
			Protocol:           pulumi.String("HTTP"),
			Port:               pulumi.String(strconv.Itoa(args.HealthPort)),
			Path:               pulumi.String("/healthz"),
			Matcher:            pulumi.String("200"),
			Interval:           pulumi.Int(checkSeconds),
			Timeout:            pulumi.Int(checkSeconds / 2),
			HealthyThreshold:   pulumi.Int(checks),
			UnhealthyThreshold: pulumi.Int(checks),
		},
	}, child)
	if err != nil {
		return nil, err
	}
	for i, group := range args.AutoScalingGroups {
		_, err := autoscaling.NewAttachment(ctx, fmt.Sprintf("%s-%d", name, i), &autoscaling.AttachmentArgs{
			AutoscalingGroupName: group,
			LbTargetGroupArn:     targets.Arn,
		}, child)
		if err != nil {
			return nil, err
		}
	}
	return targets, nil
}

func newListener(ctx *pulumi.Context, name string, args Args, balancer *lb.LoadBalancer, targets *lb.TargetGroup, child pulumi.ResourceOption) error {
	listener := &lb.ListenerArgs{
		LoadBalancerArn: balancer.Arn,
		Port:            pulumi.Int(Port),
		Protocol:        pulumi.String(args.protocol()),
		DefaultActions: lb.ListenerDefaultActionArray{lb.ListenerDefaultActionArgs{
			Type: pulumi.String("forward"), TargetGroupArn: targets.Arn,
		}},
	}
	if args.CertificateARN != "" {
		listener.CertificateArn = pulumi.String(args.CertificateARN)
		listener.SslPolicy = pulumi.String(TLSPolicy)
	}
	_, err := lb.NewListener(ctx, name, listener, child)
	return err
}

// protocol is the listener's and the targets': with TLS ended here it begins again, so that passwords do not cross the VPC in clear.
func (a Args) protocol() string {
	if a.CertificateARN != "" {
		return "TLS"
	}
	return "TCP"
}
