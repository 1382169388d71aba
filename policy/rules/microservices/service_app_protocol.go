package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var serviceAppProtocol = pack.Rule{
	Name:     "service-app-protocol",
	Types:    pack.Kinds("Service", "Namespace"),
	Severity: pack.Low,
	CKS:      "microservices/encryption",
	Must:     "Every port of a Service says which protocol it speaks; where a mesh is required, every namespace is in it.",
	Why:      "A mesh or gateway that has to guess treats an unnamed port as plain bytes: it neither encrypts by policy nor applies rules for HTTP. A namespace outside the mesh talks in the clear.",
	Fix:      "Set spec.ports[].appProtocol, for instance to tcp, https or kubernetes.io/h2c. With the setting meshRequired, label the namespace istio.io/dataplane-mode: ambient or istio-injection: enabled.",
	Refs:     []string{"Kubernetes documentation: Service appProtocol", "Istio documentation: Protocol Selection", "CKS 1.20: implement pod to pod encryption by use of mTLS"},
	Settings: map[string]any{"meshRequired": false},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Kind() == "Namespace" {
			meshed := r.Label("istio.io/dataplane-mode").Is("ambient") || r.Label("istio-injection").Is("enabled")
			if r.Setting("meshRequired").On() && !meshed {
				violate("metadata.labels does not put the namespace into the mesh.")
			}
			return
		}
		for _, port := range r.At("spec", "ports").List() {
			if v := port.At("appProtocol"); v.Absent() {
				violate(v.Path() + " is not set.")
			}
		}
	},
	Pass: pack.Cases{
		"set":              pack.One(service, object{"spec": object{"ports": list{object{"port": 8332, "appProtocol": "tcp"}, object{"port": 8080, "appProtocol": "https"}}}}),
		"a Service by DNS": pack.One(service, object{"spec": object{"type": "ExternalName", "externalName": "db.example"}}),
		"no mesh required": pack.One(namespace, object{"metadata": object{"name": "bitcoin"}}),
	},
	Fail: pack.Cases{
		"left out":    pack.One(service, object{"spec": object{"ports": list{object{"port": 8332}}}}),
		"of one only": pack.One(service, object{"spec": object{"ports": list{object{"port": 8332, "appProtocol": "tcp"}, object{"port": 8080, "appProtocol": ""}}}}),
		"in a list":   pack.One("kubernetes:core/v1:ServiceList", object{"items": list{object{"spec": object{"ports": list{object{"port": 8332}}}}}}),
	},
}
