package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var noExternalIPs = pack.Rule{
	Name:     "no-external-ips",
	Types:    twins(service),
	Severity: pack.High,
	CKS:      "system-hardening/external-access",
	Must:     "No Service claims external addresses.",
	Why: "kube-proxy believes any address that stands there. Whoever may write a Service can claim the address of the API server, of a DNS" +
		" server or of a Bitcoin peer, and gets the traffic that the nodes send there (CVE-2020-8554).",
	Fix:  "Remove spec.externalIPs; Kubernetes 1.36 deprecates it.",
	Refs: []string{"Trivy KSV-0108", "CVE-2020-8554", "Kubernetes: Service, external IPs"},
	Check: func(r pack.Resource, violate pack.Report) {
		if addresses := r.At("spec", "externalIPs"); !addresses.Absent() {
			violate(addresses.Path() + " is given; want it left out.")
		}
	},
	Pass: pack.Cases{
		"left out": inNamespace(service, "web", object{"type": "ClusterIP"}),
		"empty":    inNamespace(service, "web", object{"externalIPs": list{}}),
		"a list":   pack.One(service+"List", object{"items": list{object{"spec": object{"type": "ClusterIP"}}}}),
	},
	Fail: pack.Cases{
		"an address": inNamespace(service, "web", object{"externalIPs": list{"192.0.2.1"}}),
		"a text":     inNamespace(service, "web", object{"externalIPs": "192.0.2.1"}),
		"a patch":    inNamespace(service+"Patch", "web", object{"externalIPs": list{"192.0.2.1"}}),
		"a list":     pack.One(service+"List", object{"items": list{object{"spec": object{"externalIPs": list{"192.0.2.1"}}}}}),
	},
}
