package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var netpolIngressOpen = pack.Rule{
	Name:     "netpol-ingress-open",
	Types:    twins(networkPolicy),
	Severity: pack.High,
	CKS:      "cluster-setup/network-policies",
	Must:     "Every ingress rule of a NetworkPolicy names its peers, and none of them is the internet.",
	Why: "A rule without peers, or with the whole internet as one, lets every pod of the cluster in and every address that a load balancer" +
		" passes on; the default-deny policy beside it then protects nothing.",
	Fix:      "Set from in each rule of spec.ingress to the pods, namespaces or networks that need the port, each network /8 or narrower.",
	Refs:     []string{"Trivy KUBE-0001", "Kubernetes: network policies"},
	Settings: map[string]any{"ingressNamespaces": []string{"ingress"}},
	Check: func(r pack.Resource, violate pack.Report) {
		// An ingress controller is there to be reached by anybody.
		if r.Namespace().In(r.Setting("ingressNamespaces").Texts()...) {
			return
		}
		for _, rule := range r.At("spec", "ingress").List() {
			from := rule.At("from")
			if from.Absent() {
				violate(from.Path() + " is left out, so that everybody may come in; want peers.")
			}
			for _, peer := range from.List() {
				if block := peer.At("ipBlock"); block.Given() && open(block.At("cidr")) {
					violate(block.At("cidr").Path() + " is the internet or no range; want a network of /8 or narrower.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"labels":           policy(object{"ingress": list{object{"from": list{peer("web")}}}}),
		"every namespace":  policy(object{"ingress": list{object{"from": list{object{"namespaceSelector": object{}}}}}}),
		"the VPC":          policy(object{"ingress": list{from("10.30.0.0/16")}}),
		"nothing comes in": policy(object{"podSelector": object{}, "policyTypes": list{"Ingress", "Egress"}}),
		"an ingress controller": pack.One(networkPolicy, object{
			"metadata": object{"name": "web", "namespace": "ingress"}, "spec": object{"ingress": list{from("0.0.0.0/0")}},
		}),
		"a list": policyList(object{"ingress": list{from("10.30.0.0/16")}}),
	},
	Fail: pack.Cases{
		"no peers":          policy(object{"ingress": list{object{"ports": list{object{"port": 80}}}}}),
		"empty peers":       policy(object{"ingress": list{object{"from": list{}}}}),
		"an empty rule":     policy(object{"ingress": list{object{}}}),
		"the internet":      policy(object{"ingress": list{from("0.0.0.0/0", "10.0.0.0/8")}}),
		"the IPv6 internet": policy(object{"ingress": list{from("::/0")}}),
		"all, halved":       policy(object{"ingress": list{object{"from": list{peer("web"), ipBlock("0.0.0.0/1", nil)}}}}),
		"IPv4 as IPv6":      policy(object{"ingress": list{from("::ffff:0.0.0.0/96")}}),
		"no range":          policy(object{"ingress": list{from("everywhere")}}),
		"a patch":           policyPatch(object{"ingress": list{from("0.0.0.0/0")}}),
		"a list":            policyList(object{"ingress": list{object{}}}),
	},
}
