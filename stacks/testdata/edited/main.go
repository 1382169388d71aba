// The program as it would be after somebody's edit: EDIT names one property of one resource and gives it another value.
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/stacks"
)

type edit struct {
	Type, Name string
	Path       []string
	Value      any
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		var e edit
		if err := json.Unmarshal([]byte(os.Getenv("EDIT")), &e); err != nil {
			return err
		}
		if err := ctx.RegisterResourceTransform(e.apply); err != nil {
			return err
		}
		return stacks.Deploy(ctx)
	})
}

func (e edit) apply(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
	if args.Type != e.Type || args.Name != e.Name {
		return nil
	}
	return &pulumi.ResourceTransformResult{Props: set(args.Props, e.Path, e.Value), Opts: args.Opts}
}

// set returns the properties with another value at the path.
func set(props pulumi.Map, path []string, value any) pulumi.Map {
	changed := pulumi.Map{}
	for key, old := range props {
		changed[key] = old
	}
	if len(path) == 1 {
		changed[path[0]] = pulumi.Any(value)
		return changed
	}
	below, _ := changed[path[0]].(pulumi.Map)
	changed[path[0]] = set(below, path[1:], value)
	return changed
}
