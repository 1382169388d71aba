package runtime

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var inspector = pack.Rule{
	Name:     "inspector",
	Types:    pack.Tokens("aws:eks/cluster:Cluster"),
	Severity: pack.Medium,
	CKS:      "supply-chain/image-scan",
	Must:     "Amazon Inspector scans the registry's images and the nodes.",
	Why:      "A scan at push knows the holes of that day only; what is found next month in an image or a node that still runs has to be told by somebody.",
	Fix:      "Register aws.inspector2.Enabler whose resourceTypes hold ECR and EC2.",
	Refs:     []string{"CIS EKS 1.8.0 5.1.1", "Kubescape C-0221"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		enablers := s.All(pack.Tokens("aws:inspector2/enabler:Enabler"))
		for _, cluster := range clusters(s) {
			for _, kind := range []string{"ECR", "EC2"} {
				if !slices.ContainsFunc(enablers, func(r pack.Resource) bool { return r.At("resourceTypes").Contains(kind) }) {
					violate(cluster, "The stack has no Inspector enabler whose resourceTypes hold "+kind+".")
				}
			}
		}
	},
	Pass: pack.Cases{
		"both":            {eksCluster, scanner("ECR", "EC2")},
		"one by one":      {eksCluster, scanner("ECR"), scanner("EC2", "LAMBDA")},
		"nothing to scan": {scanner()},
	},
	Fail: pack.Cases{
		"nothing":        {eksCluster},
		"only one":       {eksCluster, scanner("ECR")},
		"types left out": {eksCluster, one("aws:inspector2/enabler:Enabler", "inspector", object{})},
	},
}

func scanner(kinds ...any) pack.Object {
	return one("aws:inspector2/enabler:Enabler", "inspector", object{"accountIds": list{"123456789012"}, "resourceTypes": kinds})
}
