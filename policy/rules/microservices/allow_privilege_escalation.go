package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var allowPrivilegeEscalation = pack.Rule{
	Name:     "allow-privilege-escalation",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "Every container says that its processes may not gain privileges.",
	Why:      "Without the flag a setuid binary in the image turns a bug in a service that runs as nobody into root in its container; Kubernetes allows it by default.",
	Fix:      "Set securityContext.allowPrivilegeEscalation to false on each container, init containers too.",
	Refs:     []string{"PSS restricted: allowPrivilegeEscalation", "CIS EKS 1.8.0 4.2.5", "KSV-0001", "CKV_K8S_20", "C-0016", "kube-linter privilege-escalation-container"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range r.Pods() {
			for _, c := range p.Containers() {
				if v := c.At("securityContext", "allowPrivilegeEscalation"); !windows(p) && !v.Is(false) {
					violate(v.Path() + " is not false.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"false":           carrier(deployment, running(container(object{"allowPrivilegeEscalation": false}))),
		"false in both":   carrier(cronJob, starting(container(object{"allowPrivilegeEscalation": false}), container(object{"allowPrivilegeEscalation": false}))),
		"a Windows pod":   carrier(pod, with(running(container(nil)), object{"os": object{"name": "windows"}})),
		"no pod in it":    pack.One(deployment, nil),
		"false in a list": carrier(deploymentList, running(container(object{"allowPrivilegeEscalation": false}))),
	},
	Fail: pack.Cases{
		"true":                      carrier(statefulSet, running(container(object{"allowPrivilegeEscalation": true}))),
		"left out":                  carrier(deployment, running(container(object{"privileged": false}))),
		"no security context":       carrier(pod, running(object{"name": "main"})),
		"a Linux pod":               carrier(pod, with(running(container(nil)), object{"os": object{"name": "linux"}})),
		"only on the pod":           carrier(job, with(running(container(nil)), object{"securityContext": object{"allowPrivilegeEscalation": false}})),
		"in an init container":      carrier(cronJob, starting(container(object{"allowPrivilegeEscalation": false}), container(nil))),
		"in an ephemeral container": carrier(pod, debugged(container(object{"allowPrivilegeEscalation": false}), container(nil))),
		"in a twin":                 carrier(podPatch, with(running(container(object{"allowPrivilegeEscalation": true})), object{"os": object{"name": "linux"}})),
	},
}
