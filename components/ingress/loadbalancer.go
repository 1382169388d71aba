package ingress

import (
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// The classes of load balancer on EKS.
const (
	// ClassController is the AWS Load Balancer Controller's, which must run in the cluster.
	ClassController = "service.k8s.aws/nlb"
	// ClassAutoMode is that of EKS Auto Mode.
	ClassAutoMode = "eks.amazonaws.com/nlb"
)

// balancerAnnotation begins the annotations of the AWS Load Balancer Controller; see its documentation, "Service annotations".
const balancerAnnotation = "service.beta.kubernetes.io/aws-load-balancer-"

// skipAwait tells Pulumi not to wait until the object is ready.
const skipAwait = "pulumi.com/skipAwait"

func (l LoadBalancer) aws() bool { return l.Class == ClassController || l.Class == ClassAutoMode }

// allowed are the networks that may connect.
func (l LoadBalancer) allowed() []string {
	if len(l.AllowedCIDRs) > 0 {
		return l.AllowedCIDRs
	}
	return l.NetworkCIDRs
}

// peer is whoever connects to the pods: the load balancer for its health checks, and clients, whose addresses it leaves as they are.
func (l LoadBalancer) peer() kube.Peer {
	networks := slices.Concat(l.NetworkCIDRs, l.AllowedCIDRs)
	slices.Sort(networks)
	return kube.Peer{Name: "load-balancer", CIDRs: slices.Compact(networks)}
}

// newLoadBalancer makes the Service with the load balancer. HTTPS is its only port: where nobody listens for plain HTTP, nobody can
// send a password over it.
func newLoadBalancer(ctx *pulumi.Context, name string, args Args, inside pulumi.ResourceOption) (*corev1.Service, error) {
	metadata := kube.Metadata(args.app(), args.Namespace, args.app().Name+"-public")
	metadata.Annotations = args.balancerAnnotations()
	spec := corev1.ServiceSpecArgs{
		Type:     pulumi.String("LoadBalancer"),
		Selector: pulumi.ToStringMap(args.app().Selector()),
		Ports: corev1.ServicePortArray{corev1.ServicePortArgs{
			Name: pulumi.String("https"), Port: pulumi.Int(443), TargetPort: pulumi.String("https"), Protocol: pulumi.String("TCP"),
			AppProtocol: pulumi.String("tcp"),
		}},
		LoadBalancerSourceRanges: pulumi.ToStringArray(args.LoadBalancer.allowed()),
		// A load balancer that goes through ports of the nodes does not do here: they answer beside it, past its networks.
		AllocateLoadBalancerNodePorts: pulumi.Bool(false),
		// Clients keep their addresses: logs and limits by address mean nothing without.
		ExternalTrafficPolicy: pulumi.String("Local"),
	}
	if args.LoadBalancer.Class != "" {
		spec.LoadBalancerClass = pulumi.String(args.LoadBalancer.Class)
	}
	if args.LoadBalancer.aws() {
		// It sends to the pods themselves, with the clients' addresses. Local would only open a port for its health on every node.
		spec.ExternalTrafficPolicy = pulumi.String("Cluster")
	}
	return corev1.NewService(ctx, name+"-public", &corev1.ServiceArgs{Metadata: metadata, Spec: spec}, inside)
}

func (a Args) balancerAnnotations() pulumi.StringMap {
	if !a.LoadBalancer.aws() {
		// A cluster without load balancers would keep Pulumi waiting for one until it gives up.
		return pulumi.StringMap{skipAwait: pulumi.String("true")}
	}
	scheme := "internal"
	if a.LoadBalancer.Public {
		scheme = "internet-facing"
	}
	annotations := pulumi.StringMap{
		balancerAnnotation + "scheme":                  pulumi.String(scheme),
		balancerAnnotation + "nlb-target-type":         pulumi.String("ip"),
		balancerAnnotation + "target-group-attributes": pulumi.String("preserve_client_ip.enabled=true"),
		balancerAnnotation + "attributes":              pulumi.String("load_balancing.cross_zone.enabled=true"),
	}
	if a.CertificateARN != nil {
		annotations[balancerAnnotation+"ssl-cert"] = a.CertificateARN
		annotations[balancerAnnotation+"ssl-ports"] = pulumi.String("443")
		annotations[balancerAnnotation+"ssl-negotiation-policy"] = pulumi.String("ELBSecurityPolicy-TLS13-1-2-2021-06")
		// Passwords do not cross the network in the clear behind the load balancer either.
		annotations[balancerAnnotation+"backend-protocol"] = pulumi.String("ssl")
	}
	return annotations
}

func address(balancer *corev1.Service) pulumi.StringOutput {
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
