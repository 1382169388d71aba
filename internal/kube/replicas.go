package kube

import (
	"errors"
	"fmt"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// DeploymentArgs describes a workload without a memory of its own.
type DeploymentArgs struct {
	WorkloadArgs
	// Replicas is how many pods there are. They are spread over hosts where there are enough.
	Replicas int
}

// NewDeployment makes a Deployment, with a Service of one address when the pods have ports.
func NewDeployment(ctx *pulumi.Context, name string, args DeploymentArgs, opts ...pulumi.ResourceOption) (*Workload, error) {
	if args.Replicas < 1 {
		return nil, fmt.Errorf("workload %s: replicas is %d, want 1 at least", name, args.Replicas)
	}
	child := pulumi.Composite(opts...)
	args.Pod.spread = true
	a, err := newAround(ctx, name, args.WorkloadArgs, child)
	if err != nil {
		return nil, err
	}
	if err := newService(ctx, name, args.WorkloadArgs, service{name: args.App.Name}, a.inside); err != nil {
		return nil, err
	}
	if err := newDisruptionBudget(ctx, name, args.WorkloadArgs, 1, a.inside); err != nil {
		return nil, err
	}
	_, err = appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: args.controllerMetadata(),
		Spec: appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(args.Replicas),
			Selector: selector(args.App.Selector()),
			Template: args.template(args.Annotations),
		},
	}, child, pulumi.DependsOn(a.before))
	return a.workload, err
}

// StatefulSetArgs describes a workload whose pods have names and volumes of their own.
type StatefulSetArgs struct {
	WorkloadArgs
	// Replicas is how many pods there are: NAME-0, NAME-1, spread over hosts where there are enough.
	Replicas int
	// Claims are the volumes that every pod gets; containers mount them by their names.
	Claims []ClaimTemplate
}

// ClaimTemplate is a volume of each pod.
type ClaimTemplate struct {
	Name string
	// Size is a Kubernetes quantity.
	Size string
	// StorageClass is the name of the class.
	StorageClass string
}

// PodsService is the Service that gives each pod of a StatefulSet its DNS name: NAME-0.NAME-pods.NAMESPACE.svc.cluster.local. It
// answers for pods that are not ready too, because members of a cluster have to find each other before.
func PodsService(app App) string { return app.Name + "-pods" }

// PodHosts are the DNS names of the pods of a StatefulSet.
func PodHosts(app App, namespace Namespace, replicas int) []string {
	var hosts []string
	for i := range replicas {
		hosts = append(hosts, fmt.Sprintf("%s-%d.%s.%s.svc.cluster.local", app.Name, i, PodsService(app), namespace.Name))
	}
	return hosts
}

// NewStatefulSet makes a StatefulSet, a Service for its members and one for its clients.
func NewStatefulSet(ctx *pulumi.Context, name string, args StatefulSetArgs, opts ...pulumi.ResourceOption) (*Workload, error) {
	var mistakes []error
	if args.Replicas < 1 {
		mistakes = append(mistakes, fmt.Errorf("replicas is %d, want 1 at least", args.Replicas))
	}
	for _, c := range args.Claims {
		if c.Name == "" || c.Size == "" || c.StorageClass == "" {
			mistakes = append(mistakes, fmt.Errorf("claim %q: name, size or storage class is missing, want all", c.Name))
		}
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	child := pulumi.Composite(opts...)
	args.Pod.spread = true
	a, err := newAround(ctx, name, args.WorkloadArgs, child)
	if err != nil {
		return nil, err
	}
	for resource, s := range map[string]service{name: {name: args.App.Name}, name + "-pods": {name: PodsService(args.App), headless: true, unready: true}} {
		if err := newService(ctx, resource, args.WorkloadArgs, s, a.inside); err != nil {
			return nil, err
		}
	}
	if err := newDisruptionBudget(ctx, name, args.WorkloadArgs, 1, a.inside); err != nil {
		return nil, err
	}
	_, err = appsv1.NewStatefulSet(ctx, name, &appsv1.StatefulSetArgs{
		Metadata: args.controllerMetadata(),
		Spec: appsv1.StatefulSetSpecArgs{
			Replicas:    pulumi.Int(args.Replicas),
			ServiceName: pulumi.String(PodsService(args.App)),
			// Members that look for each other all start at once.
			PodManagementPolicy:                  pulumi.String("Parallel"),
			UpdateStrategy:                       appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("RollingUpdate")},
			PersistentVolumeClaimRetentionPolicy: retained(),
			Selector:                             selector(args.App.Selector()),
			Template:                             args.template(args.Annotations),
			VolumeClaimTemplates:                 args.claims(),
		},
	}, child, pulumi.DependsOn(a.before))
	return a.workload, err
}

func (a StatefulSetArgs) claims() corev1.PersistentVolumeClaimTypeArray {
	var claims corev1.PersistentVolumeClaimTypeArray
	for _, c := range a.Claims {
		claims = append(claims, corev1.PersistentVolumeClaimTypeArgs{
			// Selector labels only: what a template says of a volume cannot change.
			Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(c.Name), Labels: pulumi.ToStringMap(a.App.Selector())},
			Spec: corev1.PersistentVolumeClaimSpecArgs{
				AccessModes:      pulumi.StringArray{pulumi.String("ReadWriteOncePod")},
				StorageClassName: pulumi.String(c.StorageClass),
				Resources:        corev1.VolumeResourceRequirementsArgs{Requests: pulumi.StringMap{"storage": pulumi.String(c.Size)}},
			},
		})
	}
	return claims
}
