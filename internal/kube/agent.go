package kube

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Host is what an agent of a node gets of its node. Any of it breaks the restricted profile, so the agent needs a namespace of its
// own and an exemption for each rule that it breaks. Only NewAgent takes it.
type Host struct {
	// Network puts the pod on the node's network: NetworkPolicies do not reach it there.
	Network bool
	// PID shows it the node's processes.
	PID bool
	// Root runs it as root, without capabilities but the ones that are named.
	Root bool
	// Capabilities are added to each container.
	Capabilities []string
	// Paths are directories of the node.
	Paths []HostPath
}

// HostPath is a directory of the node; containers mount it by its name.
type HostPath struct {
	Name, Path string
	// Create makes the directory where it is missing.
	Create bool
}

// NewAgent makes a DaemonSet: one pod on every node, whatever the node's taints.
func NewAgent(ctx *pulumi.Context, name string, args WorkloadArgs, opts ...pulumi.ResourceOption) (*Workload, error) {
	child := pulumi.Composite(opts...)
	args.Pod.everywhere = true
	a, err := newAround(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	if err := newService(ctx, name, args, service{name: args.App.Name, headless: true, unready: true}, a.inside); err != nil {
		return nil, err
	}
	_, err = appsv1.NewDaemonSet(ctx, name, &appsv1.DaemonSetArgs{
		Metadata: args.controllerMetadata(),
		Spec: appsv1.DaemonSetSpecArgs{
			Selector: selector(args.App.Selector()),
			Template: args.template(args.Annotations),
			UpdateStrategy: appsv1.DaemonSetUpdateStrategyArgs{
				Type:          pulumi.String("RollingUpdate"),
				RollingUpdate: appsv1.RollingUpdateDaemonSetArgs{MaxUnavailable: pulumi.String("25%")},
			},
		},
	}, child, pulumi.DependsOn(a.before))
	return a.workload, err
}

func (p HostPath) args() corev1.VolumeArgs {
	kind := "Directory"
	if p.Create {
		kind = "DirectoryOrCreate"
	}
	return corev1.VolumeArgs{
		Name:     pulumi.String(p.Name),
		HostPath: corev1.HostPathVolumeSourceArgs{Path: pulumi.String(p.Path), Type: pulumi.String(kind)},
	}
}
