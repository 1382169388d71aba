package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var secretsAsFiles = pack.Rule{
	Name:     "secrets-as-files",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "microservices/secrets",
	Must:     "Containers read Secrets from mounted files, not from environment variables.",
	Why:      "The environment is inherited by every child process and ends up in crash reports, debug pages and /proc; a file is read by who opens it, and follows when the Secret is rotated.",
	Fix:      "Replace env[].valueFrom.secretKeyRef and envFrom[].secretRef by a secret volume, and point the application at the file.",
	Refs:     []string{"CIS EKS 1.8.0 4.4.1", "C-0207", "CKV_K8S_35", "kube-linter read-secret-from-env-var"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, c := range r.Containers() {
			for _, env := range c.At("env").List() {
				if v := env.At("valueFrom", "secretKeyRef"); !v.Absent() {
					violate(v.Path() + " is set; want a mounted file.")
				}
			}
			for _, from := range c.At("envFrom").List() {
				if v := from.At("secretRef"); !v.Absent() {
					violate(v.Path() + " is set; want a mounted file.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"other environment": carrier(deployment, running(object{
			"env":     list{object{"name": "HOME", "value": "/data"}, object{"name": "NODE", "valueFrom": object{"fieldRef": object{"fieldPath": "spec.nodeName"}}}},
			"envFrom": list{object{"configMapRef": object{"name": "conf"}}},
		})),
		"no environment": carrier(pod, running(container(nil))),
	},
	Fail: pack.Cases{
		"one key":                   carrier(deployment, running(object{"env": list{object{"name": "A", "valueFrom": object{"secretKeyRef": object{"name": "s", "key": "k"}}}}})),
		"a whole Secret":            carrier(statefulSet, running(object{"envFrom": list{object{"secretRef": object{"name": "s"}}}})),
		"in an init container":      carrier(cronJob, starting(container(nil), object{"envFrom": list{object{"configMapRef": object{"name": "c"}}, object{"secretRef": object{"name": "s"}}}})),
		"in an ephemeral container": carrier(pod, debugged(container(nil), object{"envFrom": list{object{"secretRef": object{"name": "s"}}}})),
		"in a twin":                 carrier(daemonSetPatch, running(object{"envFrom": list{object{"secretRef": object{"name": "s"}}}})),
	},
}
