package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var namespaceDefaultDeny = pack.Rule{
	Name:     "namespace-default-deny",
	Types:    twins(namespace),
	Severity: pack.High,
	CKS:      "cluster-setup/network-policies",
	Must:     "Every namespace of the stack has a NetworkPolicy that selects all pods, is about both directions and lets nothing through.",
	Why: "A pod that no policy selects may talk to everything and be talked to by everything. Without a default, the next pod in the" +
		" namespace is open until somebody thinks of it, a wallet's RPC included.",
	Fix: "Add a NetworkPolicy to the namespace with podSelector {}, policyTypes [Ingress, Egress] and neither ingress nor egress rules.",
	Refs: []string{
		"CIS EKS 1.8.0 4.3.2", "Kubescape C-0030", "Kubescape C-0206", "Kubescape C-0260", "kube-linter non-isolated-pod",
		"Polaris missingNetworkPolicy", "Kubernetes: network policies, default policies",
	},
	// The namespaces that Kubernetes makes itself hold what EKS runs; the platform gives them policies of their own.
	Settings: map[string]any{"systemNamespaces": []string{"kube-system", "kube-public", "kube-node-lease"}},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		system := s.Setting("systemNamespaces").Texts()
		for _, ns := range s.All(pack.Tokens(namespace)) {
			name := ns.At("metadata", "name")
			if name.In(system...) {
				continue
			}
			ingress, egress := false, false
			for _, p := range s.Near(name, pack.Tokens(networkPolicy)) {
				if !same(name, p.Namespace()) && !(inDefault(p.Namespace()) && name.Is(namespaceDefault)) {
					continue
				}
				ingress = ingress || denies(p, "Ingress", "ingress")
				egress = egress || denies(p, "Egress", "egress")
			}
			if !ingress || !egress {
				violate(ns, "No NetworkPolicy of the stack denies all ingress and egress in this namespace; want one that selects all pods, has both policyTypes and no rules.")
			}
		}
	},
	Pass: pack.Cases{
		"denied":            joined(shop(), policy(object{"podSelector": object{}, "policyTypes": list{"Ingress", "Egress"}})),
		"denied one by one": joined(shop(), policy(object{"podSelector": object{}, "policyTypes": list{"Ingress"}}), policy(object{"policyTypes": list{"Egress"}})),
		"empty rules":       joined(shop(), policy(object{"podSelector": object{"matchLabels": object{}}, "policyTypes": list{"Egress", "Ingress"}, "ingress": list{}, "egress": list{}})),
		"in a list":         joined(shop(), policyList(object{"podSelector": object{}, "policyTypes": list{"Ingress", "Egress"}})),
		"kube-system":       pack.One(namespace, object{"metadata": object{"name": "kube-system"}}),
		"no namespace":      policy(object{"podSelector": object{}}),
	},
	Fail: pack.Cases{
		"no policy":         shop(),
		"one direction":     joined(shop(), policy(object{"podSelector": object{}, "policyTypes": list{"Ingress"}})),
		"no types":          joined(shop(), policy(object{"podSelector": object{}})),
		"some pods":         joined(shop(), policy(object{"podSelector": object{"matchLabels": object{"app": "web"}}, "policyTypes": list{"Ingress", "Egress"}})),
		"some, by a phrase": joined(shop(), policy(object{"podSelector": object{"matchExpressions": list{object{"key": "app", "operator": "Exists"}}}, "policyTypes": list{"Ingress", "Egress"}})),
		"everything let in": joined(shop(), policy(object{"podSelector": object{}, "policyTypes": list{"Ingress", "Egress"}, "ingress": list{object{}}})),
		"elsewhere":         joined(pack.One(namespace, object{"metadata": object{"name": "wallets"}}), policy(object{"podSelector": object{}, "policyTypes": list{"Ingress", "Egress"}})),
		"nameless":          joined(pack.One(namespace, object{"metadata": object{}}), policy(object{"podSelector": object{}, "policyTypes": list{"Ingress", "Egress"}})),
		"a list":            pack.One(namespace+"List", object{"items": list{object{"metadata": object{"name": "shop"}}}}),
	},
}

// denies tells whether a NetworkPolicy stops all traffic of all pods in one direction.
func denies(policy pack.Resource, direction, rules string) bool {
	spec := policy.At("spec")
	return selectsAll(spec.At("podSelector")) && spec.At("policyTypes").Contains(direction) && spec.At(rules).Absent()
}

// shop is a sample of a namespace.
func shop() pack.Case { return pack.One(namespace, object{"metadata": object{"name": "shop"}}) }
