package supplychain

import "gitlab.com/thinkmassive/satkube/policy/pack"

var ecrImmutable = pack.Rule{
	Name:     "ecr-immutable",
	Types:    pack.Tokens(ecrRepository),
	Severity: pack.High,
	CKS:      "supply-chain/secure",
	Must:     "A tag in ECR cannot be pushed again.",
	Why:      "With a stolen push token an attacker puts other code under a tag that was already reviewed, scanned and signed off.",
	Fix:      "Set imageTagMutability to IMMUTABLE, or to IMMUTABLE_WITH_EXCLUSION with filters that name the few tags that may move.",
	Refs:     []string{"CKV_AWS_51", "AWS-0031", "pulumi/compliance-policies aws ecr disallowMutableImage"},
	Check: func(r pack.Resource, violate pack.Report) {
		mutability := r.At("imageTagMutability")
		if !mutability.In("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION") {
			violate(mutability.Path() + " is not IMMUTABLE.")
		}
		for _, exclusion := range r.At("imageTagMutabilityExclusionFilters").List() {
			if filter := exclusion.At("filter"); filter.In("*", "**") {
				violate(filter.Path() + " excludes every tag.")
			}
		}
	},
	Pass: pack.Cases{
		"immutable":       repository(object{"imageTagMutability": "IMMUTABLE"}),
		"a few may move":  excluding("dev-*"),
		"another service": runs(pinned),
	},
	Fail: pack.Cases{
		"left out":                  repository(object{}),
		"mutable":                   repository(object{"imageTagMutability": "MUTABLE"}),
		"mutable but for some":      repository(object{"imageTagMutability": "MUTABLE_WITH_EXCLUSION"}),
		"every tag is an exception": excluding("*"),
	},
}

func excluding(filter string) pack.Case {
	return repository(object{
		"imageTagMutability":                 "IMMUTABLE_WITH_EXCLUSION",
		"imageTagMutabilityExclusionFilters": list{object{"filter": filter, "filterType": "WILDCARD"}},
	})
}
