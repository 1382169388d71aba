package bitcoin

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var networkFilesystemRefused = pack.Rule{
	Name:     "network-filesystem-refused",
	Types:    pack.PodCarriers().And(pack.Kinds("PersistentVolumeClaim")),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "The volume of a node is a disk, and no file system over the network.",
	Why: "lnd and bitcoind rely on fsync and on file locks. On NFS, EFS or S3 both may lie, so that a lost connection leaves a torn channel " +
		"database, and two machines can mount the same one.",
	Fix:  "Use a StorageClass of ebs.csi.aws.com, and no nfs, cephfs or other shared volume in the pod.",
	Refs: []string{"lnd docs/safety.md", "reference/bitcoin.md 4.14"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		classes, volumes := s.All(pack.Kinds("StorageClass")), s.All(pack.Kinds("PersistentVolume"))
		for _, c := range nodeClaims(s) {
			name := c.spec.At("storageClassName")
			for _, class := range classes {
				if same(name, class.At("metadata", "name")) && class.At("provisioner").Matches(shared) {
					violate(c.about, name.Path()+" names a class of a file system over the network.")
				}
			}
			bound := c.spec.At("volumeName")
			for _, v := range volumes {
				if same(bound, v.At("metadata", "name")) && onNetwork(v.At("spec")) {
					violate(c.about, bound.Path()+" names a volume over the network.")
				}
			}
		}
		for _, w := range append(lnd.workloads(s), bitcoind.workloads(s)...) {
			for _, v := range w.pod.Spec.At("volumes").List() {
				if onNetwork(v) {
					violate(w.about, v.Path()+" is a volume over the network.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"a disk":        {object(claimType, "data", volume("lnd")), object(classType, "keep", class("keep", "Retain"))},
		"another claim": {object(claimType, "data", volume("shop")), object(classType, "keep", shares("keep"))},
		"a node":        pack.One(statefulSet, lndSet()),
	},
	Fail: pack.Cases{
		"class of EFS": {object(claimType, "data", volume("lnd")), object(classType, "keep", shares("keep"))},
		"a mount in the pod": pack.One(statefulSet, with(bitcoindSet(),
			[]any{map[string]any{"name": "data", "nfs": map[string]any{"server": "10.0.0.1", "path": "/"}}}, inPod("volumes")...)),
		"a volume made by hand": {
			object(claimType, "data", with(volume("lnd"), "pv", "spec", "volumeName")),
			object("kubernetes:core/v1:PersistentVolume", "pv", map[string]any{
				"metadata": map[string]any{"name": "pv"}, "spec": map[string]any{"csi": map[string]any{"driver": "s3.csi.aws.com"}},
			}),
		},
	},
}

var shared = regexp.MustCompile(`(?i)(^|[^a-z0-9])(efs|nfs|s3|fsx|smb|cifs|azurefile|file|filestore|cephfs|glusterfs)([^a-z0-9]|$)|nfs`)

func onNetwork(volume pack.Value) bool {
	for _, kind := range []string{"nfs", "cephfs", "glusterfs", "azureFile"} {
		if source := volume.At(kind); !source.Absent() {
			return true
		}
	}
	return volume.At("csi", "driver").Matches(shared)
}

// shares is a StorageClass on EFS.
func shares(name string) map[string]any {
	return with(class(name, "Retain"), "efs.csi.aws.com", "provisioner")
}
