package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var vpcCniNetworkPolicy = pack.Rule{
	Name:     "vpc-cni-network-policy",
	Types:    pack.Tokens(addon),
	Severity: pack.High,
	CKS:      "cluster-setup/network-policies",
	Must:     "The add-on vpc-cni enforces network policies.",
	Why: "The VPC CNI ignores NetworkPolicies unless told otherwise. The cluster accepts every policy, shows it, and lets all" +
		" traffic through.",
	Fix: `Set configurationValues to JSON that holds "enableNetworkPolicy": "true".`,
	Refs: []string{
		"CIS EKS 1.8.0 4.3.1", "CIS EKS 1.8.0 5.4.4", "Kubescape C-0205", "Kubescape C-0230", "Amazon EKS user guide: configure network policies",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		values := r.At("configurationValues")
		if r.At("addonName").Is("vpc-cni") && !values.JSON().At("enableNetworkPolicy").Is(true) {
			violate(values.Path() + ` does not turn network policies on; want JSON with enableNetworkPolicy "true".`)
		}
	},
	Pass: pack.Cases{
		"on":                addonWith("vpc-cni", `{"enableNetworkPolicy":"true","env":{"NETWORK_POLICY_ENFORCING_MODE":"strict"}}`),
		"on as a bool":      addonWith("vpc-cni", `{"enableNetworkPolicy":true}`),
		"another add-on":    addonWith("coredns", `{}`),
		"one without a say": pack.One(addon, object{"addonName": "kube-proxy"}),
	},
	Fail: pack.Cases{
		"off":         addonWith("vpc-cni", `{"enableNetworkPolicy":"false"}`),
		"not said":    addonWith("vpc-cni", `{"env":{"enableNetworkPolicy":"true"}}`),
		"left out":    pack.One(addon, object{"addonName": "vpc-cni"}),
		"no JSON":     addonWith("vpc-cni", "enableNetworkPolicy: yes"),
		"a JSON list": addonWith("vpc-cni", `[{"enableNetworkPolicy":"true"}]`),
	},
}

// addonWith is a sample of an EKS add-on.
func addonWith(name, values string) pack.Case {
	return pack.One(addon, object{"addonName": name, "configurationValues": values})
}
