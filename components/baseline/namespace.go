package baseline

import (
	"errors"
	"fmt"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// NamespaceToken is the type token of a namespace with its guard rails.
const NamespaceToken = "satkube:baseline:Namespace"

// NamespaceArgs shapes a namespace.
type NamespaceArgs struct {
	// Name is the namespace's name.
	Name string
	// Labels are put on the namespace beside the platform's.
	Labels map[string]string
	// KubernetesVersion pins the Pod Security Standard: "1.35".
	KubernetesVersion string
	// Quota bounds what the namespace may use in all.
	Quota Quota
	// NodeAgents admits pods that use the node's network, processes and files: the privileged standard is enforced, and the restricted
	// one still warned of. Nothing but agents of the nodes belongs into such a namespace.
	NodeAgents bool
	// Protect makes Pulumi refuse to delete the namespace.
	Protect bool
	// Keep leaves the namespace behind when it is no longer wanted: deleting one deletes the claims in it.
	Keep bool
}

// Quota bounds a namespace. CPU, Memory and Storage are Kubernetes quantities.
type Quota struct {
	Pods, Claims int
	// LoadBalancers is how many Services may have one; 0 almost everywhere.
	LoadBalancers int
	// NodePorts is how many ports its Services may open on the nodes; 0 almost everywhere.
	NodePorts            int
	CPU, Memory, Storage string
}

type namespace struct {
	pulumi.ResourceState
}

// NewNamespace makes a namespace with the restricted Pod Security Standard, default-deny NetworkPolicy, DNS, quota, limits
// and a default service account without token. Nothing in it may have a node port or a load balancer that the quota does not name.
func NewNamespace(ctx *pulumi.Context, name string, args NamespaceArgs, opts ...pulumi.ResourceOption) (kube.Namespace, error) {
	none := kube.Namespace{}
	if err := args.validate(); err != nil {
		return none, fmt.Errorf("namespace %s: %w", name, err)
	}
	n := &namespace{}
	if err := ctx.RegisterComponentResourceV2(NamespaceToken, name, pulumi.Map{"name": pulumi.String(args.Name)}, n, opts...); err != nil {
		return none, err
	}
	child := pulumi.Parent(n)

	ns, err := corev1.NewNamespace(ctx, name, &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(args.Name), Labels: pulumi.ToStringMap(args.labels())},
	}, child, pulumi.Protect(args.Protect), pulumi.RetainOnDelete(args.Keep))
	if err != nil {
		return none, err
	}
	inside := pulumi.Composite(child, pulumi.DependsOn([]pulumi.Resource{ns}))
	ready := []pulumi.Resource{ns}
	for _, step := range []func(*pulumi.Context, string, NamespaceArgs, pulumi.ResourceOption) (pulumi.Resource, error){
		newDefaultDeny, newDNSAccess, newLimits, newQuota, newDefaultServiceAccount,
	} {
		made, err := step(ctx, name, args, inside)
		if err != nil {
			return none, err
		}
		ready = append(ready, made)
	}
	return kube.Namespace{Name: args.Name, Exists: []pulumi.Resource{ns}, Ready: ready}, ctx.RegisterResourceOutputs(n, pulumi.Map{})
}

func (a NamespaceArgs) validate() error {
	var mistakes []error
	for field, value := range map[string]string{
		"name": a.Name, "kubernetes version": a.KubernetesVersion,
		"quota cpu": a.Quota.CPU, "quota memory": a.Quota.Memory, "quota storage": a.Quota.Storage,
	} {
		if value == "" {
			mistakes = append(mistakes, fmt.Errorf("%s is empty, want a value", field))
		}
	}
	if a.Quota.Pods <= 0 {
		mistakes = append(mistakes, fmt.Errorf("quota pods is %d, want 1 at least", a.Quota.Pods))
	}
	return errors.Join(mistakes...)
}

func (a NamespaceArgs) labels() map[string]string {
	labels := kube.Labels()
	for key, value := range a.Labels {
		labels[key] = value
	}
	for _, mode := range []string{"enforce", "audit", "warn"} {
		labels["pod-security.kubernetes.io/"+mode] = "restricted"
		labels["pod-security.kubernetes.io/"+mode+"-version"] = "v" + a.KubernetesVersion
	}
	if a.NodeAgents {
		labels["pod-security.kubernetes.io/enforce"] = "privileged"
	}
	return labels
}

func (a NamespaceArgs) metadata(name string) metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{
		Name:      pulumi.String(name),
		Namespace: pulumi.String(a.Name),
		Labels:    pulumi.ToStringMap(kube.Labels()),
	}
}

func newDefaultDeny(ctx *pulumi.Context, name string, args NamespaceArgs, child pulumi.ResourceOption) (pulumi.Resource, error) {
	return networkingv1.NewNetworkPolicy(ctx, name+"-default-deny", &networkingv1.NetworkPolicyArgs{
		Metadata: args.metadata("default-deny"),
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress"), pulumi.String("Egress")},
		},
	}, child)
}

func newDNSAccess(ctx *pulumi.Context, name string, args NamespaceArgs, child pulumi.ResourceOption) (pulumi.Resource, error) {
	return networkingv1.NewNetworkPolicy(ctx, name+"-dns", &networkingv1.NetworkPolicyArgs{
		Metadata: args.metadata("dns"),
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{},
			PolicyTypes: pulumi.StringArray{pulumi.String("Egress")},
			Egress: networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
				To: networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{
					NamespaceSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String("kube-system")}},
					PodSelector:       metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"k8s-app": pulumi.String("kube-dns")}},
				}},
				Ports: networkingv1.NetworkPolicyPortArray{
					networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String("UDP"), Port: pulumi.Int(53)},
					networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String("TCP"), Port: pulumi.Int(53)},
				},
			}},
		},
	}, child)
}

// newLimits gives a container that names no limits small ones. Every workload of this program names its own.
func newLimits(ctx *pulumi.Context, name string, args NamespaceArgs, child pulumi.ResourceOption) (pulumi.Resource, error) {
	small := pulumi.StringMap{"cpu": pulumi.String("100m"), "memory": pulumi.String("128Mi"), "ephemeral-storage": pulumi.String("128Mi")}
	return corev1.NewLimitRange(ctx, name, &corev1.LimitRangeArgs{
		Metadata: args.metadata("defaults"),
		Spec: corev1.LimitRangeSpecArgs{Limits: corev1.LimitRangeItemArray{corev1.LimitRangeItemArgs{
			Type:           pulumi.String("Container"),
			Default:        small,
			DefaultRequest: small,
		}}},
	}, child)
}

func newQuota(ctx *pulumi.Context, name string, args NamespaceArgs, child pulumi.ResourceOption) (pulumi.Resource, error) {
	return corev1.NewResourceQuota(ctx, name, &corev1.ResourceQuotaArgs{
		Metadata: args.metadata("quota"),
		Spec: corev1.ResourceQuotaSpecArgs{Hard: pulumi.StringMap{
			"pods":                   pulumi.String(strconv.Itoa(args.Quota.Pods)),
			"persistentvolumeclaims": pulumi.String(strconv.Itoa(args.Quota.Claims)),
			"requests.cpu":           pulumi.String(args.Quota.CPU),
			"limits.cpu":             pulumi.String(args.Quota.CPU),
			"requests.memory":        pulumi.String(args.Quota.Memory),
			"limits.memory":          pulumi.String(args.Quota.Memory),
			"requests.storage":       pulumi.String(args.Quota.Storage),
			"services.loadbalancers": pulumi.String(strconv.Itoa(args.Quota.LoadBalancers)),
			"services.nodeports":     pulumi.String(strconv.Itoa(args.Quota.NodePorts)),
		}},
	}, child)
}

// newDefaultServiceAccount takes the token from the account that Kubernetes gives to pods that name none (CIS EKS 4.1.5).
func newDefaultServiceAccount(ctx *pulumi.Context, name string, args NamespaceArgs, child pulumi.ResourceOption) (pulumi.Resource, error) {
	metadata := metav1.ObjectMetaPatchArgs{
		Name:        pulumi.String("default"),
		Namespace:   pulumi.String(args.Name),
		Annotations: pulumi.StringMap{patchForce: pulumi.String("true")},
	}
	return corev1.NewServiceAccountPatch(ctx, name+"-default", &corev1.ServiceAccountPatchArgs{
		Metadata:                     metadata,
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, child)
}
