package stacks

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/components/bootstrap"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// bootstraps tells whether the stack prepares an account instead of being a platform: it has satkube:bootstrap.
func bootstraps(ctx *pulumi.Context) bool {
	_, given := ctx.GetConfig(ctx.Project() + ":" + config.BootstrapKey)
	return given
}

// prepareAccount makes what has to stand in an account before a pipeline can deploy there, and exports what pipelines and other stacks need.
func prepareAccount(ctx *pulumi.Context) error {
	settings, err := loadBootstrap(ctx)
	if err != nil {
		return err
	}
	provider, err := newBootstrapProvider(ctx, settings)
	if err != nil {
		return err
	}
	onAWS := pulumi.Provider(provider)
	partition, err := aws.GetPartition(ctx, &aws.GetPartitionArgs{}, onAWS)
	if err != nil {
		return err
	}
	caller, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{}, onAWS)
	if err != nil {
		return err
	}
	b, err := bootstrap.New(ctx, "bootstrap", bootstrap.Args{
		Name:                  settings.Name,
		Stack:                 ctx.Stack(),
		Partition:             partition.Partition,
		Region:                settings.Region,
		AccountID:             caller.AccountId,
		Regions:               settings.Regions,
		Clusters:              settings.Clusters,
		Administrators:        settings.Administrators,
		URL:                   settings.GitLab.URL,
		Audience:              settings.GitLab.Audience,
		Project:               settings.GitLab.Project,
		ProtectedEnvironments: settings.GitLab.ProtectedEnvironments,
		PreviewStacks:         settings.GitLab.PreviewStacks,
		LockDays:              settings.State.LockDays,
		KeepDays:              settings.State.KeepDays,
		Protect:               settings.Protect,
	}, onAWS)
	if err != nil {
		return err
	}
	ctx.Export("bucket", b.Bucket)
	ctx.Export("loginUrl", pulumi.Sprintf("s3://%s?region=%s&awssdk=v2", b.Bucket, settings.Region))
	ctx.Export("keyAlias", b.Alias)
	// What --secrets-provider takes, with the stack's name behind it.
	ctx.Export("secretsProviderPrefix", pulumi.Sprintf("awskms://%s?region=%s&awssdk=v2&context_%s=", b.Alias, settings.Region, bootstrap.StackContext))
	ctx.Export("previewRoleArn", b.PreviewRoleARN)
	ctx.Export("deployRoleArn", b.DeployRoleARN)
	ctx.Export("permissionsBoundaryArn", b.BoundaryARN)
	ctx.Export("audience", pulumi.String(settings.GitLab.Audience))
	ctx.Export("subClaimComponents", pulumi.ToStringArray(bootstrap.SubjectComponents()))
	return nil
}

func loadBootstrap(ctx *pulumi.Context) (config.Bootstrap, error) {
	if _, platform := ctx.GetConfig(ctx.Project() + ":" + config.Key); platform {
		return config.Bootstrap{}, errors.New("satkube:platform is given beside satkube:bootstrap, want one of them: what guards the pipelines must not be deployed by them")
	}
	raw, _ := ctx.GetConfig(ctx.Project() + ":" + config.BootstrapKey)
	settings, err := config.LoadBootstrap(raw)
	if err != nil {
		return settings, fmt.Errorf("satkube:%s in Pulumi.%s.yaml is refused:\n%w", config.BootstrapKey, ctx.Stack(), err)
	}
	return settings, nil
}

// newBootstrapProvider makes the provider for AWS. Its tag is not the clusters': the pipelines may change what has theirs.
func newBootstrapProvider(ctx *pulumi.Context, settings config.Bootstrap) (*aws.Provider, error) {
	tags := map[string]string{"satkube:stack": ctx.Stack()}
	for key, value := range settings.Tags {
		tags[key] = value
	}
	return aws.NewProvider(ctx, "aws", &aws.ProviderArgs{
		Region:      pulumi.String(settings.Region),
		DefaultTags: aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(tags)},
	})
}
