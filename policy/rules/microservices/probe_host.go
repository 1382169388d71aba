package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var probeHost = pack.Rule{
	Name:     "probe-host",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "microservices/pod-security",
	Must:     "Probes and lifecycle hooks call the pod itself and name no other host.",
	Why:      "The kubelet makes these calls, from the node's network: a host of the pod's choice makes it knock on services that NetworkPolicies keep from the pod.",
	Fix:      "Remove host from httpGet and tcpSocket in livenessProbe, readinessProbe, startupProbe, lifecycle.postStart and lifecycle.preStop; use an exec probe for loopback.",
	Refs:     []string{"PSS baseline: hostProbesAndHostLifecycle (1.34)"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, c := range r.Containers() {
			for _, handler := range []pack.Value{
				c.At("livenessProbe"), c.At("readinessProbe"), c.At("startupProbe"), c.At("lifecycle", "postStart"), c.At("lifecycle", "preStop"),
			} {
				for _, call := range []string{"httpGet", "tcpSocket"} {
					if host := handler.At(call, "host"); !host.Absent() {
						violate(host.Path() + " is set; want the pod's own address.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"no host":    carrier(deployment, running(object{"livenessProbe": object{"httpGet": object{"port": 8080}}, "readinessProbe": object{"tcpSocket": object{"port": 8080}}})),
		"no probe":   carrier(pod, running(container(nil))),
		"empty host": carrier(pod, running(object{"startupProbe": object{"httpGet": object{"port": 8080, "host": ""}}})),
	},
	Fail: pack.Cases{
		"a liveness probe":          carrier(deployment, running(object{"livenessProbe": object{"httpGet": object{"port": 80, "host": "169.254.169.254"}}})),
		"a readiness probe":         carrier(job, running(object{"readinessProbe": object{"tcpSocket": object{"port": 80, "host": "127.0.0.1"}}})),
		"a startup probe":           carrier(statefulSet, running(object{"startupProbe": object{"tcpSocket": object{"port": 80, "host": "db.example"}}})),
		"a hook at the start":       carrier(cronJob, running(object{"lifecycle": object{"postStart": object{"httpGet": object{"port": 80, "host": "db.example"}}}})),
		"a hook at the end":         carrier(pod, running(object{"lifecycle": object{"preStop": object{"tcpSocket": object{"port": 80, "host": "db.example"}}}})),
		"in an init container":      carrier(pod, starting(container(nil), object{"livenessProbe": object{"httpGet": object{"host": "db.example"}}})),
		"in an ephemeral container": carrier(pod, debugged(container(nil), object{"livenessProbe": object{"httpGet": object{"host": "db.example"}}})),
		"in a twin":                 carrier(daemonSetPatch, running(object{"livenessProbe": object{"httpGet": object{"host": "db.example"}}})),
	},
}
