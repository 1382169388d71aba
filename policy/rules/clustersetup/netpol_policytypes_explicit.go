package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var netpolPolicytypesExplicit = pack.Rule{
	Name:     "netpol-policytypes-explicit",
	Types:    twins(networkPolicy),
	Severity: pack.Medium,
	CKS:      "cluster-setup/network-policies",
	Must:     "A NetworkPolicy says by spec.policyTypes which directions it closes, and among them are those that it has rules for.",
	Why: "Left out, the types follow from the rules: a policy that was meant to stop egress and has no egress rule closes ingress only." +
		" Rules for a direction that is not listed are ignored without a word.",
	Fix:  "Set spec.policyTypes to Ingress, Egress or both, as the policy means.",
	Refs: []string{"Trivy KSV-0038", "kube-score networkpolicy-targets-pod", "kube-linter dangling-networkpolicy", "Kubernetes: network policies"},
	Check: func(r pack.Resource, violate pack.Report) {
		types := r.At("spec", "policyTypes")
		if types.Absent() {
			violate(types.Path() + " is left out; want the directions that the policy is about.")
			return
		}
		if !types.Contains("Ingress") && !types.Contains("Egress") {
			violate(types.Path() + " holds no direction; want Ingress, Egress or both.")
		}
		for property, direction := range map[string]string{"ingress": "Ingress", "egress": "Egress"} {
			if rules := r.At("spec", property); !rules.Absent() && !types.Contains(direction) {
				violate(rules.Path() + " is ignored, since spec.policyTypes does not hold its direction.")
			}
		}
		// A selector that is not known could select no pod at all.
		r.At("spec", "podSelector").Keys()
	},
	Pass: pack.Cases{
		"default deny": policy(object{"podSelector": object{}, "policyTypes": list{"Ingress", "Egress"}}),
		"egress":       policy(object{"podSelector": object{}, "policyTypes": list{"Egress"}, "egress": list{to("10.30.0.0/16")}}),
		"a list":       policyList(object{"podSelector": object{}, "policyTypes": list{"Ingress"}, "ingress": list{from("10.30.0.0/16")}}),
	},
	Fail: pack.Cases{
		"left out":          policy(object{"podSelector": object{}, "ingress": list{from("10.30.0.0/16")}}),
		"empty":             policy(object{"podSelector": object{}, "policyTypes": list{}}),
		"a text":            policy(object{"podSelector": object{}, "policyTypes": "Ingress"}),
		"no such direction": policy(object{"podSelector": object{}, "policyTypes": list{"ingress"}}),
		"rules ignored":     policy(object{"podSelector": object{}, "policyTypes": list{"Ingress"}, "egress": list{to("10.30.0.0/16")}}),
		"a patch":           policyPatch(object{"podSelector": object{}, "policyTypes": list{"Egress"}, "ingress": list{from("10.30.0.0/16")}}),
		"a list":            policyList(object{"podSelector": object{}}),
	},
}
