package kube

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// SingletonArgs describes a workload that must never run twice: one replica, replaced only by hand, on volumes of its own.
type SingletonArgs struct {
	App App
	Pod Pod
	// Namespace holds the workload.
	Namespace Namespace
	// Annotations are put on the pod template: checksums of configuration, hints to node autoscalers.
	Annotations map[string]string
	// After is what the pod mounts: it must be there before.
	After []pulumi.Resource
	// AllowFrom are the peers that may connect to it, one port each.
	AllowFrom []Inbound
	// AllowTo are the endpoints that it may connect to. DNS is always allowed, by the namespace.
	AllowTo []Endpoint
}

// Singleton is a workload that SingletonArgs describes.
type Singleton struct {
	StatefulSet *appsv1.StatefulSet
	// Peer stands for the workload in the network rules of others.
	Peer Peer
}

// skipAwait tells Pulumi not to wait until the object is ready. A node that syncs for days is no failed deployment.
const skipAwait = "pulumi.com/skipAwait"

// neverDisrupt keeps Karpenter's consolidation away; the disruption budget does the same for drains.
const neverDisrupt = "karpenter.sh/do-not-disrupt"

// NewSingleton makes the StatefulSet with its service account, service, disruption budget and both sides' NetworkPolicies.
// It fails, naming the field, when the description is not hardened: a container without its probes, user 0, a probe or volume of no kind.
func NewSingleton(ctx *pulumi.Context, name string, args SingletonArgs, opts ...pulumi.ResourceOption) (*Singleton, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	child := pulumi.Composite(opts...)
	inside := pulumi.Composite(child, pulumi.DependsOn(args.Namespace.Exists))
	account, err := newServiceAccount(ctx, name, args, inside)
	if err != nil {
		return nil, err
	}
	if err := newService(ctx, name, args, inside); err != nil {
		return nil, err
	}
	if err := newDisruptionBudget(ctx, name, args, inside); err != nil {
		return nil, err
	}
	policies, err := newNetworkPolicies(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	before := slices.Concat(args.Namespace.Ready, args.After, policies, []pulumi.Resource{account})
	set, err := newStatefulSet(ctx, name, args, pulumi.Composite(child, pulumi.DependsOn(before)))
	if err != nil {
		return nil, err
	}
	return &Singleton{StatefulSet: set, Peer: args.peer()}, nil
}

func (a SingletonArgs) peer() Peer {
	return Peer{Name: a.App.Name, Namespace: a.Namespace, Selector: a.App.Selector()}
}

func (a SingletonArgs) validate() error {
	var mistakes []error
	if a.Pod.User <= 0 {
		mistakes = append(mistakes, fmt.Errorf("pod user is %d, want a user other than root", a.Pod.User))
	}
	if a.Pod.StopSeconds <= 0 {
		mistakes = append(mistakes, fmt.Errorf("pod stop seconds is %d, want how long a clean stop takes", a.Pod.StopSeconds))
	}
	if len(a.Pod.Containers) == 0 {
		mistakes = append(mistakes, errors.New("pod containers is empty, want one at least"))
	}
	for _, c := range slices.Concat(a.Pod.Init, a.Pod.Containers) {
		if c.CPU == "" || c.Memory == "" {
			mistakes = append(mistakes, fmt.Errorf("container %s: cpu or memory is missing, want both", c.Name))
		}
	}
	for _, c := range a.Pod.Containers {
		if c.Liveness == nil || c.Readiness == nil {
			mistakes = append(mistakes, fmt.Errorf("container %s: liveness or readiness is missing, want both", c.Name))
		}
		for _, p := range []*Probe{c.Startup, c.Liveness, c.Readiness} {
			if p != nil && (p.EverySeconds <= 0 || p.TimeoutSeconds <= 0 || p.Failures <= 0 || len(p.Exec) == 0 && p.TCP == 0 && p.HTTPS == 0) {
				mistakes = append(mistakes, fmt.Errorf("container %s: a probe has no action, period, timeout or number of failures, want all", c.Name))
			}
		}
	}
	for _, v := range a.Pod.Volumes {
		if v.Claim == "" && v.ConfigMap == "" && v.Secret == "" && v.Scratch == "" {
			mistakes = append(mistakes, fmt.Errorf("volume %s: source is missing, want a claim, config map, secret or scratch size", v.Name))
		}
		if v.Secret != "" && len(v.SecretKeys) == 0 {
			mistakes = append(mistakes, fmt.Errorf("volume %s: secret keys is empty, want the keys to mount", v.Name))
		}
	}
	return errors.Join(mistakes...)
}

func (a SingletonArgs) metadata(name string) metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{
		Name:      pulumi.String(name),
		Namespace: pulumi.String(a.Namespace.Name),
		Labels:    pulumi.ToStringMap(a.App.Labels()),
	}
}

func newServiceAccount(ctx *pulumi.Context, name string, args SingletonArgs, child pulumi.ResourceOption) (*corev1.ServiceAccount, error) {
	return corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata:                     args.metadata(args.App.Name),
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, child)
}

// newService makes a headless service: there is one pod, so an address of the service's own would only hide it,
// and clients that resolve the name again after a restart find the new pod. A busy pod keeps its name: were it taken away
// while a probe fails, clients could not even wait for it.
func newService(ctx *pulumi.Context, name string, args SingletonArgs, child pulumi.ResourceOption) error {
	var ports corev1.ServicePortArray
	for _, c := range args.Pod.Containers {
		for _, p := range c.Ports {
			ports = append(ports, corev1.ServicePortArgs{
				Name: pulumi.String(p.Name), Port: pulumi.Int(p.Number), TargetPort: pulumi.String(p.Name), Protocol: pulumi.String("TCP"), AppProtocol: pulumi.String("tcp"),
			})
		}
	}
	metadata := args.metadata(args.App.Name)
	metadata.Annotations = pulumi.StringMap{skipAwait: pulumi.String("true")}
	_, err := corev1.NewService(ctx, name, &corev1.ServiceArgs{
		Metadata: metadata,
		Spec: corev1.ServiceSpecArgs{
			ClusterIP:                pulumi.String("None"),
			PublishNotReadyAddresses: pulumi.Bool(true),
			Selector:                 pulumi.ToStringMap(args.App.Selector()),
			Ports:                    ports,
		},
	}, child)
	return err
}

// newDisruptionBudget forbids every voluntary disruption: a drain of the node must be somebody's decision, made by the runbook.
func newDisruptionBudget(ctx *pulumi.Context, name string, args SingletonArgs, child pulumi.ResourceOption) error {
	_, err := policyv1.NewPodDisruptionBudget(ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: args.metadata(args.App.Name),
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(0),
			Selector:       selector(args.App.Selector()),
		},
	}, child)
	return err
}

func newNetworkPolicies(ctx *pulumi.Context, name string, args SingletonArgs, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var connections []connection
	for _, in := range args.AllowFrom {
		connections = append(connections, connection{from: in.From, to: args.peer(), port: in.Port})
	}
	for _, to := range args.AllowTo {
		connections = append(connections, connection{from: args.peer(), to: to.Peer, port: to.Port})
	}
	var made []pulumi.Resource
	for _, c := range connections {
		both := c.policies()
		for _, policyName := range slices.Sorted(maps.Keys(both)) {
			// A policy on the other side stands in the other side's namespace.
			exist := pulumi.DependsOn(slices.Concat(c.from.Namespace.Exists, c.to.Namespace.Exists))
			policy, err := networkingv1.NewNetworkPolicy(ctx, name+"-"+policyName, both[policyName], child, exist)
			if err != nil {
				return nil, err
			}
			made = append(made, policy)
		}
	}
	return made, nil
}

// newStatefulSet makes the set itself. It runs one replica, and a changed template waits until somebody deletes the pod:
// only a person knows whether now is the time to stop a node that holds funds.
func newStatefulSet(ctx *pulumi.Context, name string, args SingletonArgs, child pulumi.ResourceOption) (*appsv1.StatefulSet, error) {
	metadata := args.metadata(args.App.Name)
	metadata.Annotations = pulumi.StringMap{skipAwait: pulumi.String("true")}
	annotations := maps.Clone(args.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[neverDisrupt] = "true"
	return appsv1.NewStatefulSet(ctx, name, &appsv1.StatefulSetArgs{
		Metadata: metadata,
		Spec: appsv1.StatefulSetSpecArgs{
			Replicas:            pulumi.Int(1),
			ServiceName:         pulumi.String(args.App.Name),
			PodManagementPolicy: pulumi.String("OrderedReady"),
			UpdateStrategy:      appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("OnDelete")},
			PersistentVolumeClaimRetentionPolicy: appsv1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs{
				WhenDeleted: pulumi.String("Retain"),
				WhenScaled:  pulumi.String("Retain"),
			},
			Selector: selector(args.App.Selector()),
			Template: args.Pod.template(args.App, annotations),
		},
	}, child)
}
