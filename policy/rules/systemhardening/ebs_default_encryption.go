package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var (
	encryptionByDefault = pack.Tokens("aws:ebs/encryptionByDefault:EncryptionByDefault")
	ebsVolumes          = pack.Tokens("aws:ebs/volume:Volume")
	eksClusters         = pack.Tokens("aws:eks/cluster:Cluster")
)

var ebsDefaultEncryption = pack.Rule{
	Name:     "ebs-default-encryption",
	Types:    encryptionByDefault.And(ebsVolumes).And(eksClusters),
	Severity: pack.Medium,
	CKS:      "system-hardening/host-footprint",
	Must:     "The region encrypts every new EBS volume, and each volume says so itself.",
	Why:      "A launch template or a StorageClass covers only the volumes it makes; the one that somebody restores by hand or that another controller makes holds a wallet in the clear.",
	Fix:      "Add an aws:ebs/encryptionByDefault:EncryptionByDefault with enabled set to true to the stack that owns the account's region, and set encrypted to true on every aws:ebs/volume:Volume.",
	Refs:     []string{"CKV_AWS_106", "CKV_AWS_3", "AWS-0026"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		defaults := s.All(encryptionByDefault)
		for _, r := range defaults {
			if enabled := r.At("enabled"); !enabled.Is(true) {
				violate(r, enabled.Path()+" has to be true.")
			}
		}
		for _, volume := range s.All(ebsVolumes) {
			if encrypted := volume.At("encrypted"); !encrypted.Is(true) {
				violate(volume, encrypted.Path()+" has to be true.")
			}
		}
		if len(defaults) > 0 {
			return
		}
		for _, cluster := range s.All(eksClusters) {
			violate(cluster, "The stack has to have an EncryptionByDefault for the region of this cluster.")
		}
	},
	Pass: pack.Cases{
		"nothing to encrypt": {{Type: "aws:ec2/vpc:Vpc", Name: "network"}},
		"with a cluster": {
			{Type: "aws:eks/cluster:Cluster", Name: "cluster", Props: object{}},
			{Type: "aws:ebs/encryptionByDefault:EncryptionByDefault", Name: "ebs", Props: object{"enabled": true}},
		},
		"a volume": {{Type: "aws:ebs/volume:Volume", Name: "data", Props: object{"encrypted": true}}},
	},
	Fail: pack.Cases{
		"a cluster without": {{Type: "aws:eks/cluster:Cluster", Name: "cluster", Props: object{}}},
		"turned off":        {{Type: "aws:ebs/encryptionByDefault:EncryptionByDefault", Name: "ebs", Props: object{"enabled": false}}},
		"enabled left out":  {{Type: "aws:ebs/encryptionByDefault:EncryptionByDefault", Name: "ebs", Props: object{}}},
		"a volume not":      {{Type: "aws:ebs/volume:Volume", Name: "data", Props: object{"encrypted": false}}},
		"a volume, unsaid": {
			{Type: "aws:ebs/encryptionByDefault:EncryptionByDefault", Name: "ebs", Props: object{"enabled": true}},
			{Type: "aws:ebs/volume:Volume", Name: "data", Props: object{"size": 10}},
		},
	},
}
