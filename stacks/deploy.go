// Package stacks puts the components together: one program for every stack, shaped by its configuration.
package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/components/baseline"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// Deploy is the whole platform of one stack. The configuration is read first: a mistake in it ends the program before anything is registered.
func Deploy(ctx *pulumi.Context) error {
	settings, err := loadSettings(ctx)
	if err != nil {
		return err
	}
	lock, err := images.Load()
	if err != nil {
		return err
	}
	place, err := newPlace(ctx, settings)
	if err != nil {
		return err
	}
	base, err := baseline.New(ctx, "baseline", place.baseline, pulumi.Provider(place.cluster.Provider))
	if err != nil {
		return err
	}
	nodes := pulumi.Map{}
	for _, node := range settings.Nodes {
		nodes[node.Name], err = newNode(ctx, node, settings, place, base, lock)
		if err != nil {
			return err
		}
	}
	ctx.Export("clusterName", place.cluster.Name)
	ctx.Export("clusterEndpoint", place.cluster.Endpoint)
	ctx.Export("kubeconfig", place.cluster.Kubeconfig)
	ctx.Export("nodes", nodes)
	return nil
}

func loadSettings(ctx *pulumi.Context) (config.Platform, error) {
	raw, _ := ctx.GetConfig(ctx.Project() + ":" + config.Key)
	settings, err := config.Load(raw)
	if err != nil {
		return settings, fmt.Errorf("satkube:%s in Pulumi.%s.yaml is refused:\n%w", config.Key, ctx.Stack(), err)
	}
	return settings, nil
}
