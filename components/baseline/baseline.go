// Package baseline is what every cluster has before a workload runs: storage classes that keep data, priorities,
// a role for people who only look, and namespaces with guard rails.
package baseline

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	schedulingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/scheduling/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// Token is the component's type token.
const Token = "satkube:baseline:Baseline"

// OperatorsGroup is the Kubernetes group whose members may look at everything except Secrets.
const OperatorsGroup = "satkube:operators"

// The priority classes, highest first.
const (
	// PriorityLightning is for lnd: its downtime is measured in blocks.
	PriorityLightning = "satkube-lightning"
	// PriorityBitcoin is for bitcoind, which lnd needs.
	PriorityBitcoin = "satkube-bitcoin"
	// PriorityPlatform is for what watches the nodes.
	PriorityPlatform = "satkube-platform"
)

// Args shapes a baseline.
type Args struct {
	// EBS makes the gp3 storage classes; nil where the cluster brings its own.
	EBS *EBSArgs
}

// Baseline is the cluster-wide part; namespaces are made one by one with NewNamespace.
type Baseline struct {
	pulumi.ResourceState

	// Ready is what a workload waits for: its storage class and priority class.
	Ready []pulumi.Resource
}

// New makes the cluster-wide baseline.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Baseline, error) {
	b := &Baseline{}
	if err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{}, b, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(b)
	if args.EBS != nil {
		classes, err := newStorageClasses(ctx, name, *args.EBS, child)
		if err != nil {
			return nil, err
		}
		b.Ready = append(b.Ready, classes...)
	}
	priorities, err := newPriorityClasses(ctx, name, child)
	if err != nil {
		return nil, err
	}
	b.Ready = append(b.Ready, priorities...)
	if err := newOperatorRole(ctx, name, child); err != nil {
		return nil, err
	}
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{})
}

func newPriorityClasses(ctx *pulumi.Context, name string, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for _, class := range []struct {
		name, description string
		value             int
	}{
		{PriorityLightning, "Lightning nodes: they hold funds, and their deadlines run in blocks", 1_000_000},
		{PriorityBitcoin, "Bitcoin nodes: Lightning needs them", 900_000},
		{PriorityPlatform, "Monitoring and logging", 800_000},
	} {
		c, err := schedulingv1.NewPriorityClass(ctx, name+"-"+class.name, &schedulingv1.PriorityClassArgs{
			Metadata:    metav1.ObjectMetaArgs{Name: pulumi.String(class.name), Labels: pulumi.ToStringMap(kube.Labels())},
			Description: pulumi.String(class.description),
			Value:       pulumi.Int(class.value),
			// A pod that waits must not push another node's pod out: stopping a node is a person's decision.
			PreemptionPolicy: pulumi.String("Never"),
		}, child)
		if err != nil {
			return nil, err
		}
		made = append(made, c)
	}
	return made, nil
}

// newOperatorRole lets the operators' group read what an incident needs, and nothing that is secret or changes anything.
func newOperatorRole(ctx *pulumi.Context, name string, child pulumi.ResourceOption) error {
	role := name + "-operator-read"
	metadata := metav1.ObjectMetaArgs{Name: pulumi.String("satkube-operator-read"), Labels: pulumi.ToStringMap(kube.Labels())}
	rules := rbacv1.PolicyRuleArray{}
	for _, rule := range operatorRules() {
		rules = append(rules, rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.ToStringArray([]string{rule.group}),
			Resources: pulumi.ToStringArray(rule.resources),
			Verbs:     pulumi.ToStringArray([]string{"get", "list", "watch"}),
		})
	}
	clusterRole, err := rbacv1.NewClusterRole(ctx, role, &rbacv1.ClusterRoleArgs{Metadata: metadata, Rules: rules}, child)
	if err != nil {
		return err
	}
	_, err = rbacv1.NewClusterRoleBinding(ctx, role, &rbacv1.ClusterRoleBindingArgs{
		Metadata: metadata,
		RoleRef: rbacv1.RoleRefArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"),
			Kind:     pulumi.String("ClusterRole"),
			Name:     pulumi.String("satkube-operator-read"),
		},
		Subjects: rbacv1.SubjectArray{rbacv1.SubjectArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"),
			Kind:     pulumi.String("Group"),
			Name:     pulumi.String(OperatorsGroup),
		}},
	}, child, pulumi.DependsOn([]pulumi.Resource{clusterRole}))
	return err
}

type operatorRule struct {
	group     string
	resources []string
}

func operatorRules() []operatorRule {
	return []operatorRule{
		{"", []string{"configmaps", "endpoints", "events", "limitranges", "namespaces", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "pods/log", "resourcequotas", "serviceaccounts", "services"}},
		{"apps", []string{"controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"}},
		{"batch", []string{"cronjobs", "jobs"}},
		{"discovery.k8s.io", []string{"endpointslices"}},
		{"events.k8s.io", []string{"events"}},
		{"networking.k8s.io", []string{"ingressclasses", "ingresses", "networkpolicies"}},
		{"policy", []string{"poddisruptionbudgets"}},
		{"rbac.authorization.k8s.io", []string{"clusterrolebindings", "clusterroles", "rolebindings", "roles"}},
		{"scheduling.k8s.io", []string{"priorityclasses"}},
		{"storage.k8s.io", []string{"csinodes", "storageclasses", "volumeattachments"}},
	}
}
