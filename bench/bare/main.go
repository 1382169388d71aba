// Command bare registers the resources of a list and does nothing else: what a preview of it takes is the engine's own time.
// It has no parents, no dependencies, no options, no calls of provider functions and no outputs; inputs are plain values.
package main

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/bench/replay"
)

func main() {
	pulumi.Run(deploy)
}

// plain are inputs as they were read. The SDK sends them without awaiting anything.
type plain map[string]any

func (plain) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }

func deploy(ctx *pulumi.Context) error {
	path := os.Getenv(replay.Variable)
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s is %q: %w", replay.Variable, path, err)
	}
	defer file.Close()
	providers := map[string]pulumi.ProviderResource{}
	return replay.Read(file, func(r replay.Resource) error {
		return register(ctx, r, providers)
	})
}

// register sends one resource on its way. The list has providers before the resources that use them.
func register(ctx *pulumi.Context, r replay.Resource, providers map[string]pulumi.ProviderResource) error {
	if strings.HasPrefix(r.Type, "pulumi:providers:") {
		var provider pulumi.ProviderResourceState
		providers[r.Name] = &provider
		return ctx.RegisterResource(r.Type, r.Name, plain(r.Inputs), &provider, pulumi.Version(r.Version))
	}
	if !r.Custom {
		var component pulumi.ResourceState
		return ctx.RegisterComponentResourceV2(r.Type, r.Name, plain(r.Inputs), &component)
	}
	options := []pulumi.ResourceOption{pulumi.Version(r.Version)}
	if r.Provider != "" {
		provider, known := providers[r.Provider]
		if !known {
			return fmt.Errorf("resource %s: provider is %q, want one of an earlier line", r.Name, r.Provider)
		}
		options = append(options, pulumi.Provider(provider))
	}
	var custom pulumi.CustomResourceState
	return ctx.RegisterResource(r.Type, r.Name, plain(r.Inputs), &custom, options...)
}
