// Package mock runs a Pulumi program without an engine and records what it registers.
package mock

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The stack that programs run in.
const (
	Project = "satkube"
	Stack   = "test"
)

// Resource is one registered resource as the engine would see it.
type Resource struct {
	Type, Name, Parent string
	Inputs             resource.PropertyMap
	// Protect and RetainOnDelete are its options.
	Protect, RetainOnDelete bool
	// DependsOn are the URNs that it waits for, by option or by input.
	DependsOn []string
}

// Path returns the input at that path, or a null value: At("spec", "replicas").
func (r Resource) Path(path ...any) resource.PropertyValue {
	value := resource.NewProperty(r.Inputs)
	for _, step := range path {
		for value.IsSecret() {
			value = value.SecretValue().Element
		}
		switch step := step.(type) {
		case string:
			if !value.IsObject() {
				return resource.NewNullProperty()
			}
			value = value.ObjectValue()[resource.PropertyKey(step)]
		case int:
			if !value.IsArray() || step >= len(value.ArrayValue()) {
				return resource.NewNullProperty()
			}
			value = value.ArrayValue()[step]
		}
	}
	return value
}

// Recording is what a program registered, in the order of registration.
type Recording struct {
	mutex     sync.Mutex
	resources []Resource
	// Invokes are the functions that it called.
	Invokes []string
}

// All returns the resources of a type.
func (r *Recording) All(token string) []Resource {
	var found []Resource
	for _, candidate := range r.resources {
		if candidate.Type == token {
			found = append(found, candidate)
		}
	}
	return found
}

// Resources returns all resources.
func (r *Recording) Resources() []Resource {
	return r.resources
}

// Find returns the resource of a type and name, and whether there is one.
func (r *Recording) Find(token, name string) (Resource, bool) {
	for _, candidate := range r.All(token) {
		if candidate.Name == name {
			return candidate, true
		}
	}
	return Resource{}, false
}

// Must returns the resource of a type and name, and fails the test when there is none.
func (r *Recording) Must(t testing.TB, token, name string) Resource {
	t.Helper()
	found, ok := r.Find(token, name)
	if !ok {
		t.Fatalf("%s %s was not registered", token, name)
	}
	return found
}

// Change sets an input of a recorded resource, as somebody who edits the program would.
func (r *Recording) Change(t testing.TB, token, name string, value any, path ...string) {
	t.Helper()
	for i, candidate := range r.resources {
		if candidate.Type == token && candidate.Name == name {
			inputs := candidate.Inputs.Mappable()
			node := inputs
			for _, step := range path[:len(path)-1] {
				node, _ = node[step].(map[string]any)
			}
			node[path[len(path)-1]] = value
			r.resources[i].Inputs = resource.NewPropertyMapFromMap(inputs)
			return
		}
	}
	t.Fatalf("%s %s was not registered", token, name)
}

// Deployed is Run for a program that has to succeed.
func Deployed(t testing.TB, program pulumi.RunFunc) *Recording {
	t.Helper()
	recording, err := Run(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	return recording
}

// Run runs the program with this configuration and returns what it registered, also when it fails.
func Run(program pulumi.RunFunc, config map[string]string) (*Recording, error) {
	recording := &Recording{}
	withConfig := func(info *pulumi.RunInfo) { info.Config = config }
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		if err := registerControlPlane(ctx); err != nil {
			return err
		}
		return program(ctx)
	}, pulumi.WithMocks(Project, Stack, recording), withConfig)
	return recording, err
}

// controlPlane is the EKS cluster inside of pulumi-eks' component. The component runs in a process of its own, which there is none of
// here; the cluster that its output refers to is registered beforehand.
const (
	controlPlaneType = "aws:eks/cluster:Cluster"
	controlPlaneName = "eksCluster"
)

type customResource struct{ pulumi.CustomResourceState }

func registerControlPlane(ctx *pulumi.Context) error {
	return ctx.RegisterResource(controlPlaneType, controlPlaneName, pulumi.Map{}, &customResource{})
}

// NewResource records a registration and answers with the inputs and a few plausible outputs.
func (r *Recording) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	outputs := args.Inputs.Copy()
	set := func(name, value string) { outputs[resource.PropertyKey(name)] = resource.NewProperty(value) }
	id := args.Name + "-id"
	switch args.TypeToken {
	case controlPlaneType:
		set("name", "recorded")
		set("endpoint", "https://recorded.eks.amazonaws.com")
		outputs["certificateAuthority"] = resource.NewProperty(resource.PropertyMap{"data": resource.NewProperty("cmVjb3JkZWQ=")})
		outputs["vpcConfig"] = resource.NewProperty(resource.PropertyMap{"clusterSecurityGroupId": resource.NewProperty("sg-recorded")})
		return id, outputs, nil
	case "eks:index:Cluster":
		urn := resource.NewURN(Stack, Project, "", controlPlaneType, controlPlaneName)
		outputs["eksCluster"] = resource.MakeCustomResourceReference(urn, controlPlaneName+"-id", "")
	case "random:index/randomPassword:RandomPassword":
		outputs["result"] = resource.MakeSecret(resource.NewProperty("password-of-" + args.Name))
	case "aws:eks/nodeGroup:NodeGroup":
		scaling := resource.NewProperty(resource.PropertyMap{"name": resource.NewProperty("eks-" + args.Name)})
		outputs["resources"] = resource.NewProperty([]resource.PropertyValue{resource.NewProperty(resource.PropertyMap{
			"autoscalingGroups": resource.NewProperty([]resource.PropertyValue{scaling}),
		})})
	case "aws:lb/loadBalancer:LoadBalancer":
		set("dnsName", args.Name+".elb.us-east-2.amazonaws.com")
	case "aws:ec2/launchTemplate:LaunchTemplate":
		outputs["latestVersion"] = resource.NewProperty(1.0)
	}
	if args.Custom {
		if !outputs["name"].HasValue() {
			set("name", args.Name)
		}
		set("arn", fmt.Sprintf("arn:recorded:%s", args.Name))
		set("keyId", id)
	}
	recorded := Resource{Type: args.TypeToken, Name: args.Name, Inputs: args.Inputs}
	if rpc := args.RegisterRPC; rpc != nil {
		recorded.Parent = rpc.GetParent()
		recorded.Protect = rpc.GetProtect()
		recorded.RetainOnDelete = rpc.GetRetainOnDelete()
		recorded.DependsOn = rpc.GetDependencies()
		if strings.HasPrefix(args.TypeToken, "pulumi:providers:") {
			// The engine puts the version that the SDK sends beside the inputs into them.
			recorded.Inputs = args.Inputs.Copy()
			recorded.Inputs["version"] = resource.NewProperty(rpc.GetVersion())
		}
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.resources = append(r.resources, recorded)
	return id, outputs, nil
}

// Call answers the functions that programs ask AWS.
func (r *Recording) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	r.mutex.Lock()
	r.Invokes = append(r.Invokes, args.Token)
	r.mutex.Unlock()
	switch args.Token {
	case "aws:index/getPartition:getPartition":
		return resource.PropertyMap{"partition": resource.NewProperty("aws"), "dnsSuffix": resource.NewProperty("amazonaws.com")}, nil
	case "aws:index/getCallerIdentity:getCallerIdentity":
		return resource.PropertyMap{"accountId": resource.NewProperty("123456789012")}, nil
	case "aws:index/getAvailabilityZones:getAvailabilityZones":
		zones := []resource.PropertyValue{resource.NewProperty("us-east-2a"), resource.NewProperty("us-east-2b"), resource.NewProperty("us-east-2c")}
		return resource.PropertyMap{"names": resource.NewProperty(zones)}, nil
	}
	return nil, fmt.Errorf("function %s is not answered here: extend internal/mock", args.Token)
}
