// Package bootstrap makes what has to stand in an AWS account before a pipeline can deploy the platform without a long-lived key: a bucket
// for Pulumi's state, a key for its secrets, and two roles that GitLab's jobs assume with a token of their own.
package bootstrap

import (
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Token is the component's type token.
const Token = "satkube:bootstrap:Bootstrap"

// Bootstrap is what pipelines and people need to know to work with the account.
type Bootstrap struct {
	pulumi.ResourceState

	// Bucket is the state bucket's name.
	Bucket pulumi.StringOutput `pulumi:"bucket"`
	// KeyARN is the KMS key of the state and of Pulumi's secrets, Alias its name with the prefix alias/.
	KeyARN pulumi.StringOutput `pulumi:"keyArn"`
	Alias  pulumi.StringOutput `pulumi:"alias"`
	// PreviewRoleARN and DeployRoleARN are what jobs assume.
	PreviewRoleARN pulumi.StringOutput `pulumi:"previewRoleArn"`
	DeployRoleARN  pulumi.StringOutput `pulumi:"deployRoleArn"`
	// BoundaryARN is the policy that every role of the platform has to carry as its permissions boundary.
	BoundaryARN pulumi.StringOutput `pulumi:"boundaryArn"`
}

// New makes it. In order: GitLab as an identity provider, the roles without rights, the key that names them, the bucket that the key
// encrypts, and last the rights of the roles, which name all of these.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Bootstrap, error) {
	if err := args.validate(name); err != nil {
		return nil, err
	}
	b := &Bootstrap{}
	err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"project": pulumi.String(args.Project),
		"region":  pulumi.String(args.Region),
	}, b, opts...)
	if err != nil {
		return nil, err
	}
	child := pulumi.Parent(b)

	provider, err := newIdentityProvider(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	preview, err := newRole(ctx, name+"-preview", args.previewRole(), "Looks at the platform for a branch's pipeline, and changes nothing", previewTrust(args), child, provider)
	if err != nil {
		return nil, err
	}
	deploy, err := newRole(ctx, name+"-deploy", args.deployRole(), "Deploys the platform from protected branches", deployTrust(args), child, provider)
	if err != nil {
		return nil, err
	}
	key, err := newKey(ctx, name, args, child, preview, deploy)
	if err != nil {
		return nil, err
	}
	bucket, err := newBucket(ctx, name, args, key, child)
	if err != nil {
		return nil, err
	}
	boundary, err := newPolicy(ctx, name+"-boundary", args.Name+"-boundary", "The most that a role of the platform may do", boundary(args), child)
	if err != nil {
		return nil, err
	}
	if err := grant(ctx, name, args, key.Arn, preview, deploy, child); err != nil {
		return nil, err
	}

	b.Bucket, b.KeyARN, b.Alias = bucket.Bucket, key.Arn, pulumi.String(args.alias()).ToStringOutput()
	b.PreviewRoleARN, b.DeployRoleARN, b.BoundaryARN = preview.Arn, deploy.Arn, boundary.Arn
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{
		"bucket":         b.Bucket,
		"keyArn":         b.KeyARN,
		"alias":          b.Alias,
		"previewRoleArn": b.PreviewRoleARN,
		"deployRoleArn":  b.DeployRoleARN,
		"boundaryArn":    b.BoundaryARN,
	})
}

// newIdentityProvider makes AWS accept the tokens that this GitLab signs for this audience. There is no thumbprint: AWS takes the issuer's
// certificate by its own list of certificate authorities, and finds a thumbprint itself when that fails (API CreateOpenIDConnectProvider).
func newIdentityProvider(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*iam.OpenIdConnectProvider, error) {
	return iam.NewOpenIdConnectProvider(ctx, name+"-gitlab", &iam.OpenIdConnectProviderArgs{
		Url:           pulumi.String(args.URL),
		ClientIdLists: pulumi.StringArray{pulumi.String(args.Audience)},
	}, child, pulumi.Protect(args.Protect))
}
