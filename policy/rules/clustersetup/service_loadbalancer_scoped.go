package clustersetup

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var serviceLoadbalancerScoped = pack.Rule{
	Name:     "service-loadbalancer-scoped",
	Types:    twins(service),
	Severity: pack.Medium,
	CKS:      "system-hardening/external-access",
	Must:     "A Service with a load balancer is internal, for listed networks only, or on the list of public Services.",
	Why: "One changed word in a Service puts its pods on the internet, past the ingress controller and its TLS: an RPC port that was meant" +
		" for one client answers everybody.",
	Fix: "Set the annotation service.beta.kubernetes.io/aws-load-balancer-scheme to internal, or spec.loadBalancerSourceRanges to networks of" +
		" /8 or narrower, or add namespace/name to the setting public.",
	Refs: []string{
		"Kubescape C-0256", "kube-linter exposed-services", "pulumi/compliance-policies: core v1 Service disallowLoadBalancer",
		"AWS Load Balancer Controller: service annotations",
	},
	Settings: map[string]any{"public": []string{}},
	Check: func(r pack.Resource, violate pack.Report) {
		if !gate(r.At("spec", "type")).Is("LoadBalancer") || public(r, r.Setting("public").Texts()) {
			return
		}
		const prefix = "service.beta.kubernetes.io/aws-load-balancer-"
		scheme, internal := r.Annotation(prefix+"scheme"), r.Annotation(prefix+"internal")
		// The scheme wins over the older annotation where both are given.
		if scheme.Is("internal") || scheme.Absent() && internal.Is(true) {
			return
		}
		ranges := r.At("spec", "loadBalancerSourceRanges")
		if ranges.Absent() || ranges.Known() && len(ranges.List()) == 0 || anyOpen(ranges) {
			violate(ranges.Path() + " is left out or holds the internet, while the load balancer is not internal; want networks of /8 or narrower.")
		}
	},
	Pass: pack.Cases{
		"internal":       balancer(object{"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}, nil),
		"the older way":  balancer(object{"service.beta.kubernetes.io/aws-load-balancer-internal": "true"}, nil),
		"for an office":  balancer(nil, list{"198.51.100.0/24"}),
		"no balancer":    inNamespace(service, "web", object{"type": "ClusterIP"}),
		"no type":        inNamespace(service, "web", object{"clusterIP": "None"}),
		"a list without": pack.One(service+"List", object{"items": list{object{"spec": object{"type": "ClusterIP"}}}}),
	},
	Fail: pack.Cases{
		"public":               balancer(nil, nil),
		"public by annotation": balancer(object{"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"}, nil),
		"the scheme wins": balancer(object{
			"service.beta.kubernetes.io/aws-load-balancer-scheme":   "internet-facing",
			"service.beta.kubernetes.io/aws-load-balancer-internal": "true",
		}, nil),
		"for the internet": balancer(nil, list{"198.51.100.0/24", "0.0.0.0/0"}),
		"halved":           balancer(nil, list{"0.0.0.0/1", "128.0.0.0/1"}),
		"no networks":      balancer(nil, list{}),
		"a text":           balancer(nil, "198.51.100.0/24"),
		"a list": pack.One(service+"List", object{"items": list{
			object{"spec": object{"type": "ClusterIP"}}, object{"spec": object{"type": "LoadBalancer"}},
		}}),
		"a patch": pack.One(service+"Patch", object{
			"metadata": object{"name": "web", "annotations": object{"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"}},
			"spec":     object{"type": "LoadBalancer", "loadBalancerSourceRanges": list{"0.0.0.0/0"}},
		}),
	},
}

// public tells whether a Service is one of those, by namespace/name.
func public(r pack.Resource, services []string) bool {
	name, ns := r.At("metadata", "name"), r.Namespace()
	if len(services) == 0 {
		return false
	}
	if !name.Known() || !ns.Known() {
		return (name.Known() || assumed(name)) && (ns.Known() || assumed(ns))
	}
	return slices.Contains(services, ns.Text()+"/"+name.Text())
}

// balancer is a sample of a Service with a load balancer.
func balancer(annotations, ranges any) pack.Case {
	spec := object{"type": "LoadBalancer"}
	if ranges != nil {
		spec["loadBalancerSourceRanges"] = ranges
	}
	return pack.One(service, object{"metadata": object{"name": "web", "namespace": "shop", "annotations": annotations}, "spec": spec})
}
