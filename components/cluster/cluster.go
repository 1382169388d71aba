// Package cluster is the Kubernetes cluster: built on Amazon EKS with New, or taken as it is with Existing.
package cluster

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-eks/sdk/v4/go/eks"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Token is the component's type token.
const Token = "satkube:cluster:Cluster"

// Args shapes a cluster on EKS.
type Args struct {
	// Name is the cluster's name.
	Name string
	// Version is the Kubernetes minor version; the add-ons are pinned for it.
	Version string
	// Partition and Region say where in AWS.
	Partition, Region string
	// VPCCIDR and ServiceCIDR are the addresses of nodes and pods, and of Kubernetes Services.
	VPCCIDR, ServiceCIDR string
	// PublicCIDRs may reach the API server from the internet; empty keeps it private.
	PublicCIDRs []string
	// Admins and Operators are IAM principals' ARNs: full rights, and reading without Secrets.
	Admins, Operators []string
	// OperatorsGroup is the Kubernetes group of the operators.
	OperatorsGroup string
	// LogRetentionDays is how long the control plane's logs are kept.
	LogRetentionDays int
	// Pools are the node pools.
	Pools []Pool
	// PermissionsBoundary is the ARN of the policy that limits every IAM role made here; empty for none.
	PermissionsBoundary string
	// Protect turns on deletion protection, in Pulumi and at EKS.
	Protect bool
	// VPCID and PrivateSubnetIDs place the control plane and the nodes.
	VPCID            pulumi.StringInput
	PrivateSubnetIDs pulumi.StringArrayInput
	// SecretsKeyARN, VolumesKeyARN and LogsKeyARN are KMS keys.
	SecretsKeyARN, VolumesKeyARN, LogsKeyARN pulumi.StringInput
	// NetworkReady is what has to stand before a node can join.
	NetworkReady []pulumi.Resource
}

// Cluster is a Kubernetes cluster that workloads can be put on.
type Cluster struct {
	pulumi.ResourceState

	// Name is the cluster's name.
	Name pulumi.StringOutput `pulumi:"name"`
	// Endpoint is the API server's URL.
	Endpoint pulumi.StringOutput `pulumi:"endpoint"`
	// Kubeconfig is a kubeconfig file in JSON. It is secret, although its credential is made anew by the AWS CLI each time.
	Kubeconfig pulumi.StringOutput `pulumi:"kubeconfig"`
	// Provider puts objects on the cluster. It stands when nodes and add-ons do, and is gone before them: a namespace can only
	// be emptied while there are nodes to stop its pods.
	Provider *kubernetes.Provider
	// NodesGroupID is the security group of the nodes, and AutoScalingGroups are by pool the names of their Auto Scaling groups. Both are
	// for load balancers, and empty for a cluster that was there before.
	NodesGroupID      pulumi.StringOutput
	AutoScalingGroups map[string][]pulumi.StringOutput
}

// New builds a cluster on EKS. In order: log group, control plane, network add-ons, network policies of
// kube-system, nodes, the other add-ons.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("cluster %s: %w", name, err)
	}
	c := &Cluster{}
	err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"name":    pulumi.String(args.Name),
		"version": pulumi.String(args.Version),
	}, c, opts...)
	if err != nil {
		return nil, err
	}
	child := pulumi.Parent(c)

	logs, err := newLogGroup(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	control, err := newControlPlane(ctx, name, args, child, pulumi.DependsOn([]pulumi.Resource{logs}))
	if err != nil {
		return nil, err
	}
	c.connect(args, control)
	// The access entries are children of the control plane: without them the API server would refuse us.
	early, err := c.newProvider(ctx, name+"-system", child, pulumi.DependsOn([]pulumi.Resource{control}))
	if err != nil {
		return nil, err
	}
	network, err := newNetworkAddons(ctx, name, args, control, child)
	if err != nil {
		return nil, err
	}
	rules, err := newSystemPolicies(ctx, name, args, child, pulumi.Provider(early))
	if err != nil {
		return nil, err
	}
	before := append(append(network, rules...), args.NetworkReady...)
	nodes, err := newNodePools(ctx, name, args, control, child, before)
	if err != nil {
		return nil, err
	}
	// Nodes without groups of their own are in the one that EKS makes for the cluster.
	c.NodesGroupID = control.EksCluster.VpcConfig().ClusterSecurityGroupId().Elem()
	c.AutoScalingGroups = nodes.autoScalingGroups
	rest, err := newWorkloadAddons(ctx, name, args, control, child, nodes.groups)
	if err != nil {
		return nil, err
	}
	c.Provider, err = c.newProvider(ctx, name, child, pulumi.DependsOn(rest))
	if err != nil {
		return nil, err
	}
	return c, c.register(ctx)
}

// connect fills in what clients need: name, endpoint and kubeconfig.
func (c *Cluster) connect(args Args, control *eks.Cluster) {
	c.Name = control.EksCluster.Name()
	c.Endpoint = control.EksCluster.Endpoint()
	authority := control.EksCluster.CertificateAuthority().Data().Elem()
	kubeconfig := pulumi.All(c.Name, c.Endpoint, authority).ApplyT(func(values []any) (string, error) {
		return Kubeconfig{
			Cluster:   values[0].(string),
			Endpoint:  values[1].(string),
			Authority: values[2].(string),
			Region:    args.Region,
		}.JSON()
	}).(pulumi.StringOutput)
	c.Kubeconfig = pulumi.ToSecret(kubeconfig).(pulumi.StringOutput)
}

func (c *Cluster) newProvider(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (*kubernetes.Provider, error) {
	args := providerArgs()
	args.Kubeconfig = c.Kubeconfig
	return kubernetes.NewProvider(ctx, name, args, opts...)
}

// providerArgs are what both kinds of clusters have in common. A changed ConfigMap or Secret is updated where it is. The provider's default
// deletes it and makes another one of the same name, and when an update ends between the two, no pod that mounts it starts until the next.
func providerArgs() *kubernetes.ProviderArgs {
	return &kubernetes.ProviderArgs{EnableConfigMapMutable: pulumi.Bool(true), EnableSecretMutable: pulumi.Bool(true)}
}

func (c *Cluster) register(ctx *pulumi.Context) error {
	return ctx.RegisterResourceOutputs(c, pulumi.Map{
		"name":       c.Name,
		"endpoint":   c.Endpoint,
		"kubeconfig": c.Kubeconfig,
	})
}

func (a Args) validate() error {
	var mistakes []error
	if _, known := addonPins()[a.Version]; !known {
		mistakes = append(mistakes, fmt.Errorf("version is %q, want one of %v: add-ons are pinned for these", a.Version, Versions()))
	}
	if len(a.Admins) == 0 {
		mistakes = append(mistakes, errors.New("admins is empty, want one principal at least: nobody else could enter the cluster"))
	}
	if len(a.Pools) == 0 {
		mistakes = append(mistakes, errors.New("pools is empty, want one at least"))
	}
	for _, p := range a.Pools {
		if len(p.InstanceTypes) == 0 || p.Min < 0 || p.Desired < p.Min || p.Max < p.Desired || p.Max == 0 {
			mistakes = append(mistakes, fmt.Errorf("pool %s: instance types %v with sizes %d/%d/%d, want a type at least and min <= desired <= max", p.Name, p.InstanceTypes, p.Min, p.Desired, p.Max))
		}
		if p.DiskGiB <= 0 {
			mistakes = append(mistakes, fmt.Errorf("pool %s: disk is %d GiB, want a size", p.Name, p.DiskGiB))
		}
	}
	return errors.Join(mistakes...)
}
