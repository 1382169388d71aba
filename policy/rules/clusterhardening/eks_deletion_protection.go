package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

const claim = "kubernetes:core/v1:PersistentVolumeClaim"

var eksDeletionProtection = pack.Rule{
	Name: "eks-deletion-protection",
	// A PersistentVolumeClaimPatch is left out: to remove it does not remove the claim.
	Types:    pack.Tokens(eksCluster, "aws:ec2/vpc:Vpc", "aws:kms/key:Key", claim, claim+"List"),
	Severity: pack.Medium,
	CKS:      "cluster-hardening/upgrades",
	Must:     "A production cluster refuses to be deleted, and Pulumi protects it, its network, its keys and its volume claims.",
	Why: "One destroy in the wrong stack, or one rename that means a replacement, takes the channel state or the key that its disks are " +
		"enciphered with. Neither comes back.",
	Fix: "Set deletionProtection to true on the cluster, and the resource option Protect on cluster, VPC, KMS keys and volume claims. " +
		"Disable the rule in the configuration of stacks that are there to be destroyed.",
	Refs: []string{"EKS cluster deletion protection", "Pulumi resource option protect"},
	Check: func(r pack.Resource, violate pack.Report) {
		if !r.Protect {
			violate("The resource option Protect is not set.")
		}
		if r.Type != eksCluster {
			return
		}
		if protection := r.At("deletionProtection"); !protection.Is(true) {
			violate(protection.Path() + " is not true.")
		}
	},
	Pass: pack.Cases{
		"a cluster": {{Type: eksCluster, Name: "cluster", Protect: true, Props: map[string]any{"deletionProtection": true}}},
		"a VPC":     {{Type: "aws:ec2/vpc:Vpc", Name: "network", Protect: true}},
		"a key":     {{Type: "aws:kms/key:Key", Name: "volumes", Protect: true}},
		"a claim":   {{Type: claim, Name: "lnd-data", Protect: true}},
		"a patch":   {{Type: claim + "Patch", Name: "lnd-data", Props: map[string]any{"metadata": map[string]any{}}}},
	},
	Fail: pack.Cases{
		"left out":               {{Type: eksCluster, Name: "cluster", Protect: true, Props: map[string]any{"version": "1.35"}}},
		"off":                    {{Type: eksCluster, Name: "cluster", Protect: true, Props: map[string]any{"deletionProtection": false}}},
		"a cluster without":      cluster(map[string]any{"deletionProtection": true}),
		"a VPC without":          pack.One("aws:ec2/vpc:Vpc", map[string]any{"cidrBlock": "10.0.0.0/16"}),
		"a key without":          pack.One("aws:kms/key:Key", map[string]any{"enableKeyRotation": true}),
		"a claim without":        pack.One(claim, map[string]any{"metadata": map[string]any{"name": "lnd-data"}}),
		"a list of such without": pack.One(claim+"List", map[string]any{"items": []any{map[string]any{}}}),
	},
}
