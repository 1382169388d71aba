package runtime

import (
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var storageEncrypted = pack.Rule{
	Name:     "storage-encrypted",
	Types:    pack.Kinds("StorageClass", "PersistentVolumeClaim", "StatefulSet"),
	Severity: pack.Medium,
	CKS:      "microservices/secrets",
	Must:     "Volumes come from the EBS CSI driver, encrypted, and every claim says from which class.",
	Why:      "A wallet, a seed and every macaroon stand on a volume: unencrypted, whoever may copy a snapshot has them. A claim without a class gets whatever the cluster's default is that day.",
	Fix:      "Set provisioner to ebs.csi.aws.com and parameters encrypted to \"true\" and type to gp3 on the StorageClass, and storageClassName on every claim.",
	Refs:     []string{"Kubescape C-0264", "AWS EKS Best Practices: data encryption"},
	Settings: map[string]any{
		"provisioners": []string{"ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com"},
		"volumeTypes":  []string{"gp3"},
	},
	Check: func(r pack.Resource, violate pack.Report) {
		switch r.Kind() {
		case "PersistentVolumeClaim":
			checkClaim(r.At("spec"), violate)
		case "StatefulSet":
			for _, template := range r.At("spec", "volumeClaimTemplates").List() {
				checkClaim(template.At("spec"), violate)
			}
		case "StorageClass":
			// Provisioner and parameters never change once a class exists: a patch of one, such as the one that takes the default away
			// from EKS' gp2, decides nothing here.
			if !strings.Contains(r.URN, ":StorageClassPatch::") {
				checkClass(r, violate)
			}
		}
	},
	Pass: pack.Cases{
		"encrypted class":     class("ebs.csi.aws.com", object{"encrypted": "true", "type": "gp3"}),
		"class of Auto Mode":  class("ebs.csi.eks.amazonaws.com", object{"encrypted": "true", "type": "gp3", "kmsKeyId": pack.Unknown}),
		"claim with a class":  claim("gp3-retain"),
		"patch of EKS' class": pack.One("kubernetes:storage.k8s.io/v1:StorageClassPatch", object{"metadata": object{"name": "gp2"}, "provisioner": "kubernetes.io/aws-ebs"}),
		"template of claims":  templated("gp3"),
	},
	Fail: pack.Cases{
		"parameters left out":      class("ebs.csi.aws.com", nil),
		"encryption left out":      class("ebs.csi.aws.com", object{"type": "gp3"}),
		"clear":                    class("ebs.csi.aws.com", object{"type": "gp3", "encrypted": "false"}),
		"older volumes":            class("ebs.csi.aws.com", object{"type": "gp2", "encrypted": "true"}),
		"in-tree":                  class("kubernetes.io/aws-ebs", object{"type": "gp3", "encrypted": "true"}),
		"claim without a class":    claim(nil),
		"claim of the empty class": claim(""),
		"template without a class": templated(nil),
		"list of claims":           pack.One("kubernetes:core/v1:PersistentVolumeClaimList", object{"items": list{object{"spec": object{"accessModes": list{"ReadWriteOncePod"}}}}}),
	},
}

func checkClass(r pack.Resource, violate pack.Report) {
	if provisioner := r.At("provisioner"); !provisioner.In(r.Setting("provisioners").Texts()...) {
		violate(provisioner.Path() + " is not one of the setting provisioners.")
	}
	if encrypted := r.At("parameters", "encrypted"); !encrypted.Is("true") {
		violate(encrypted.Path() + " is not \"true\".")
	}
	if kind := r.At("parameters", "type"); !kind.In(r.Setting("volumeTypes").Texts()...) {
		violate(kind.Path() + " is not one of the setting volumeTypes.")
	}
}

func checkClaim(spec pack.Value, violate pack.Report) {
	if class := spec.At("storageClassName"); class.Absent() {
		violate(class.Path() + " is not set.")
	}
}

func class(provisioner string, parameters object) pack.Case {
	return pack.One("kubernetes:storage.k8s.io/v1:StorageClass", object{"provisioner": provisioner, "parameters": parameters})
}

func claim(class any) pack.Case {
	return pack.One("kubernetes:core/v1:PersistentVolumeClaim", object{"spec": object{"storageClassName": class}})
}

func templated(class any) pack.Case {
	return pack.One("kubernetes:apps/v1:StatefulSet", object{"spec": object{"volumeClaimTemplates": list{object{"spec": object{"storageClassName": class}}}}})
}
