package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var ingressHostSet = pack.Rule{
	Name:     "ingress-host-set",
	Types:    twins(ingress),
	Severity: pack.Medium,
	CKS:      "cluster-setup/ingress-tls",
	Must:     "Every rule of an Ingress names its host, and no backend takes what is left.",
	Why: "A rule for every host, or a default backend, answers whatever name a client sends: the service can be reached past the host's" +
		" certificate and takes over the paths of other hosts behind the same controller.",
	Fix:  "Set host in each rule of spec.rules to a name, and remove spec.defaultBackend.",
	Refs: []string{"Kyverno policies: disallow empty ingress host", "Kyverno policies: restrict ingress wildcard", "Kubernetes: Ingress"},
	Check: func(r pack.Resource, violate pack.Report) {
		if backend := r.At("spec", "defaultBackend"); !backend.Absent() {
			violate(backend.Path() + " takes requests for every host; want rules with hosts only.")
		}
		rules := r.At("spec", "rules")
		if rules.Absent() {
			violate(rules.Path() + " is left out; want a rule for every host.")
		}
		for _, rule := range rules.List() {
			host := rule.At("host")
			if host.Absent() || host.Is("*") {
				violate(host.Path() + " is every host; want a name.")
			}
		}
	},
	Pass: pack.Cases{
		"named":     inNamespace(ingress, "web", object{"rules": hosts("a.example", "b.example")}),
		"subdomain": inNamespace(ingress, "web", object{"rules": hosts("*.example.org")}),
		"a list":    pack.One(ingress+"List", object{"items": list{object{"spec": object{"rules": hosts("a.example")}}}}),
	},
	Fail: pack.Cases{
		"left out":     inNamespace(ingress, "web", object{"rules": list{object{"http": object{"paths": list{}}}}}),
		"empty":        inNamespace(ingress, "web", object{"rules": hosts("")}),
		"every host":   inNamespace(ingress, "web", object{"rules": hosts("a.example", "*")}),
		"a default":    inNamespace(ingress, "web", object{"rules": hosts("a.example"), "defaultBackend": object{"service": object{"name": "web"}}}),
		"no rules":     inNamespace(ingress, "web", object{"ingressClassName": "nginx"}),
		"a patch":      inNamespace(ingress+"Patch", "web", object{"rules": hosts("*")}),
		"a list's one": pack.One(ingress+"List", object{"items": list{object{"spec": object{"rules": hosts("a.example")}}, object{"spec": object{"rules": hosts("*")}}}}),
	},
}
