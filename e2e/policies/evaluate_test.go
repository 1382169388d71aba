package policies_test

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// end is one end of a connection, as policies see it: a pod by its namespace and labels, everything by its address.
type end struct {
	namespace string
	labels    map[string]string
	address   string
	// host is a pod on the node's network, or nothing of the cluster: no policy applies to it.
	host bool
}

// allowed is what network policies say of a connection to a port: the reference for what an agent makes of them. A pod that no policy
// selects for a direction is open in that direction (NetworkPolicySpec, policyTypes).
func allowed(all []networkingv1.NetworkPolicy, from, to end, port int, protocol corev1.Protocol) bool {
	out := verdict(all, from, networkingv1.PolicyTypeEgress, func(spec networkingv1.NetworkPolicySpec) bool {
		return slices.ContainsFunc(spec.Egress, func(rule networkingv1.NetworkPolicyEgressRule) bool {
			return portMatches(rule.Ports, port, protocol) && peerMatches(rule.To, to)
		})
	})
	in := verdict(all, to, networkingv1.PolicyTypeIngress, func(spec networkingv1.NetworkPolicySpec) bool {
		return slices.ContainsFunc(spec.Ingress, func(rule networkingv1.NetworkPolicyIngressRule) bool {
			return portMatches(rule.Ports, port, protocol) && peerMatches(rule.From, from)
		})
	})
	return out && in
}

func verdict(all []networkingv1.NetworkPolicy, pod end, direction networkingv1.PolicyType, rules func(networkingv1.NetworkPolicySpec) bool) bool {
	if pod.host {
		return true
	}
	selected := false
	for _, p := range all {
		if p.Namespace == pod.namespace && selects(&p.Spec.PodSelector, pod.labels) && slices.Contains(p.Spec.PolicyTypes, direction) {
			if rules(p.Spec) {
				return true
			}
			selected = true
		}
	}
	return !selected
}

// peerMatches takes an empty list for everybody, as Kubernetes does. A peer without a namespace would be in the policy's own; the stack
// names namespaces always.
func peerMatches(peers []networkingv1.NetworkPolicyPeer, other end) bool {
	if len(peers) == 0 {
		return true
	}
	return slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool {
		if block := peer.IPBlock; block != nil {
			within := func(cidr string) bool {
				return netip.MustParsePrefix(cidr).Contains(netip.MustParseAddr(other.address))
			}
			return within(block.CIDR) && !slices.ContainsFunc(block.Except, within)
		}
		if other.host || peer.NamespaceSelector == nil {
			return false
		}
		return selects(peer.NamespaceSelector, map[string]string{"kubernetes.io/metadata.name": other.namespace}) &&
			selects(peer.PodSelector, other.labels)
	})
}

func portMatches(ports []networkingv1.NetworkPolicyPort, number int, protocol corev1.Protocol) bool {
	return len(ports) == 0 || slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		return p.Port.IntValue() == number && *p.Protocol == protocol
	})
}

func selects(selector *metav1.LabelSelector, of map[string]string) bool {
	if selector == nil {
		return true
	}
	chosen, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && chosen.Matches(labels.Set(of))
}
