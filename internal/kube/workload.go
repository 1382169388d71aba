package kube

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// WorkloadArgs describes a workload: its pod, and who may talk to it. How many pods there are, and how they are replaced, is up to
// the function that makes it.
type WorkloadArgs struct {
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
	// API lets the pod call the Kubernetes API; without it there is no token in the pod.
	API *APIAccess
	// Unawaited leaves it to the operator whether the pods become ready: they wait for something that takes long.
	Unawaited bool
}

// Workload is a workload that runs.
type Workload struct {
	// Peer stands for it in the network rules of others.
	Peer Peer
	// Host is the DNS name of its Service.
	Host string
}

// Endpoint is one of its ports.
func (w Workload) Endpoint(port Port) Endpoint {
	return Endpoint{Peer: w.Peer, Port: port, Host: w.Host}
}

// skipAwait tells Pulumi not to wait until the object is ready. A node that syncs for days is no failed deployment.
const skipAwait = "pulumi.com/skipAwait"

// around is what stands around the pods of every workload, whatever makes them.
type around struct {
	// before is what the pods wait for.
	before []pulumi.Resource
	// inside is the option for objects of the namespace.
	inside   pulumi.ResourceOption
	workload *Workload
}

// newAround makes the service account with its rights, and both sides' NetworkPolicies.
func newAround(ctx *pulumi.Context, name string, args WorkloadArgs, child pulumi.ResourceOption) (*around, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	inside := pulumi.Composite(child, pulumi.DependsOn(args.Namespace.Exists))
	account, err := newServiceAccount(ctx, name, args, inside)
	if err != nil {
		return nil, err
	}
	rights, err := newRights(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	policies, err := newNetworkPolicies(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	return &around{
		before:   slices.Concat(args.Namespace.Ready, args.After, policies, rights, []pulumi.Resource{account}),
		inside:   inside,
		workload: &Workload{Peer: args.peer(), Host: ServiceHost(args.App, args.Namespace)},
	}, nil
}

// ServiceHost is the DNS name of the Service of an application.
func ServiceHost(app App, namespace Namespace) string {
	return app.Name + "." + namespace.Name + ".svc.cluster.local"
}

func (a WorkloadArgs) peer() Peer {
	return Peer{Name: a.App.Name, Namespace: a.Namespace, Selector: a.App.Selector()}
}

func (a WorkloadArgs) validate() error {
	var mistakes []error
	if a.Pod.User <= 0 && !a.Pod.Host.Root {
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
		if !a.Pod.ends && (c.Liveness == nil || c.Readiness == nil) {
			mistakes = append(mistakes, fmt.Errorf("container %s: liveness or readiness is missing, want both", c.Name))
		}
		for _, p := range []*Probe{c.Startup, c.Liveness, c.Readiness} {
			if p != nil && (p.EverySeconds <= 0 || p.TimeoutSeconds <= 0 || p.Failures <= 0 || !p.acts()) {
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
	if a.API != nil && (len(a.API.Rules)+len(a.API.NamespaceRules) == 0 || len(a.API.Server.CIDRs) == 0 || len(a.API.Ports) == 0) {
		mistakes = append(mistakes, errors.New("api: rules, server addresses or ports are missing, want all"))
	}
	return errors.Join(mistakes...)
}

// Metadata is the metadata of an object that belongs to the application.
func Metadata(app App, namespace Namespace, name string) metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{
		Name:      pulumi.String(name),
		Namespace: pulumi.String(namespace.Name),
		Labels:    pulumi.ToStringMap(app.Labels()),
	}
}

func (a WorkloadArgs) metadata(name string) metav1.ObjectMetaArgs {
	return Metadata(a.App, a.Namespace, name)
}

// controllerMetadata is the metadata of the object that makes the pods.
func (a WorkloadArgs) controllerMetadata() metav1.ObjectMetaArgs {
	metadata := a.metadata(a.App.Name)
	if a.Unawaited {
		metadata.Annotations = pulumi.StringMap{skipAwait: pulumi.String("true")}
	}
	return metadata
}

func newServiceAccount(ctx *pulumi.Context, name string, args WorkloadArgs, child pulumi.ResourceOption) (*corev1.ServiceAccount, error) {
	return corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata:                     args.metadata(args.App.Name),
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, child)
}

// service is how a workload's pods are found by name.
type service struct {
	name string
	// headless answers with the pods' own addresses instead of one that outlives them.
	headless bool
	// unready leads to pods that are not ready, too.
	unready bool
}

func newService(ctx *pulumi.Context, name string, args WorkloadArgs, s service, child pulumi.ResourceOption) error {
	var ports corev1.ServicePortArray
	for _, c := range args.Pod.Containers {
		for _, p := range c.Ports {
			ports = append(ports, corev1.ServicePortArgs{
				Name: pulumi.String(p.Name), Port: pulumi.Int(p.Number), TargetPort: pulumi.String(p.Name), Protocol: pulumi.String(p.protocol()),
				AppProtocol: pulumi.String("tcp"),
			})
		}
	}
	if len(ports) == 0 {
		return nil
	}
	metadata := args.metadata(s.name)
	metadata.Annotations = pulumi.StringMap{skipAwait: pulumi.String("true")}
	spec := corev1.ServiceSpecArgs{Selector: pulumi.ToStringMap(args.App.Selector()), Ports: ports}
	if s.headless {
		spec.ClusterIP = pulumi.String("None")
	}
	if s.unready {
		spec.PublishNotReadyAddresses = pulumi.Bool(true)
	}
	_, err := corev1.NewService(ctx, name, &corev1.ServiceArgs{Metadata: metadata, Spec: spec}, child)
	return err
}

// newDisruptionBudget says how many pods a drain may take at a time.
func newDisruptionBudget(ctx *pulumi.Context, name string, args WorkloadArgs, most int, child pulumi.ResourceOption) error {
	_, err := policyv1.NewPodDisruptionBudget(ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: args.metadata(args.App.Name),
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(most),
			Selector:       selector(args.App.Selector()),
		},
	}, child)
	return err
}

func newNetworkPolicies(ctx *pulumi.Context, name string, args WorkloadArgs, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var connections []connection
	for _, in := range args.AllowFrom {
		connections = append(connections, connection{from: in.From, to: args.peer(), port: in.Port})
	}
	allowed := args.AllowTo
	if args.API != nil {
		for _, port := range args.API.Ports {
			allowed = append(slices.Clone(allowed), Endpoint{Peer: args.API.Server, Port: port})
		}
	}
	for _, to := range allowed {
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
