// Command program is the small Pulumi program that the sandbox's own tests run. It uses raw type tokens, so that it builds without the
// providers' SDKs, and changes with environment variables, so that one binary serves all tests.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type resource struct {
	pulumi.CustomResourceState

	Name   pulumi.StringOutput `pulumi:"name"`
	Arn    pulumi.StringOutput `pulumi:"arn"`
	Result pulumi.StringOutput `pulumi:"result"`
}

func main() { pulumi.Run(deploy) }

func deploy(ctx *pulumi.Context) error {
	vpc, err := create(ctx, "aws:ec2/vpc:Vpc", "main", pulumi.Map{
		"cidrBlock": pulumi.String(value("TOY_CIDR", "10.0.0.0/16")),
		"tags":      pulumi.StringMap{"Name": pulumi.String(value("TOY_TAG", "toy"))},
	})
	if err != nil {
		return err
	}
	if _, err := create(ctx, "aws:ec2/subnet:Subnet", "private", pulumi.Map{
		"vpcId":            vpc.ID(),
		"cidrBlock":        pulumi.String("10.0.1.0/24"),
		"availabilityZone": pulumi.String("eu-central-1a"),
	}); err != nil {
		return err
	}
	logs, err := create(ctx, "aws:cloudwatch/logGroup:LogGroup", "logs", pulumi.Map{"retentionInDays": pulumi.Int(30)})
	if err != nil {
		return err
	}
	password, err := create(ctx, "random:index/randomPassword:RandomPassword", "rpc", pulumi.Map{"length": pulumi.Int(32)})
	if err != nil {
		return err
	}
	namespace, err := create(ctx, "kubernetes:core/v1:Namespace", "node", pulumi.Map{
		"metadata": pulumi.Map{"name": pulumi.String("node")},
	})
	if err != nil {
		return err
	}
	if _, err := create(ctx, "kubernetes:core/v1:Secret", "credentials", pulumi.Map{
		"metadata":   pulumi.Map{"namespace": namespace.ID()},
		"stringData": pulumi.Map{"password": password.Result, "fixed": pulumi.String("do-not-print-me")},
	}); err != nil {
		return err
	}
	if region := os.Getenv("TOY_OTHER_REGION"); region != "" {
		other, err := newProvider(ctx, region)
		if err != nil {
			return err
		}
		key, err := create(ctx, "aws:kms/key:Key", "backup", pulumi.Map{}, pulumi.Provider(other))
		if err != nil {
			return err
		}
		ctx.Export("key", key.Arn)
	}
	if err := many(ctx); err != nil {
		return err
	}
	if os.Getenv("TOY_EKS") != "" {
		cluster := &resource{}
		inputs := pulumi.Map{
			"vpcId": vpc.ID(), "authenticationMode": pulumi.String("API"), "skipDefaultNodeGroup": pulumi.Bool(true),
			"privateSubnetIds": pulumi.StringArray{pulumi.String("subnet-0"), pulumi.String("subnet-1")},
		}
		if err := ctx.RegisterRemoteComponentResource("eks:index:Cluster", "cluster", inputs, cluster); err != nil {
			return err
		}
	}
	ctx.Export("logGroup", logs.Arn)
	ctx.Export("vpc", vpc.ID())
	ctx.Export("password", password.Result)
	return nil
}

func create(ctx *pulumi.Context, token, name string, inputs pulumi.Map, opts ...pulumi.ResourceOption) (*resource, error) {
	r := &resource{}
	return r, ctx.RegisterResource(token, name, inputs, r, opts...)
}

// many makes as many objects as TOY_MANY says.
func many(ctx *pulumi.Context) error {
	n, err := strconv.Atoi(value("TOY_MANY", "0"))
	if err != nil {
		return err
	}
	for i := range n {
		name := fmt.Sprintf("settings-%d", i)
		if _, err := create(ctx, "kubernetes:core/v1:ConfigMap", name, pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String(name)}, "data": pulumi.Map{"key": pulumi.String("value")},
		}); err != nil {
			return err
		}
	}
	return nil
}

func newProvider(ctx *pulumi.Context, region string) (*pulumi.ProviderResourceState, error) {
	p := &pulumi.ProviderResourceState{}
	return p, ctx.RegisterResource("pulumi:providers:aws", "other", pulumi.Map{
		"region":      pulumi.String(region),
		"defaultTags": pulumi.String(`{"tags":{"satkube":"true"}}`),
	}, p)
}

// value is an environment variable with a default.
func value(name, missing string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return missing
}
