package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var everyPodSelected = pack.Rule{
	Name:     "every-pod-selected",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "cluster-setup/network-policies",
	Must:     "At least one NetworkPolicy of the stack selects the pods of every workload, in the workload's namespace.",
	Why: "Kubernetes isolates only pods that a policy selects. A label that was renamed on one side leaves a pod open to the whole cluster," +
		" and nothing fails.",
	Fix:  "Give the namespace a NetworkPolicy with podSelector {}, or make a policy's podSelector match the labels of the pod template.",
	Refs: []string{"kube-score pod-networkpolicy", "kube-linter non-isolated-pod", "Kubernetes: network policies"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, r := range s.All(pack.PodCarriers()) {
			for _, pod := range r.Pods() {
				labels := pod.Meta.At("labels")
				if !selected(r, labels, s.Near(r.Namespace(), pack.Tokens(networkPolicy))) {
					violate(r, labels.Path()+" is matched by no NetworkPolicy of the namespace in this stack; want one that selects the pod.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"all pods":     joined(web("web", object{}), policy(object{"podSelector": object{}})),
		"by label":     joined(web("web", object{}), policy(object{"podSelector": object{"matchLabels": object{"app": "web"}}})),
		"by a list":    joined(web("web", object{}), policy(wanted("app", "In", "db", "web"))),
		"by what not":  joined(web("web", object{}), policy(wanted("app", "NotIn", "db"))),
		"by its label": joined(web("web", object{}), policy(wanted("app", "Exists"))),
		"by a lack":    joined(web("web", object{}), policy(wanted("role", "DoesNotExist"))),
		"the second":   joined(web("web", object{}), policy(wanted("app", "In", "db")), policyList(wanted("app", "In", "web"))),
		"default": {
			{Type: deployment, Name: "web", Props: object{"metadata": object{"name": "web"}, "spec": object{"template": pod("web", object{})}}},
			{Type: networkPolicy, Name: "deny", Props: object{"metadata": object{"namespace": "default"}, "spec": object{}}},
		},
		"no workload": policy(object{"podSelector": object{"matchLabels": object{"app": "web"}}}),
	},
	Fail: pack.Cases{
		"no policy":         web("web", object{}),
		"another label":     joined(web("web", object{}), policy(object{"podSelector": object{"matchLabels": object{"app": "db"}}})),
		"one label of two":  joined(web("web", object{}), policy(object{"podSelector": object{"matchLabels": object{"app": "web", "tier": "front"}}})),
		"not in the list":   joined(web("web", object{}), policy(wanted("app", "In", "db"))),
		"among those not":   joined(web("web", object{}), policy(wanted("app", "NotIn", "web"))),
		"no such label":     joined(web("web", object{}), policy(wanted("role", "Exists"))),
		"no such operator":  joined(web("web", object{}), policy(wanted("app", "Like", "web"))),
		"both have to hold": joined(web("web", object{}), policy(object{"podSelector": object{"matchLabels": object{"app": "web"}, "matchExpressions": list{object{"key": "app", "operator": "DoesNotExist"}}}})),
		"a selector's text": joined(web("web", object{}), policy(object{"podSelector": "web"})),
		"elsewhere":         joined(pack.One(deployment, object{"metadata": object{"namespace": "wallets"}, "spec": object{"template": pod("web", object{})}}), policy(object{})),
		"no labels":         joined(inNamespace("kubernetes:core/v1:Pod", "bare", object{"containers": list{object{}}}), policy(wanted("app", "Exists"))),
		"a cron job": joined(inNamespace("kubernetes:batch/v1:CronJob", "tidy", object{"jobTemplate": object{"spec": object{"template": pod("tidy", object{})}}}),
			policy(wanted("app", "In", "web"))),
		"a patch": joined(inNamespace(deployment+"Patch", "web", object{"template": pod("web", object{})}), policy(wanted("app", "In", "db"))),
		"a list": pack.One(deployment+"List", object{"items": list{
			object{"metadata": object{"namespace": "shop"}, "spec": object{"template": pod("web", object{})}},
		}}),
	},
}

// selected tells whether one of the policies stands in the resource's namespace and selects pods with these labels.
func selected(r pack.Resource, labels pack.Value, policies []pack.Resource) bool {
	for _, p := range policies {
		if sameNamespace(r.Namespace(), p.Namespace()) && selects(p.At("spec", "podSelector"), labels) {
			return true
		}
	}
	return false
}

// wanted is a NetworkPolicy's spec that selects pods by an expression.
func wanted(key, operator string, values ...any) object {
	expression := object{"key": key, "operator": operator}
	if len(values) > 0 {
		expression["values"] = values
	}
	return object{"podSelector": object{"matchExpressions": list{expression}}}
}
