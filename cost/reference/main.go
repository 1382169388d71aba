// Command reference writes docs/cost.md: what the committed stacks cost a month, and the prices behind it. make generate runs it; with
// -check it only compares and fails when the file is stale.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/stacks"
)

const document = "docs/cost.md"

// committed are the stacks that run in AWS, the dearest first.
var committed = []string{"mainnet", "testnet"}

func main() {
	check := flag.Bool("check", false, "fail when the file is stale, write nothing")
	flag.Parse()
	if err := run(".", *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	bills := map[string]cost.Estimate{}
	for _, stack := range committed {
		resources, err := registered(root, stack)
		if err != nil {
			return err
		}
		if bills[stack], err = cost.Of(resources); err != nil {
			return fmt.Errorf("stack %s: %w", stack, err)
		}
	}
	text := render(bills)
	path := filepath.Join(root, document)
	if !check {
		return os.WriteFile(path, []byte(text), 0o644)
	}
	if found, err := os.ReadFile(path); err != nil || string(found) != text {
		return fmt.Errorf("%s is stale: run make generate", document)
	}
	return nil
}

// registered is what the program registers with a committed stack file.
func registered(root, stack string) ([]cost.Resource, error) {
	settings, err := mock.StackFile(root, stack)
	if err != nil {
		return nil, err
	}
	recording, err := mock.Run(func(ctx *pulumi.Context) error {
		_, err := stacks.New(ctx)
		return err
	}, settings)
	if err != nil {
		return nil, fmt.Errorf("stack %s: %w", stack, err)
	}
	var resources []cost.Resource
	for _, r := range recording.Resources() {
		resources = append(resources, counted(r)...)
	}
	return resources, nil
}

// counted is a recorded resource as an estimate takes it. Nothing makes the control plane inside of pulumi-eks' component under mocks, so
// it is put in its place, with the upgrade policy that the component hands on to it.
func counted(r mock.Resource) []cost.Resource {
	parent := resource.URN(r.Parent)
	urn := resource.NewURN(mock.Stack, mock.Project, parentType(parent), tokens.Type(r.Type), r.Name)
	all := []cost.Resource{{URN: string(urn), Type: r.Type, Name: r.Name, Parent: r.Parent, Inputs: r.Inputs.Mappable()}}
	if r.Type == "eks:index:Cluster" {
		const token = "aws:eks/cluster:Cluster"
		name := r.Name + "-eksCluster"
		all = append(all, cost.Resource{
			URN: string(resource.NewURN(mock.Stack, mock.Project, urn.QualifiedType(), token, name)), Type: token, Name: name, Parent: string(urn),
			Inputs: map[string]any{"upgradePolicy": all[0].Inputs["upgradePolicy"]},
		})
	}
	return all
}

// parentType is what a child's URN begins with: the types above it, without the stack's.
func parentType(parent resource.URN) (qualified tokens.Type) {
	if parent == "" || parent.Type() == resource.RootStackType {
		return ""
	}
	return parent.QualifiedType()
}
