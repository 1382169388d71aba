// Package kube makes hardened Kubernetes workloads: restricted pods, their services, their disruption budget and exactly
// the network connections that are declared. It is the only place of the program that makes one.
package kube

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Namespace is a namespace whose guard rails stand: default deny, quota, limits, a default service account without token.
type Namespace struct {
	// Name is the namespace's name.
	Name string
	// Exists is what an object in the namespace waits for: the namespace itself.
	Exists []pulumi.Resource
	// Ready is what a pod in the namespace waits for: the guard rails too. Objects other than pods leave it alone, because the
	// engine's time to work out a failed deletion grows with the number of paths through the dependencies, not with their number.
	Ready []pulumi.Resource
}

// Port is a named port of a workload.
type Port struct {
	Name   string
	Number int
	// UDP is for the few that are not TCP.
	UDP bool
}

func (p Port) protocol() string {
	if p.UDP {
		return "UDP"
	}
	return "TCP"
}

// Peer is a set of pods, of addresses, or the public internet, as network rules see them.
type Peer struct {
	// Name stands in the names of the rules.
	Name string
	// Namespace holds the pods; empty for the internet.
	Namespace Namespace
	// Selector are the pods' labels.
	Selector map[string]string
	// CIDRs are addresses that no pods of ours have, such as the API server's; then there is neither namespace nor selector.
	CIDRs []string
	// World marks the public internet, which has neither namespace nor selector.
	World bool
}

// outside tells whether the peer is no set of pods, and so has no policies of its own.
func (p Peer) outside() bool { return p.World || len(p.CIDRs) > 0 }

// Internet is everybody outside of the cluster, on public IPv4 addresses.
func Internet() Peer {
	return Peer{Name: "internet", World: true}
}

// notPublic are the address ranges that "the internet" leaves out: private, shared, loopback and link-local ones,
// the last with the instance metadata service in it (RFC 1918, 6598, 1122, 3927).
func notPublic() []string {
	return []string{"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"}
}

// Endpoint is a port of a peer that others may be allowed to reach.
type Endpoint struct {
	Peer Peer
	Port Port
	// Host is the DNS name to dial; empty for the internet.
	Host string
}

// Inbound allows From to open connections to a port of the workload that declares it.
type Inbound struct {
	From Peer
	Port Port
}

// connection is one declared direction of traffic: the pods of From may open connections to a port of To.
type connection struct {
	from, to Peer
	port     Port
}

// policies returns both sides of the connection: the client's egress and the server's ingress. What is outside of the cluster has no side of its own.
func (c connection) policies() map[string]*networkingv1.NetworkPolicyArgs {
	both := map[string]*networkingv1.NetworkPolicyArgs{}
	ports := networkingv1.NetworkPolicyPortArray{networkingv1.NetworkPolicyPortArgs{
		Protocol: pulumi.String(c.port.protocol()),
		Port:     pulumi.Int(c.port.Number),
	}}
	if !c.from.outside() {
		name := c.from.Name + "-to-" + c.to.Name + "-" + c.port.Name
		both[name] = &networkingv1.NetworkPolicyArgs{
			Metadata: c.metadata(name, c.from.Namespace.Name),
			Spec: networkingv1.NetworkPolicySpecArgs{
				PodSelector: selector(c.from.Selector),
				PolicyTypes: pulumi.StringArray{pulumi.String("Egress")},
				Egress: networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
					To:    c.to.asPolicyPeers(),
					Ports: ports,
				}},
			},
		}
	}
	if !c.to.outside() {
		name := c.to.Name + "-" + c.port.Name + "-from-" + c.from.Name
		both[name] = &networkingv1.NetworkPolicyArgs{
			Metadata: c.metadata(name, c.to.Namespace.Name),
			Spec: networkingv1.NetworkPolicySpecArgs{
				PodSelector: selector(c.to.Selector),
				PolicyTypes: pulumi.StringArray{pulumi.String("Ingress")},
				Ingress: networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{
					From:  c.from.asPolicyPeers(),
					Ports: ports,
				}},
			},
		}
	}
	return both
}

func (c connection) metadata(name, namespace string) metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{
		Name:      pulumi.String(name),
		Namespace: pulumi.String(namespace),
		Labels:    pulumi.ToStringMap(Labels()),
	}
}

func (p Peer) asPolicyPeers() networkingv1.NetworkPolicyPeerArray {
	if p.World {
		return networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{
			Cidr:   pulumi.String("0.0.0.0/0"),
			Except: pulumi.ToStringArray(notPublic()),
		}}}
	}
	if len(p.CIDRs) > 0 {
		var blocks networkingv1.NetworkPolicyPeerArray
		for _, cidr := range p.CIDRs {
			blocks = append(blocks, networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String(cidr)}})
		}
		return blocks
	}
	return networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: selector(map[string]string{namespaceNameLabel: p.Namespace.Name}),
		PodSelector:       selector(p.Selector),
	}}
}

// namespaceNameLabel is the label that the API server itself puts on every namespace, so nobody else can claim it.
const namespaceNameLabel = "kubernetes.io/metadata.name"

func selector(labels map[string]string) metav1.LabelSelectorArgs {
	return metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(labels)}
}
