package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

const trust = "satkube.com/trust"

var sandboxUntrusted = pack.Rule{
	Name:     "sandbox-untrusted",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "microservices/isolation",
	Must:     "A workload that is labelled satkube.com/trust: untrusted runs in a sandboxed runtime.",
	Why:      "CI jobs and agents run code of strangers. In a plain container that code shares the node's kernel with everything else there; a sandbox puts a second kernel between the two.",
	Fix:      "Set runtimeClassName of the pod to a sandbox such as gvisor or kata; what counts as one is the setting runtimeClasses.",
	Refs:     []string{"C-0297", "Kubernetes documentation: Runtime Class"},
	Settings: map[string]any{"runtimeClasses": []string{"gvisor", "kata", "kata-clh", "kata-fc", "kata-qemu"}},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, p := range r.Pods() {
			of, own := p.Meta.At("labels", trust).Text(), r.Label(trust).Text()
			if class := p.Spec.At("runtimeClassName"); (of == "untrusted" || own == "untrusted") && !class.In(r.Setting("runtimeClasses").Texts()...) {
				violate(class.Path() + " is no sandboxed runtime.")
			}
		}
	},
	Pass: pack.Cases{
		"sandboxed": pack.One(job, object{"spec": object{"template": object{
			"metadata": object{"labels": object{trust: "untrusted"}}, "spec": object{"runtimeClassName": "gvisor"},
		}}}),
		"not untrusted": carrier(deployment, running(container(nil))),
	},
	Fail: pack.Cases{
		"no class": pack.One(job, object{"spec": object{"template": object{
			"metadata": object{"labels": object{trust: "untrusted"}}, "spec": running(container(nil)),
		}}}),
		"another class": pack.One(pod, object{"metadata": object{"labels": object{trust: "untrusted"}}, "spec": object{"runtimeClassName": "nvidia"}}),
		"labelled on the workload": pack.One(cronJob, object{
			"metadata": object{"labels": object{trust: "untrusted"}},
			"spec":     object{"jobTemplate": object{"spec": object{"template": object{"spec": running(container(nil))}}}},
		}),
		"in a twin": pack.One(podPatch, object{"metadata": object{"labels": object{trust: "untrusted"}}, "spec": object{"runtimeClassName": "runc"}}),
	},
}
