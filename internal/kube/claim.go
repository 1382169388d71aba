package kube

import (
	"maps"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ClaimArgs describes a volume for one pod at a time.
type ClaimArgs struct {
	App       App
	Namespace Namespace
	// Name is the PersistentVolumeClaim's name.
	Name string
	// Size is a Kubernetes quantity.
	Size string
	// StorageClass must retain its volumes.
	StorageClass string
	// Labels are put on the claim beside the application's.
	Labels map[string]string
	// Protect makes Pulumi refuse to delete it.
	Protect bool
}

// NewClaim makes the claim outside of the StatefulSet, where Pulumi can protect it and leaves it behind when it is no longer wanted.
// ReadWriteOncePod lets a single pod have it: ReadWriteOnce would let a second one on the same node.
func NewClaim(ctx *pulumi.Context, name string, args ClaimArgs, opts ...pulumi.ResourceOption) (*corev1.PersistentVolumeClaim, error) {
	labels := args.App.Labels()
	maps.Copy(labels, args.Labels)
	return corev1.NewPersistentVolumeClaim(ctx, name, &corev1.PersistentVolumeClaimArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name:      pulumi.String(args.Name),
			Namespace: pulumi.String(args.Namespace.Name),
			Labels:    pulumi.ToStringMap(labels),
			// It is bound only when the pod arrives.
			Annotations: pulumi.StringMap{skipAwait: pulumi.String("true")},
		},
		Spec: corev1.PersistentVolumeClaimSpecArgs{
			AccessModes:      pulumi.StringArray{pulumi.String("ReadWriteOncePod")},
			StorageClassName: pulumi.String(args.StorageClass),
			Resources:        corev1.VolumeResourceRequirementsArgs{Requests: pulumi.StringMap{"storage": pulumi.String(args.Size)}},
		},
	}, pulumi.Composite(opts...), pulumi.DependsOn(args.Namespace.Exists), pulumi.Protect(args.Protect), pulumi.RetainOnDelete(true))
}
