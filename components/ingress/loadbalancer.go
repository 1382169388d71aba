package ingress

import (
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// ClassOutside is the class of load balancers that no controller of the cluster makes. Naming it keeps the cloud's own controller, which
// looks at Services without a class, from making a second one.
const ClassOutside = "satkube.com/outside"

// skipAwait tells Pulumi not to wait until the object is ready.
const skipAwait = "pulumi.com/skipAwait"

// allowed are the networks that may connect.
func (l LoadBalancer) allowed() []string {
	if len(l.AllowedCIDRs) > 0 {
		return l.AllowedCIDRs
	}
	return l.NetworkCIDRs
}

func (l LoadBalancer) endsTLS() bool { return l.Outside != nil && l.Outside.EndsTLS }

// drainSeconds is how long nginx goes on serving after it was told to stop. Load balancers of a cluster look at its endpoints, and need
// no time beyond what endpoints take to get around.
func (l LoadBalancer) drainSeconds() int {
	if l.Outside != nil {
		return l.Outside.DrainSeconds
	}
	return 5
}

// peer is whoever connects to the pods: the load balancer, and clients, whose addresses it leaves as they are.
func (l LoadBalancer) peer() kube.Peer {
	networks := slices.Concat(l.NetworkCIDRs, l.AllowedCIDRs)
	slices.Sort(networks)
	return kube.Peer{Name: "load-balancer", CIDRs: slices.Compact(networks)}
}

// newLoadBalancer makes the Service that the load balancer sends to. HTTPS is its only port: where nobody listens for plain HTTP, nobody
// can send a password over it. Its type is LoadBalancer for one outside, too: only then do nodes tell by themselves whether they have a
// pod that serves, and go on sending to a pod that stops until the load balancer has noticed.
func newLoadBalancer(ctx *pulumi.Context, name string, args Args, inside pulumi.ResourceOption) (*corev1.Service, error) {
	metadata := kube.Metadata(args.app(), args.Namespace, args.app().Name+"-public")
	// A cluster without load balancers would keep Pulumi waiting for one until it gives up, and nobody writes down one outside.
	metadata.Annotations = pulumi.StringMap{skipAwait: pulumi.String("true")}
	port := corev1.ServicePortArgs{
		Name: pulumi.String("https"), Port: pulumi.Int(443), TargetPort: pulumi.String("https"), Protocol: pulumi.String("TCP"),
		AppProtocol: pulumi.String("tcp"),
	}
	spec := corev1.ServiceSpecArgs{
		Type:                     pulumi.String("LoadBalancer"),
		Selector:                 pulumi.ToStringMap(args.app().Selector()),
		LoadBalancerSourceRanges: pulumi.ToStringArray(args.LoadBalancer.allowed()),
		// Where the cluster makes the load balancer, one that goes through ports of the nodes does not do: they answer beside it, past
		// its networks. For one outside, the nodes' security group lets nobody else to the ports.
		AllocateLoadBalancerNodePorts: pulumi.Bool(false),
		// Clients keep their addresses: logs and limits by address mean nothing without.
		ExternalTrafficPolicy: pulumi.String("Local"),
	}
	if outside := args.LoadBalancer.Outside; outside != nil {
		port.NodePort = pulumi.Int(outside.NodePort)
		spec.LoadBalancerClass = pulumi.String(ClassOutside)
		spec.HealthCheckNodePort = pulumi.Int(outside.HealthPort)
	}
	spec.Ports = corev1.ServicePortArray{port}
	return corev1.NewService(ctx, name+"-public", &corev1.ServiceArgs{Metadata: metadata, Spec: spec}, inside)
}

func (l LoadBalancer) address(balancer *corev1.Service) pulumi.StringOutput {
	if l.Outside != nil {
		return l.Outside.Address.ToStringOutput()
	}
	return balancer.Status.ApplyT(func(status *corev1.ServiceStatus) string {
		if status == nil || status.LoadBalancer == nil {
			return ""
		}
		for _, in := range status.LoadBalancer.Ingress {
			if in.Hostname != nil {
				return *in.Hostname
			}
			if in.Ip != nil {
				return *in.Ip
			}
		}
		return ""
	}).(pulumi.StringOutput)
}
