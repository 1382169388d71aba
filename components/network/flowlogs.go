package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/policydoc"
)

// newFlowLogs records who talks to whom in the VPC, into an encrypted log group. One-minute aggregation, the shortest,
// is what makes a record useful in an incident.
func newFlowLogs(ctx *pulumi.Context, name string, args Args, vpc *ec2.Vpc, child pulumi.ResourceOption) error {
	logName := name + "-flow-logs"
	group, err := cloudwatch.NewLogGroup(ctx, logName, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String("/satkube/" + args.Cluster + "/vpc-flow-logs"),
		RetentionInDays: pulumi.Int(args.LogRetentionDays),
		KmsKeyId:        args.LogsKeyARN.ToStringOutput().ToStringPtrOutput(),
	}, child)
	if err != nil {
		return err
	}
	trusted := &iam.RoleArgs{
		Description:      pulumi.String("Lets the VPC's flow logs write to their log group"),
		AssumeRolePolicy: pulumi.String(policydoc.AssumedBy("vpc-flow-logs.amazonaws.com").JSON()),
	}
	if args.PermissionsBoundary != "" {
		trusted.PermissionsBoundary = pulumi.String(args.PermissionsBoundary)
	}
	role, err := iam.NewRole(ctx, logName, trusted, child)
	if err != nil {
		return err
	}
	policy, err := iam.NewRolePolicy(ctx, logName, &iam.RolePolicyArgs{
		Role:   role.ID(),
		Policy: group.Arn.ApplyT(func(arn string) string { return flowLogsPolicy(arn).JSON() }).(pulumi.StringOutput),
	}, child)
	if err != nil {
		return err
	}
	_, err = ec2.NewFlowLog(ctx, name, &ec2.FlowLogArgs{
		VpcId:                  vpc.ID(),
		TrafficType:            pulumi.String("ALL"),
		LogDestinationType:     pulumi.String("cloud-watch-logs"),
		LogDestination:         group.Arn,
		IamRoleArn:             role.Arn,
		MaxAggregationInterval: pulumi.Int(60),
		Tags:                   named(logName),
	}, child, pulumi.DependsOn([]pulumi.Resource{policy}))
	return err
}

// flowLogsPolicy lets the flow logs service write to one log group.
func flowLogsPolicy(groupARN string) policydoc.Document {
	return policydoc.Of(policydoc.Statement{
		Effect:   "Allow",
		Action:   []string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
		Resource: []string{groupARN, groupARN + ":*"},
	})
}
