// Package keys makes the KMS keys that encrypt what a cluster stores: Kubernetes Secrets, volumes and logs, one key each.
package keys

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/policydoc"
)

// Token is the component's type token.
const Token = "satkube:keys:Keys"

// Args says whose keys they are.
type Args struct {
	// Cluster is the name of the cluster that the keys belong to.
	Cluster string
	// Partition is the AWS partition: aws, aws-cn or aws-us-gov.
	Partition string
	// Region is the AWS region.
	Region string
	// AccountID is the AWS account, 12 digits.
	AccountID string
	// Protect makes Pulumi refuse to delete the keys. Without its key, what it encrypted is lost.
	Protect bool
}

// Keys are the ARNs of three KMS keys.
type Keys struct {
	pulumi.ResourceState

	// SecretsARN encrypts Kubernetes Secrets in the control plane's database.
	SecretsARN pulumi.StringOutput `pulumi:"secretsArn"`
	// VolumesARN encrypts the nodes' disks and the workloads' volumes.
	VolumesARN pulumi.StringOutput `pulumi:"volumesArn"`
	// LogsARN encrypts the log groups.
	LogsARN pulumi.StringOutput `pulumi:"logsArn"`
}

const (
	// deletionDays is KMS' longest waiting period: time to notice that a deleted key still guards something.
	deletionDays = 30
	// rotationDays is KMS' default rotation period.
	rotationDays = 365
)

// New makes the keys, rotated each year.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Keys, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("keys %s: %w", name, err)
	}
	k := &Keys{}
	err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{"cluster": pulumi.String(args.Cluster)}, k, opts...)
	if err != nil {
		return nil, err
	}
	child := pulumi.Composite(pulumi.Parent(k), pulumi.Protect(args.Protect))
	for _, key := range []struct {
		use, description string
		policy           policydoc.Document
		arn              *pulumi.StringOutput
	}{
		{"secrets", "Kubernetes Secrets of " + args.Cluster, secretsPolicy(args), &k.SecretsARN},
		{"volumes", "EBS volumes of " + args.Cluster, volumesPolicy(args), &k.VolumesARN},
		{"logs", "CloudWatch log groups of " + args.Cluster, logsPolicy(args), &k.LogsARN},
	} {
		made, err := kms.NewKey(ctx, name+"-"+key.use, &kms.KeyArgs{
			Description:          pulumi.String(key.description),
			Policy:               pulumi.String(key.policy.JSON()),
			EnableKeyRotation:    pulumi.Bool(true),
			RotationPeriodInDays: pulumi.Int(rotationDays),
			DeletionWindowInDays: pulumi.Int(deletionDays),
		}, child)
		if err != nil {
			return nil, err
		}
		_, err = kms.NewAlias(ctx, name+"-"+key.use, &kms.AliasArgs{
			Name:        pulumi.String("alias/" + args.Cluster + "-" + key.use),
			TargetKeyId: made.KeyId,
		}, child)
		if err != nil {
			return nil, err
		}
		*key.arn = made.Arn
	}
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{
		"secretsArn": k.SecretsARN,
		"volumesArn": k.VolumesARN,
		"logsArn":    k.LogsARN,
	})
}

func (a Args) validate() error {
	var mistakes []error
	for field, value := range map[string]string{"cluster": a.Cluster, "partition": a.Partition, "region": a.Region, "account id": a.AccountID} {
		if value == "" {
			mistakes = append(mistakes, fmt.Errorf("%s is empty, want a value", field))
		}
	}
	return errors.Join(mistakes...)
}
