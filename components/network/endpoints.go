package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// interfaceServices are the AWS APIs that nodes, add-ons and Pod Identity call. Source: what the fully private cluster
// patterns of EKS Blueprints and eksctl need, and eks and eks-auth for Pod Identity.
func interfaceServices() []string {
	return []string{"autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts"}
}

// newEndpoints makes the S3 gateway endpoint, which costs nothing and carries the layers of container images, and the
// interface endpoints where they are wanted.
func newEndpoints(ctx *pulumi.Context, name string, args Args, vpc *ec2.Vpc, private subnets, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	tables := pulumi.StringArray{}
	for _, table := range private.tables {
		tables = append(tables, table.ID())
	}
	s3, err := ec2.NewVpcEndpoint(ctx, name+"-s3", &ec2.VpcEndpointArgs{
		VpcId:           vpc.ID(),
		ServiceName:     serviceName(args.Region, "s3"),
		VpcEndpointType: pulumi.String("Gateway"),
		RouteTableIds:   tables,
		Tags:            named(name + "-s3"),
	}, child)
	if err != nil || !args.InterfaceEndpoints {
		return []pulumi.Resource{s3}, err
	}
	made := []pulumi.Resource{s3}
	group, err := ec2.NewSecurityGroup(ctx, name+"-endpoints", &ec2.SecurityGroupArgs{
		VpcId:       vpc.ID(),
		Description: pulumi.String("AWS API endpoints: HTTPS from the VPC"),
		Ingress: ec2.SecurityGroupIngressArray{ec2.SecurityGroupIngressArgs{
			Protocol:    pulumi.String("tcp"),
			FromPort:    pulumi.Int(443),
			ToPort:      pulumi.Int(443),
			CidrBlocks:  pulumi.StringArray{vpc.CidrBlock},
			Description: pulumi.String("HTTPS from the VPC"),
		}},
		Tags: named(name + "-endpoints"),
	}, child)
	if err != nil {
		return nil, err
	}
	for _, service := range interfaceServices() {
		endpoint, err := ec2.NewVpcEndpoint(ctx, name+"-"+service, &ec2.VpcEndpointArgs{
			VpcId:             vpc.ID(),
			ServiceName:       serviceName(args.Region, service),
			VpcEndpointType:   pulumi.String("Interface"),
			SubnetIds:         private.ids(),
			SecurityGroupIds:  pulumi.StringArray{group.ID()},
			PrivateDnsEnabled: pulumi.Bool(true),
			Tags:              named(name + "-" + service),
		}, child)
		if err != nil {
			return nil, err
		}
		made = append(made, endpoint)
	}
	return made, nil
}

func serviceName(region, service string) pulumi.String {
	return pulumi.String("com.amazonaws." + region + "." + service)
}
