package supplychain

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// verifiers are the kinds of sigstore's policy-controller, Kyverno and Ratify that verify images' signatures.
var verifiers = pack.Kinds("ClusterImagePolicy", "ImageValidatingPolicy", "NamespacedImageValidatingPolicy", "Verifier", "NamespacedVerifier")

var signatureAdmission = pack.Rule{
	Name:     "signature-admission",
	Types:    pack.Tokens("aws:eks/cluster:Cluster"),
	Severity: pack.Medium,
	CKS:      "supply-chain/secure",
	Must:     "A cluster of ours verifies images' signatures before it admits a pod.",
	Why:      "This pack sees only what this program deploys: whoever else gets at the API server starts any image, unless admission wants a signature.",
	Fix:      "Register a ClusterImagePolicy (sigstore), a Kyverno policy with verifyImages, or a Ratify Verifier in the stack.",
	Refs:     []string{"Kubescape C-0236", "Kubescape C-0237", "Kubescape C-0289", "CKS 1.34: Secure your supply chain (permitted registries, sign and validate artifacts, etc.)"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		clusters := s.All(pack.Tokens("aws:eks/cluster:Cluster"))
		if len(clusters) == 0 || len(s.All(verifiers)) > 0 || slices.ContainsFunc(s.All(pack.Kinds("ClusterPolicy", "Policy")), verifies) {
			return
		}
		for _, cluster := range clusters {
			violate(cluster, "The stack has no object that verifies images' signatures at admission.")
		}
	},
	Pass: pack.Cases{
		"sigstore": {eksCluster, {Type: "kubernetes:policy.sigstore.dev/v1beta1:ClusterImagePolicy", Name: "signed", Props: object{}}},
		"Kyverno":  {eksCluster, kyverno(object{"name": "signed", "verifyImages": list{object{"imageReferences": list{"*"}}}})},
		"Ratify":   {eksCluster, {Type: "kubernetes:config.ratify.deislabs.io/v1beta1:Verifier", Name: "signed", Props: object{}}},
		"no EKS":   runs(pinned),
	},
	Fail: pack.Cases{
		"nothing":                    {eksCluster},
		"Kyverno for something else": {eksCluster, kyverno(object{"name": "labels", "validate": object{"message": "want an owner"}})},
	},
}

// verifies tells whether a Kyverno policy has a rule about signatures.
func verifies(policy pack.Resource) bool {
	return strings.HasPrefix(policy.Type, "kubernetes:kyverno.io/") && policy.At("spec", "rules").Some(func(rule pack.Value) bool {
		return !rule.At("verifyImages").Absent()
	})
}

func kyverno(rule object) pack.Object {
	return pack.Object{Type: "kubernetes:kyverno.io/v1:ClusterPolicy", Name: "policy", Props: object{"spec": object{"rules": list{rule}}}}
}
