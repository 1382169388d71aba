package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var noNodeport = pack.Rule{
	Name:     "no-nodeport",
	Types:    twins(service),
	Severity: pack.Medium,
	CKS:      "system-hardening/external-access",
	Must:     "No Service opens a port on the nodes.",
	Why: "A node port answers on every address of every node, beside the load balancer, its TLS and its source ranges; only the nodes'" +
		" security group stands before it.",
	Fix:  "Set spec.type to ClusterIP and reach the Service through an Ingress or an internal load balancer.",
	Refs: []string{"kube-score service-type", "kube-linter exposed-services", "Kubernetes: Service, type NodePort"},
	Check: func(r pack.Resource, violate pack.Report) {
		if kind := r.At("spec", "type"); kind.Is("NodePort") {
			violate(kind.Path() + " opens a port on every node; want ClusterIP.")
		}
	},
	Pass: pack.Cases{
		"inside":   inNamespace(service, "web", object{"type": "ClusterIP"}),
		"no type":  inNamespace(service, "web", object{"clusterIP": "None"}),
		"a patch":  inNamespace(service+"Patch", "web", object{"type": "ClusterIP"}),
		"balancer": inNamespace(service, "web", object{"type": "LoadBalancer"}),
	},
	Fail: pack.Cases{
		"a node port": inNamespace(service, "web", object{"type": "NodePort", "ports": list{object{"port": 80}}}),
		"a patch":     inNamespace(service+"Patch", "web", object{"type": "NodePort"}),
		"a list":      pack.One(service+"List", object{"items": list{object{"spec": object{"type": "NodePort"}}}}),
	},
}
