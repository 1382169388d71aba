package cluster

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

const (
	// instanceMetadata is the instance metadata service, which would hand out the node's credentials.
	instanceMetadata = "169.254.169.254/32"
	// podIdentityAgent is where the EKS Pod Identity agent of the node hands out a pod's own credentials.
	podIdentityAgent = "169.254.170.23/32"
	// vpcResolver is AmazonProvidedDNS, beside the VPC's second address.
	vpcResolver = "169.254.169.253/32"
)

// newSystemPolicies opens for EKS' add-ons in kube-system what they need. In strict mode the CNI cuts off every pod without a
// policy, CoreDNS too; so these stand before the first node.
func newSystemPolicies(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	child := pulumi.Composite(opts...)
	metadata := func(policy string) metav1.ObjectMetaArgs {
		return metav1.ObjectMetaArgs{
			Name:      pulumi.String(policy),
			Namespace: pulumi.String("kube-system"),
			Labels:    pulumi.ToStringMap(kube.Labels()),
		}
	}
	dns, err := networkingv1.NewNetworkPolicy(ctx, name+"-dns-from-all", &networkingv1.NetworkPolicyArgs{
		Metadata: metadata("satkube-dns-from-all"),
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"k8s-app": pulumi.String("kube-dns")}},
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress"}),
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{
				From: networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{
					NamespaceSelector: metav1.LabelSelectorArgs{},
				}},
				Ports: ports(53, "UDP", "TCP"),
			}},
		},
	}, child)
	if err != nil {
		return nil, err
	}
	egress, err := networkingv1.NewNetworkPolicy(ctx, name+"-addons-egress", &networkingv1.NetworkPolicyArgs{
		Metadata: metadata("satkube-addons-egress"),
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{},
			PolicyTypes: pulumi.ToStringArray([]string{"Egress"}),
			Egress: networkingv1.NetworkPolicyEgressRuleArray{
				// DNS of the VPC, for CoreDNS, and CoreDNS itself, for the others.
				toBlocks(ports(53, "UDP", "TCP"), block(args.VPCCIDR), block(args.ServiceCIDR), block(vpcResolver)),
				// The API server, by its service address and behind it, and the APIs of AWS.
				toBlocks(ports(443, "TCP"), block("0.0.0.0/0", instanceMetadata)),
				toBlocks(ports(80, "TCP"), block(podIdentityAgent)),
			},
		},
	}, child)
	return []pulumi.Resource{dns, egress}, err
}

func toBlocks(ports networkingv1.NetworkPolicyPortArray, blocks ...networkingv1.NetworkPolicyPeerInput) networkingv1.NetworkPolicyEgressRuleArgs {
	return networkingv1.NetworkPolicyEgressRuleArgs{To: networkingv1.NetworkPolicyPeerArray(blocks), Ports: ports}
}

func block(cidr string, except ...string) networkingv1.NetworkPolicyPeerArgs {
	args := networkingv1.IPBlockArgs{Cidr: pulumi.String(cidr)}
	if len(except) > 0 {
		args.Except = pulumi.ToStringArray(except)
	}
	return networkingv1.NetworkPolicyPeerArgs{IpBlock: args}
}

// ports returns one port number under each of the protocols.
func ports(number int, protocols ...string) networkingv1.NetworkPolicyPortArray {
	var made networkingv1.NetworkPolicyPortArray
	for _, protocol := range protocols {
		made = append(made, networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(number)})
	}
	return made
}
