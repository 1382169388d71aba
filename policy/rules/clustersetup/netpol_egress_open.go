package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var netpolEgressOpen = pack.Rule{
	Name:     "netpol-egress-open",
	Types:    twins(networkPolicy),
	Severity: pack.Medium,
	CKS:      "cluster-setup/network-policies",
	Must:     "Every egress rule of a NetworkPolicy names its peers, and one for the internet says which ranges it does not mean.",
	Why: "A pod that was taken over uses an unbounded egress rule to scan the VPC, reach other namespaces and carry keys away. A node that has" +
		" to talk to strangers needs the internet, but nothing inside.",
	Fix:  "Set to in each rule of spec.egress; beside a range as wide as the internet, list the private ranges in except.",
	Refs: []string{"Trivy KUBE-0002", "Kubernetes: network policies"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, rule := range r.At("spec", "egress").List() {
			to := rule.At("to")
			if to.Absent() {
				violate(to.Path() + " is left out, so that pods may go everywhere; want peers.")
			}
			for _, peer := range to.List() {
				if block := peer.At("ipBlock"); block.Given() && open(block.At("cidr")) && block.At("except").Absent() {
					violate(block.At("except").Path() + " is left out beside the internet or what is no range; want the ranges that are not meant.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"the internet alone": policy(object{"egress": list{to("0.0.0.0/0", "10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")}}),
		"labels":             policy(object{"egress": list{object{"to": list{peer("db")}}}}),
		"the VPC":            policy(object{"egress": list{to("10.30.0.0/16")}}),
		"nothing goes out":   policy(object{"podSelector": object{}, "policyTypes": list{"Ingress", "Egress"}}),
		"a list":             policyList(object{"egress": list{to("10.30.0.0/16")}}),
	},
	Fail: pack.Cases{
		"the internet":   policy(object{"egress": list{to("0.0.0.0/0")}}),
		"IPv6":           policy(object{"egress": list{to("::/0")}}),
		"halved":         policy(object{"egress": list{to("10.0.0.0/8"), to("0.0.0.0/1"), to("128.0.0.0/1")}}),
		"an empty rule":  policy(object{"egress": list{object{}}}),
		"no peers":       policy(object{"egress": list{object{"ports": list{object{"port": 53}}}}}),
		"no range":       policy(object{"egress": list{to("everywhere")}}),
		"a list's third": policyList(object{"egress": list{to("10.0.0.0/8"), to("10.0.0.0/8"), to("0.0.0.0/0")}}),
		"a patch":        policyPatch(object{"egress": list{object{"to": list{}}}}),
	},
}
