package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var eksPublicCidrs = pack.Rule{
	Name:     "eks-public-cidrs",
	Types:    pack.Tokens(cluster),
	Severity: pack.Critical,
	CKS:      "cluster-hardening/api-access",
	Must:     "A public endpoint of the Kubernetes API answers listed networks only.",
	Why: "Without a list EKS lets 0.0.0.0/0 in. Where a public endpoint was chosen, the list is all that keeps the internet from trying" +
		" tokens against it.",
	Fix: "Set vpcConfig.publicAccessCidrs to the networks that need the API, each /8 or narrower, or vpcConfig.endpointPublicAccess to false.",
	Refs: []string{
		"CIS EKS 1.8.0 5.4.1", "Kubescape C-0227", "CKV_AWS_38", "Trivy AWS-0041",
		"Amazon EKS user guide: cluster API server endpoint",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.At("vpcConfig", "endpointPublicAccess").Is(false) {
			return
		}
		ranges := r.At("vpcConfig", "publicAccessCidrs")
		if ranges.Absent() {
			violate(ranges.Path() + " is left out while the endpoint is public; want the networks that need it.")
		}
		for _, v := range ranges.List() {
			if open(v) {
				violate(v.Path() + " is the internet or no range; want a network of /8 or narrower.")
			}
		}
		if ranges.Given() && ranges.Known() && len(ranges.List()) == 0 {
			violate(ranges.Path() + " is no list; want the networks that need the endpoint.")
		}
	},
	Pass: pack.Cases{
		"an office":          controlPlane(object{"endpointPublicAccess": true, "publicAccessCidrs": list{"198.51.100.0/24", "203.0.113.7/32"}}),
		"no public endpoint": controlPlane(object{"endpointPublicAccess": false}),
	},
	Fail: pack.Cases{
		"the internet":         controlPlane(object{"endpointPublicAccess": true, "publicAccessCidrs": list{"198.51.100.0/24", "0.0.0.0/0"}}),
		"the internet, halved": controlPlane(object{"endpointPublicAccess": true, "publicAccessCidrs": list{"0.0.0.0/1", "128.0.0.0/1"}}),
		"the IPv6 internet":    controlPlane(object{"endpointPublicAccess": true, "publicAccessCidrs": list{"::/0"}}),
		"no list":              controlPlane(object{"endpointPublicAccess": true}),
		"an empty list":        controlPlane(object{"endpointPublicAccess": true, "publicAccessCidrs": list{}}),
		"a text":               controlPlane(object{"endpointPublicAccess": true, "publicAccessCidrs": "198.51.100.0/24"}),
		"nothing said":         pack.One(cluster, object{"version": "1.35"}),
	},
}
