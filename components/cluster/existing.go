package cluster

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ExistingArgs names a cluster that the ambient kubeconfig knows.
type ExistingArgs struct {
	// Name is the name to show.
	Name string
	// Context is the kubeconfig's context; empty takes the current one.
	Context string
}

// Existing takes a cluster that somebody else made: kind, k3s, bare metal. It creates nothing on it.
func Existing(ctx *pulumi.Context, name string, args ExistingArgs, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{}
	err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"name":    pulumi.String(args.Name),
		"context": pulumi.String(args.Context),
	}, c, opts...)
	if err != nil {
		return nil, err
	}
	provider := providerArgs()
	where := "the kubeconfig's current context"
	if args.Context != "" {
		provider.Context = pulumi.String(args.Context)
		where = "the kubeconfig's context " + args.Context
	}
	c.Provider, err = kubernetes.NewProvider(ctx, name, provider, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	c.Name = pulumi.String(args.Name).ToStringOutput()
	c.Endpoint = pulumi.String(where).ToStringOutput()
	// There is none to hand out: whoever runs this program has it already.
	c.Kubeconfig = pulumi.ToSecret(pulumi.String("")).(pulumi.StringOutput)
	return c, c.register(ctx)
}
