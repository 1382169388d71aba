package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var eksPrivateEndpointOn = pack.Rule{
	Name:     "eks-private-endpoint-on",
	Types:    pack.Tokens(cluster),
	Severity: pack.High,
	CKS:      "cluster-hardening/api-access",
	Must:     "The Kubernetes API of an EKS cluster has a private endpoint inside the VPC.",
	Why: "EKS makes none unless told to. Nodes then talk to their control plane over public addresses, and the public endpoint cannot be" +
		" closed without cutting them off.",
	Fix:  "Set vpcConfig.endpointPrivateAccess to true.",
	Refs: []string{"CIS EKS 1.8.0 5.4.2", "Kubescape C-0228", "Amazon EKS user guide: cluster API server endpoint"},
	Check: func(r pack.Resource, violate pack.Report) {
		if private := r.At("vpcConfig", "endpointPrivateAccess"); !private.Is(true) {
			violate(private.Path() + " is not true; want true, since it is false by default.")
		}
	},
	Pass: pack.Cases{
		"on":              controlPlane(object{"endpointPrivateAccess": true, "endpointPublicAccess": false}),
		"on beside other": controlPlane(object{"endpointPrivateAccess": true, "endpointPublicAccess": true}),
	},
	Fail: pack.Cases{
		"off":          controlPlane(object{"endpointPrivateAccess": false}),
		"left out":     controlPlane(object{"endpointPublicAccess": false}),
		"no vpcConfig": pack.One(cluster, object{"version": "1.35"}),
		"a text":       controlPlane("private"),
	},
}
