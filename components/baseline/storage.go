package baseline

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// The storage classes on EBS.
const (
	// StorageRetain keeps the volume when its claim is deleted. Chains and channel databases live here.
	StorageRetain = "gp3-retain"
	// StorageDelete is the default class: the volume goes with its claim.
	StorageDelete = "gp3"
)

// EBSArgs shapes the storage classes on EBS.
type EBSArgs struct {
	// KeyARN is the KMS key that encrypts the volumes.
	KeyARN pulumi.StringInput
}

const defaultClass = "storageclass.kubernetes.io/is-default-class"

// newStorageClasses makes both classes, and takes the title of default from the gp2 class that EKS brings along: it neither encrypts nor expands.
func newStorageClasses(ctx *pulumi.Context, name string, args EBSArgs, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for _, class := range []struct{ name, reclaim, isDefault string }{
		{StorageDelete, "Delete", "true"},
		{StorageRetain, "Retain", "false"},
	} {
		c, err := storagev1.NewStorageClass(ctx, name+"-"+class.name, &storagev1.StorageClassArgs{
			Metadata: metav1.ObjectMetaArgs{
				Name:        pulumi.String(class.name),
				Labels:      pulumi.ToStringMap(kube.Labels()),
				Annotations: pulumi.StringMap{defaultClass: pulumi.String(class.isDefault)},
			},
			Provisioner: pulumi.String("ebs.csi.aws.com"),
			Parameters: pulumi.StringMap{
				"type":      pulumi.String("gp3"),
				"encrypted": pulumi.String("true"),
				"kmsKeyId":  args.KeyARN,
			},
			ReclaimPolicy:        pulumi.String(class.reclaim),
			AllowVolumeExpansion: pulumi.Bool(true),
			// The volume is made in the zone where the pod lands.
			VolumeBindingMode: pulumi.String("WaitForFirstConsumer"),
		}, child)
		if err != nil {
			return nil, err
		}
		made = append(made, c)
	}
	gp2, err := storagev1.NewStorageClassPatch(ctx, name+"-gp2-not-default", &storagev1.StorageClassPatchArgs{
		Metadata: metav1.ObjectMetaPatchArgs{
			Name: pulumi.String("gp2"),
			Annotations: pulumi.StringMap{
				defaultClass: pulumi.String("false"),
				patchForce:   pulumi.String("true"),
			},
		},
		Provisioner: pulumi.String("kubernetes.io/aws-ebs"),
	}, child)
	return append(made, gp2), err
}

// patchForce lets a patch take over a field that the cluster's own components set.
const patchForce = "pulumi.com/patchForce"
