package bootstrap

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/policydoc"
)

const (
	// deletionDays is KMS' longest waiting period: time to notice that a deleted key still guards every state.
	deletionDays = 30
	// rotationDays is KMS' default rotation period. KMS keeps the older material, so nothing has to be encrypted anew.
	rotationDays = 365
	// StackContext is the key of KMS' encryption context that names a stack: the secrets provider's address ends in &context_stack=STACK
	// (gocloud.dev/secrets/awskms), and KMS then decrypts for nobody who does not name the same stack.
	StackContext = "stack"
)

func newKey(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption, preview, deploy *iam.Role) (*kms.Key, error) {
	// KMS refuses a policy that names a role that is not there yet.
	lasting := lasting(args, child, pulumi.DependsOn([]pulumi.Resource{preview, deploy}))
	key, err := kms.NewKey(ctx, name+"-state", &kms.KeyArgs{
		Description:          pulumi.String("Pulumi's state and secrets"),
		Policy:               pulumi.String(keyPolicy(args).JSON()),
		EnableKeyRotation:    pulumi.Bool(true),
		RotationPeriodInDays: pulumi.Int(rotationDays),
		DeletionWindowInDays: pulumi.Int(deletionDays),
	}, lasting)
	if err != nil {
		return nil, err
	}
	_, err = kms.NewAlias(ctx, name+"-state", &kms.AliasArgs{Name: pulumi.String(args.alias()), TargetKeyId: key.KeyId}, lasting)
	return key, err
}

// lasting are the options of what a state cannot be read without. A bucket that stays is worth nothing without its key, and is open without
// its policy, so all of it is protected and stays together.
func lasting(args Args, more ...pulumi.ResourceOption) pulumi.ResourceOption {
	return pulumi.Composite(append([]pulumi.ResourceOption{pulumi.Protect(args.Protect), pulumi.RetainOnDelete(args.Protect)}, more...)...)
}

// keyPolicy names everybody who gets at the key. Unlike KMS' default it does not hand the key to the account's IAM policies: an IAM policy
// with kms:Decrypt on everything, which some other tool in the account may have, would read every secret.
func keyPolicy(a Args) policydoc.Document {
	deploy, preview := a.iamARN("role/"+a.deployRole()), a.iamARN("role/"+a.previewRole())
	statements := []policydoc.Statement{{
		// The way back in when the administrators' roles are gone.
		Sid:       "RootUserRecovers",
		Effect:    "Allow",
		Principal: map[string]string{"AWS": a.rootARN()},
		Action:    []string{"kms:*"},
		Resource:  []string{"*"},
		// The account's root principal stands for all its users; this value of the key is the root user's only.
		Condition: map[string]map[string][]string{"StringEquals": {"aws:PrincipalType": {"Account"}}},
	}}
	for i, administrator := range a.Administrators {
		statements = append(statements, policydoc.Statement{
			Sid:       fmt.Sprintf("Administrator%d", i+1),
			Effect:    "Allow",
			Principal: map[string]string{"AWS": administrator},
			Action:    []string{"kms:*"},
			Resource:  []string{"*"},
		})
	}
	return policydoc.Of(append(statements,
		policydoc.Statement{
			Sid:       "DeployUses",
			Effect:    "Allow",
			Principal: map[string]string{"AWS": deploy},
			Action:    []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"},
			Resource:  []string{"*"},
		},
		policydoc.Statement{
			Sid:       "PreviewReadsTheState",
			Effect:    "Allow",
			Principal: map[string]string{"AWS": preview},
			Action:    []string{"kms:Decrypt"},
			Resource:  []string{"*"},
			// With a bucket key, S3 gives KMS the bucket's ARN as context; without one, the object's (Amazon S3 user guide: bucket keys).
			Condition: map[string]map[string][]string{
				"StringEquals": {"kms:ViaService": {"s3." + a.Region + ".amazonaws.com"}},
				"StringLike":   {"kms:EncryptionContext:aws:s3:arn": {a.bucketARN(), a.bucketARN() + "/*"}},
			},
		},
		policydoc.Statement{
			Sid:       "PreviewReadsTheSecretsOfItsStacks",
			Effect:    "Allow",
			Principal: map[string]string{"AWS": preview},
			Action:    []string{"kms:Decrypt"},
			Resource:  []string{"*"},
			Condition: map[string]map[string][]string{"StringEquals": {"kms:EncryptionContext:" + StackContext: a.readableStacks()}},
		},
		policydoc.Statement{
			Sid:       "PreviewFindsTheKey",
			Effect:    "Allow",
			Principal: map[string]string{"AWS": preview},
			Action:    []string{"kms:DescribeKey"},
			Resource:  []string{"*"},
		},
	)...)
}

// readableStacks are the stacks that a preview may read; never an empty list, which IAM does not take.
func (a Args) readableStacks() []string {
	if len(a.PreviewStacks) == 0 {
		// No stack has this name: Pulumi allows no space in one.
		return []string{"no stack"}
	}
	return a.PreviewStacks
}
