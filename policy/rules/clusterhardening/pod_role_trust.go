package clusterhardening

import (
	"encoding/json"
	"regexp"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var openIDProvider = regexp.MustCompile(`oidc-provider/`)

var podRoleTrust = pack.Rule{
	Name:     "pod-role-trust",
	Types:    pack.Tokens("aws:iam/role:Role"),
	Severity: pack.High,
	CKS:      "cluster-hardening/service-accounts",
	Must: "An IAM role is trusted to named principals: pods through EKS Pod Identity, or through a web identity of one subject and one " +
		"audience. It is never trusted to everybody.",
	Why: "A trust policy that names the cluster's identity provider but no subject lets every pod of the cluster take the role; one that " +
		"names everybody lets every AWS account do so.",
	Fix: "In assumeRolePolicy set Principal.Service to pods.eks.amazonaws.com, or give the statement with the OIDC provider " +
		"Condition.StringEquals on the provider's :sub and :aud.",
	Refs: []string{"CIS EKS 1.8.0 5.2.1", "Kubescape C-0225", "CKV_AWS_60", "CKV_AWS_61", "EKS Pod Identity"},
	Check: func(r pack.Resource, violate pack.Report) {
		statements := r.At("assumeRolePolicy").JSON().At("Statement")
		if statements.Absent() {
			violate("assumeRolePolicy is no policy with statements.")
		}
		for _, statement := range statements.Each() {
			if statement.At("Effect").Is("Deny") {
				continue
			}
			checkTrust(statement, violate)
		}
	},
	Pass: pack.Cases{
		"pod identity":     trust(allowed(`"Service":"pods.eks.amazonaws.com"`, "")),
		"another service":  trust(allowed(`"Service":["ec2.amazonaws.com"]`, "")),
		"one account":      trust(allowed(`"AWS":"arn:aws:iam::123456789012:root"`, "")),
		"one pod":          trust(allowed(federated, `{"StringEquals":{"oidc/id/A:sub":"system:serviceaccount:a:b","oidc/id/A:aud":"sts"}}`)),
		"a denial for all": trust(allowed(`"Service":"ec2.amazonaws.com"`, ""), `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`),
		"one statement": pack.One("aws:iam/role:Role", map[string]any{
			"assumeRolePolicy": `{"Statement":` + allowed(`"Service":"ec2.amazonaws.com"`, "") + `}`,
		}),
		"an object instead of a text": pack.One("aws:iam/role:Role", map[string]any{"assumeRolePolicy": map[string]any{"Statement": []any{
			map[string]any{"Effect": "Allow", "Principal": map[string]any{"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
		}}}),
	},
	Fail: pack.Cases{
		"everybody":              trust(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`),
		"every account":          trust(allowed(`"AWS":["arn:aws:iam::123456789012:root","*"]`, "")),
		"everybody with a limit": trust(allowed(`"AWS":"*"`, `{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`)),
		"everybody but one":      trust(`{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}`),
		"any pod":                trust(allowed(federated, "")),
		"any pod, one audience":  trust(allowed(federated, `{"StringEquals":{"oidc/id/A:aud":"sts"}}`)),
		"a pattern of pods":      trust(allowed(federated, `{"StringLike":{"oidc/id/A:sub":"system:*"},"StringEquals":{"oidc/id/A:aud":"sts"}}`)),
		"among others":           trust(allowed(`"Service":"ec2.amazonaws.com"`, ""), allowed(federated, "")),
		"left out":               pack.One("aws:iam/role:Role", map[string]any{"name": "lnd"}),
		"not JSON":               pack.One("aws:iam/role:Role", map[string]any{"assumeRolePolicy": "pods"}),
		"an object": pack.One("aws:iam/role:Role", map[string]any{"assumeRolePolicy": map[string]any{
			"Statement": map[string]any{"Effect": "Allow", "Principal": "*"},
		}}),
	},
}

func checkTrust(statement pack.Value, violate pack.Report) {
	principal := statement.At("Principal")
	if !statement.At("NotPrincipal").Absent() {
		violate(statement.Path() + " allows everybody but some; want a Principal.")
	}
	if everybody(principal) {
		violate(principal.Path() + " is everybody; want who takes the role.")
	}
	for _, provider := range principal.At("Federated").Each() {
		equals := statement.At("Condition", "StringEquals")
		if provider.Matches(openIDProvider) && !(pinned(equals, ":sub") && pinned(equals, ":aud")) {
			violate(statement.Path() + " trusts an identity provider without Condition.StringEquals on :sub and :aud.")
		}
	}
}

// everybody tells whether the principal is the wildcard, alone or among those of any kind.
func everybody(principal pack.Value) bool {
	if principal.Is("*") {
		return true
	}
	for _, kind := range principal.Keys() {
		if of := principal.At(kind); of.Is("*") || of.Contains("*") {
			return true
		}
	}
	return false
}

// pinned tells whether there is a condition on the provider's claim, whatever the provider is called.
func pinned(equals pack.Value, claim string) bool {
	for _, key := range equals.Keys() {
		if strings.HasSuffix(strings.ToLower(key), claim) && !equals.At(key).Absent() {
			return true
		}
	}
	return !equals.Known() && equals.Absent()
}

const federated = `"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/A"`

// allowed is a statement that lets that principal take the role, on that condition.
func allowed(principal, condition string) string {
	statement := `{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Principal":{` + principal + `}`
	if json.Valid([]byte(condition)) {
		statement += `,"Condition":` + condition
	}
	return statement + "}"
}

// trust is a role with these statements in its trust policy.
func trust(statements ...string) pack.Case {
	return pack.One("aws:iam/role:Role", map[string]any{
		"assumeRolePolicy": `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`,
	})
}
