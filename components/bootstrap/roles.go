package bootstrap

import (
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/policydoc"
)

// sessionSeconds is the longest session of a role, an hour: IAM's least, and long enough to build a cluster.
const sessionSeconds = 3600

// newRole makes a role by the name that pipelines and other stacks write down. It has no rights yet.
func newRole(ctx *pulumi.Context, name, roleName, description string, trust policydoc.Document, child pulumi.ResourceOption, provider *iam.OpenIdConnectProvider) (*iam.Role, error) {
	return iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:               pulumi.String(roleName),
		Description:        pulumi.String(description),
		AssumeRolePolicy:   pulumi.String(trust.JSON()),
		MaxSessionDuration: pulumi.Int(sessionSeconds),
	}, child, pulumi.DependsOn([]pulumi.Resource{provider}))
}

func newPolicy(ctx *pulumi.Context, name, policyName, description string, document policydoc.Document, child pulumi.ResourceOption) (*iam.Policy, error) {
	return iam.NewPolicy(ctx, name, &iam.PolicyArgs{
		Name:        pulumi.String(policyName),
		Description: pulumi.String(description),
		Policy:      pulumi.String(document.JSON()),
	}, child)
}

// grant gives both roles their rights: to read for both, to change for the one that deploys. The policies are managed ones, because all of
// them together are longer than what IAM takes as a role's own (10,240 characters; a managed one may have 6,144).
func grant(ctx *pulumi.Context, name string, args Args, keyARN pulumi.StringOutput, preview, deploy *iam.Role, child pulumi.ResourceOption) error {
	for _, policy := range []struct {
		name, description string
		document          policydoc.Document
		roles             map[string]*iam.Role
	}{
		{"read", "Reads what the platform is made of", read(args), map[string]*iam.Role{"preview": preview, "deploy": deploy}},
		{"network", "Makes the platform's networks and load balancers", network(args), map[string]*iam.Role{"deploy": deploy}},
		{"nodes", "Launches and tags what clusters run on", nodes(args), map[string]*iam.Role{"deploy": deploy}},
		{"cluster", "Makes the platform's clusters, keys and logs", cluster(args), map[string]*iam.Role{"deploy": deploy}},
		{"iam", "Makes the platform's roles, within their boundary", identity(args), map[string]*iam.Role{"deploy": deploy}},
	} {
		made, err := newPolicy(ctx, name+"-"+policy.name, args.Name+"-"+policy.name, policy.description, policy.document, child)
		if err != nil {
			return err
		}
		for _, role := range []string{"preview", "deploy"} {
			if policy.roles[role] == nil {
				continue
			}
			_, err := iam.NewRolePolicyAttachment(ctx, name+"-"+role+"-"+policy.name, &iam.RolePolicyAttachmentArgs{
				Role:      policy.roles[role].Name,
				PolicyArn: made.Arn,
			}, child)
			if err != nil {
				return err
			}
		}
	}
	for _, state := range []struct {
		role     string
		of       *iam.Role
		document func(Args, string) policydoc.Document
	}{
		{"preview", preview, previewState},
		{"deploy", deploy, deployState},
	} {
		_, err := iam.NewRolePolicy(ctx, name+"-"+state.role+"-state", &iam.RolePolicyArgs{
			Name:   pulumi.String("state"),
			Role:   state.of.Name,
			Policy: keyARN.ApplyT(func(arn string) string { return state.document(args, arn).JSON() }).(pulumi.StringOutput),
		}, child)
		if err != nil {
			return err
		}
	}
	return nil
}
