package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var eksPublicEndpointOff = pack.Rule{
	Name:     "eks-public-endpoint-off",
	Types:    pack.Tokens(cluster),
	Severity: pack.Critical,
	CKS:      "cluster-hardening/api-access",
	Must:     "The Kubernetes API of an EKS cluster has no public endpoint.",
	Why: "EKS makes the endpoint public unless told otherwise. Anybody on the internet can then try stolen credentials, and the next flaw in" +
		" the API server, against the cluster that holds the wallets.",
	Fix:  "Set vpcConfig.endpointPublicAccess to false and reach the API through the VPC.",
	Refs: []string{"CIS EKS 1.8.0 5.4.2", "Kubescape C-0228", "CKV_AWS_39", "Trivy AWS-0040", "Amazon EKS user guide: cluster API server endpoint"},
	Check: func(r pack.Resource, violate pack.Report) {
		if public := r.At("vpcConfig", "endpointPublicAccess"); !public.Is(false) {
			violate(public.Path() + " is not false; want false, since it is true by default.")
		}
	},
	Pass: pack.Cases{
		"off":         controlPlane(object{"endpointPublicAccess": false, "endpointPrivateAccess": true}),
		"off as text": controlPlane(object{"endpointPublicAccess": "false"}),
	},
	Fail: pack.Cases{
		"on":                 controlPlane(object{"endpointPublicAccess": true}),
		"on for one network": controlPlane(object{"endpointPublicAccess": true, "publicAccessCidrs": list{"198.51.100.0/24"}}),
		"left out":           controlPlane(object{"endpointPrivateAccess": true}),
		"no vpcConfig":       pack.One(cluster, object{"version": "1.35"}),
		"vpcConfig a list":   controlPlane(list{object{"endpointPublicAccess": false}}),
	},
}
