package kube

import (
	"maps"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// neverDisrupt keeps Karpenter's consolidation away; the disruption budget does the same for drains.
const neverDisrupt = "karpenter.sh/do-not-disrupt"

// NewSingleton makes a workload that must never run twice: a StatefulSet of one replica, replaced only by hand, on volumes of its own.
// It fails, naming the field, when the description is not hardened: a container without its probes, user 0, a probe or volume of no kind.
func NewSingleton(ctx *pulumi.Context, name string, args WorkloadArgs, opts ...pulumi.ResourceOption) (*Workload, error) {
	child := pulumi.Composite(opts...)
	args.Unawaited = true
	a, err := newAround(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	// An address of the service's own outlives the pod: lnd resolves bitcoind's name once, when it starts, and would go on asking the address
	// of a pod that was replaced. A busy pod stays behind it: were it taken away while a probe fails, clients could not even wait for it.
	if err := newService(ctx, name, args, service{name: args.App.Name, unready: true}, a.inside); err != nil {
		return nil, err
	}
	// Every voluntary disruption is forbidden: a drain of the node must be somebody's decision, made by the runbook.
	if err := newDisruptionBudget(ctx, name, args, 0, a.inside); err != nil {
		return nil, err
	}
	annotations := maps.Clone(args.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[neverDisrupt] = "true"
	_, err = appsv1.NewStatefulSet(ctx, name, &appsv1.StatefulSetArgs{
		Metadata: args.controllerMetadata(),
		Spec: appsv1.StatefulSetSpecArgs{
			Replicas:            pulumi.Int(1),
			ServiceName:         pulumi.String(args.App.Name),
			PodManagementPolicy: pulumi.String("OrderedReady"),
			// A changed template waits until somebody deletes the pod: only a person knows whether now is the time to stop a node that holds funds.
			UpdateStrategy:                       appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("OnDelete")},
			PersistentVolumeClaimRetentionPolicy: retained(),
			Selector:                             selector(args.App.Selector()),
			Template:                             args.template(annotations),
		},
	}, child, pulumi.DependsOn(a.before))
	return a.workload, err
}

// retained keeps the claims of a StatefulSet whatever becomes of the set.
func retained() appsv1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs {
	return appsv1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs{WhenDeleted: pulumi.String("Retain"), WhenScaled: pulumi.String("Retain")}
}
