package supplychain

import "gitlab.com/thinkmassive/satkube/policy/pack"

var ecrPolicy = pack.Rule{
	Name:     "ecr-policy",
	Types:    pack.Tokens("aws:ecr/repositoryPolicy:RepositoryPolicy", "aws:ecr/registryPolicy:RegistryPolicy"),
	Severity: pack.Critical,
	CKS:      "supply-chain/secure",
	Must:     "No policy of an ECR repository or registry allows everybody.",
	Why:      "With the principal * any AWS account pulls our images, and pushes its own into what our nodes run, if the actions include it; a condition is one typing error away from that.",
	Fix:      "Name accounts or roles in every Allow statement's Principal, and use no NotPrincipal.",
	Refs:     []string{"CIS EKS 1.8.0 5.1.2", "Kubescape C-0222", "CKV_AWS_32", "AWS-0032"},
	Check: func(r pack.Resource, violate pack.Report) {
		policy := r.At("policy").JSON()
		if !policy.Known() {
			return
		}
		statement := policy.At("Statement")
		if !statement.Given() {
			violate(statement.Path() + " is no list of statements.")
		}
		for _, s := range oneOrMore(statement) {
			if s.At("Effect").Is("Deny") {
				continue
			}
			if s.At("NotPrincipal").Given() {
				violate(s.At("NotPrincipal").Path() + " allows everybody but some.")
			}
			principal := s.At("Principal")
			if !principal.Given() && !s.At("NotPrincipal").Given() {
				violate(principal.Path() + " is not given.")
			}
			if everybody(principal) || everybody(principal.At("AWS")) {
				violate(principal.Path() + " is everybody.")
			}
		}
	},
	Pass: pack.Cases{
		"one account":          policed(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"ecr:BatchGetImage"}]}`),
		"everybody refused":    policed(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}}`),
		"a service's own role": policed(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"ecr:BatchGetImage"}]}`),
	},
	Fail: pack.Cases{
		"everybody":                   policed(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:*"}]}`),
		"everybody by AWS":            policed(`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"ecr:*"}]}`),
		"everybody among others":      policed(`{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:root","*"]},"Action":"ecr:*"}]}`),
		"everybody on a condition":    policed(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]}`),
		"single statement":            policed(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"ecr:*"}}`),
		"everybody but one":           policed(`{"Statement":[{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"ecr:*"}]}`),
		"left out":                    policed(nil),
		"no policy":                   policed("{"),
		"everybody in the registry's": pack.One("aws:ecr/registryPolicy:RegistryPolicy", object{"policy": `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"ecr:ReplicateImage"}]}`}),
	},
}

// everybody tells whether a principal is the star, alone or in a list.
func everybody(principal pack.Value) bool { return principal.Is("*") || principal.Contains("*") }

// oneOrMore returns what IAM lets stand alone or in a list.
func oneOrMore(v pack.Value) []pack.Value {
	if all := v.List(); len(all) > 0 {
		return all
	}
	return []pack.Value{v}
}

func policed(policy any) pack.Case {
	return pack.One("aws:ecr/repositoryPolicy:RepositoryPolicy", object{"repository": "app", "policy": policy})
}
