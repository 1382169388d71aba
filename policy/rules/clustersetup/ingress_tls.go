package clustersetup

import (
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var ingressTLS = pack.Rule{
	Name:     "ingress-tls",
	Types:    twins(ingress),
	Severity: pack.High,
	CKS:      "cluster-setup/ingress-tls",
	Must: "An Ingress has TLS for every host of its rules, each with the Secret of its certificate. A minion of NGINX Ingress Controller has" +
		" none: its host and TLS are the master's.",
	Why: "A host without TLS is served in the clear: whoever is on the way reads the session, the macaroon or the password, and changes what" +
		" comes back.",
	Fix:  "List every host of spec.rules in hosts of an entry of spec.tls, and set that entry's secretName.",
	Refs: []string{"CIS EKS 1.8.0 5.4.5", "Kubescape C-0231", "Kubescape C-0263", "Polaris tlsSettingsMissing", "Kubernetes: Ingress, TLS"},
	Check: func(r pack.Resource, violate pack.Report) {
		tls := r.At("spec", "tls")
		for _, entry := range tls.List() {
			if secret := entry.At("secretName"); secret.Absent() {
				violate(secret.Path() + " is left out; want the Secret of the certificate.")
			}
		}
		// The controller turns a minion with TLS down; the master of its host is an Ingress too, and has to have it.
		if r.Annotation("nginx.org/mergeable-ingress-type").Is("minion") {
			return
		}
		if tls.Absent() {
			violate(tls.Path() + " is left out; want a certificate for every host.")
		}
		for _, rule := range r.At("spec", "rules").List() {
			if host := rule.At("host"); host.Given() && !covered(host, tls) {
				violate(host.Path() + " stands in no entry of spec.tls; want one with its certificate.")
			}
		}
	},
	Pass: pack.Cases{
		"covered":       inNamespace(ingress, "web", object{"tls": list{tlsOf("web-tls", "a.example", "b.example")}, "rules": hosts("a.example", "b.example")}),
		"two entries":   inNamespace(ingress, "web", object{"tls": list{tlsOf("a-tls", "a.example"), tlsOf("b-tls", "b.example")}, "rules": hosts("a.example", "b.example")}),
		"by a wildcard": inNamespace(ingress, "web", object{"tls": list{tlsOf("web-tls", "*.example.org")}, "rules": hosts("a.example.org", "*.example.org")}),
		"a minion":      mergeable("minion", object{"rules": hosts("a.example")}),
		"a list": pack.One(ingress+"List", object{"items": list{
			object{"spec": object{"tls": list{tlsOf("web-tls", "a.example")}, "rules": hosts("a.example")}},
		}}),
	},
	Fail: pack.Cases{
		"a master":          mergeable("master", object{"rules": hosts("a.example")}),
		"no TLS":            inNamespace(ingress, "web", object{"rules": hosts("a.example")}),
		"empty TLS":         inNamespace(ingress, "web", object{"tls": list{}, "rules": hosts("a.example")}),
		"one host left out": inNamespace(ingress, "web", object{"tls": list{tlsOf("web-tls", "a.example")}, "rules": hosts("a.example", "b.example")}),
		"no Secret":         inNamespace(ingress, "web", object{"tls": list{object{"hosts": list{"a.example"}}}, "rules": hosts("a.example")}),
		"no hosts":          inNamespace(ingress, "web", object{"tls": list{object{"secretName": "web-tls"}}, "rules": hosts("a.example")}),
		"two labels deep":   inNamespace(ingress, "web", object{"tls": list{tlsOf("web-tls", "*.example.org")}, "rules": hosts("a.b.example.org")}),
		"the wildcard's":    inNamespace(ingress, "web", object{"tls": list{tlsOf("web-tls", "*.example.org")}, "rules": hosts("example.org")}),
		"a text":            inNamespace(ingress, "web", object{"tls": "web-tls", "rules": hosts("a.example")}),
		"a patch":           inNamespace(ingress+"Patch", "web", object{"tls": list{object{"hosts": list{"a.example"}, "secretName": ""}}}),
		"a list":            pack.One(ingress+"List", object{"items": list{object{"spec": object{"rules": hosts("a.example")}}}}),
	},
}

// covered tells whether an entry of TLS is for the host, by itself or by a wildcard for its first label.
func covered(host, tls pack.Value) bool {
	if !host.Known() {
		return assumed(host)
	}
	if !tls.Known() {
		return assumed(tls)
	}
	name := host.Text()
	wildcard := name
	if dot := strings.IndexByte(name, '.'); dot >= 0 {
		wildcard = "*" + name[dot:]
	}
	for _, entry := range tls.List() {
		if hosts := entry.At("hosts"); hosts.Contains(name) || hosts.Contains(wildcard) {
			return true
		}
	}
	return false
}

// hosts are rules of an Ingress, one a host.
func hosts(names ...string) list {
	var rules list
	for _, name := range names {
		rules = append(rules, object{"host": name})
	}
	return rules
}

func tlsOf(secret string, hosts ...any) object { return object{"secretName": secret, "hosts": hosts} }

// mergeable is an Ingress of NGINX Ingress Controller that is one part of a host's.
func mergeable(kind string, spec object) pack.Case {
	return pack.One(ingress, object{
		"metadata": object{"name": "web", "namespace": "shop", "annotations": object{"nginx.org/mergeable-ingress-type": kind}}, "spec": spec,
	})
}
