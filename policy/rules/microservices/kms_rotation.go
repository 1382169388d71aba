package microservices

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// boundTo are the condition keys that tie a statement for everybody to an account, an organisation or a caller.
var boundTo = []string{"kms:calleraccount", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:sourceaccount"}

const kmsKey = "aws:kms/key:Key"

var kmsRotation = pack.Rule{
	Name:     "kms-rotation",
	Types:    pack.Tokens(kmsKey),
	Severity: pack.Medium,
	CKS:      "microservices/secrets",
	Must:     "A KMS key rotates, waits a week or more before it is deleted, and lets nobody in by a wildcard.",
	Why:      "A key that never changes protects every copy ever made with the same bytes; a deleted one takes Secrets and volumes with it; a key policy for everyone lets other accounts decrypt.",
	Fix:      "Set enableKeyRotation to true and deletionWindowInDays to 7 or more, and name principals in the policy or bind * with kms:CallerAccount.",
	Refs:     []string{"CKV_AWS_7", "CKV_AWS_33", "AWS-0065", "AWS KMS documentation: key policies"},
	Check: func(r pack.Resource, violate pack.Report) {
		// KMS rotates no asymmetric and no HMAC key.
		rotates := r.At("enableKeyRotation")
		if !rotates.Is(true) && !r.At("customerMasterKeySpec").HasPrefix("RSA_", "ECC_", "HMAC_", "SM2", "ML_DSA_") {
			violate(rotates.Path() + " is not true.")
		}
		if window := r.At("deletionWindowInDays"); !window.Absent() && !window.AtLeast(7) {
			violate(window.Path() + " is below 7.")
		}
		policy := r.At("policy")
		for _, statement := range policy.JSON().At("Statement").Each() {
			if openToAll(statement) {
				violate(policy.Path() + " allows everybody; want principals by name, or a condition on the caller's account.")
			}
		}
	},
	Pass: pack.Cases{
		"rotates":          pack.One(kmsKey, object{"enableKeyRotation": true, "deletionWindowInDays": 30, "policy": `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}`}),
		"AWS' defaults":    pack.One(kmsKey, object{"enableKeyRotation": true}),
		"asymmetric":       pack.One(kmsKey, object{"customerMasterKeySpec": "ECC_NIST_P256"}),
		"bound by account": pack.One(kmsKey, object{"enableKeyRotation": true, "policy": `{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"123456789012"}}}}`}),
		"everybody denied": pack.One(kmsKey, object{"enableKeyRotation": true, "policy": `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"kms:ScheduleKeyDeletion","Resource":"*"}]}`}),
	},
	Fail: pack.Cases{
		"left out":         pack.One(kmsKey, object{"description": "secrets"}),
		"switched off":     pack.One(kmsKey, object{"enableKeyRotation": false}),
		"symmetric":        pack.One(kmsKey, object{"customerMasterKeySpec": "SYMMETRIC_DEFAULT"}),
		"gone in a day":    pack.One(kmsKey, object{"enableKeyRotation": true, "deletionWindowInDays": 1}),
		"everybody":        pack.One(kmsKey, object{"enableKeyRotation": true, "policy": `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}`}),
		"every account":    pack.One(kmsKey, object{"enableKeyRotation": true, "policy": `{"Statement":{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:root","*"]},"Action":"kms:*","Resource":"*"}}`}),
		"all but one":      pack.One(kmsKey, object{"enableKeyRotation": true, "policy": `{"Statement":[{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}`}),
		"bound by nothing": pack.One(kmsKey, object{"enableKeyRotation": true, "policy": `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`}),
	},
}

// openToAll tells whether a statement allows everybody and no condition binds the caller.
func openToAll(statement pack.Value) bool {
	everybody := statement.At("NotPrincipal").Given()
	for _, principal := range append(statement.At("Principal").Each(), statement.At("Principal", "AWS").Each()...) {
		everybody = everybody || principal.Is("*")
	}
	if !everybody || !statement.At("Effect").Is("Allow") {
		return false
	}
	condition := statement.At("Condition")
	for _, operator := range condition.Keys() {
		// Others, such as StringNotEquals and StringEqualsIfExists, let in whom the key does not describe.
		if !slices.Contains([]string{"StringEquals", "StringLike", "ArnEquals", "ArnLike"}, strings.TrimPrefix(operator, "ForAnyValue:")) {
			continue
		}
		for _, key := range condition.At(operator).Keys() {
			if slices.Contains(boundTo, strings.ToLower(key)) {
				return false
			}
		}
	}
	return true
}
