// Package clustersetup holds the rules of the CKS domain Cluster Setup: network policies, the control plane's endpoints, Ingress
// objects, node metadata, what faces the internet, and pinned binaries.
package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

// Rules are all rules of the domain.
func Rules() []pack.Rule {
	return []pack.Rule{
		// Network policies.
		namespaceDefaultDeny,
		everyPodSelected,
		netpolIngressOpen,
		netpolEgressOpen,
		netpolPolicytypesExplicit,
		vpcCniNetworkPolicy,

		// The control plane's endpoints.
		eksPublicEndpointOff,
		eksPublicCidrs,
		eksPrivateEndpointOn,

		// Node metadata, and nodes themselves.
		netpolImdsBlocked,
		imdsv2Required,
		imdsHopLimit,
		privateNodes,
		binariesPinned,

		// Ingress objects and pages.
		ingressTLS,
		ingressHostSet,
		ingressClassAllowed,
		ingressSnippets,
		noAnonymousGUI,

		// What faces the internet.
		sgOpenIngress,
		defaultSGClosed,
		serviceLoadbalancerScoped,
		noNodeport,
		noExternalIPs,
	}
}
