package cluster

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/cloudwatch"
	awseks "github.com/pulumi/pulumi-aws/sdk/v7/go/aws/eks"
	"github.com/pulumi/pulumi-eks/sdk/v4/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newLogGroup makes the group that EKS writes the control plane's logs to. EKS would make it itself on the first line,
// without a key and for ever; so it must stand before the cluster does.
func newLogGroup(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*cloudwatch.LogGroup, error) {
	return cloudwatch.NewLogGroup(ctx, name+"-control-plane", &cloudwatch.LogGroupArgs{
		Name:            pulumi.String("/aws/eks/" + args.Name + "/cluster"),
		RetentionInDays: pulumi.Int(args.LogRetentionDays),
		KmsKeyId:        args.LogsKeyARN.ToStringOutput().ToStringPtrOutput(),
	}, child)
}

// newControlPlane makes the EKS control plane with pulumi-eks and nothing of what pulumi-eks cannot harden: no nodes,
// no add-ons, no security groups of its own (EKS' cluster security group joins nodes and control plane).
func newControlPlane(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*eks.Cluster, error) {
	api := eks.AuthenticationModeApi
	no, yes := false, true
	cluster := &eks.ClusterArgs{
		Name:                            pulumi.String(args.Name),
		Version:                         pulumi.String(args.Version),
		VpcId:                           args.VPCID.ToStringOutput().ToStringPtrOutput(),
		PrivateSubnetIds:                args.PrivateSubnetIDs,
		KubernetesServiceIpAddressRange: pulumi.String(args.ServiceCIDR),
		AuthenticationMode:              &api,
		AccessEntries:                   accessEntries(args),
		EncryptionConfigKeyArn:          args.SecretsKeyARN.ToStringOutput().ToStringPtrOutput(),
		EndpointPrivateAccess:           pulumi.Bool(true),
		EndpointPublicAccess:            pulumi.Bool(len(args.PublicCIDRs) > 0),
		EnabledClusterLogTypes:          pulumi.ToStringArray([]string{"api", "audit", "authenticator", "controllerManager", "scheduler"}),
		SkipDefaultNodeGroup:            &yes,
		SkipDefaultSecurityGroups:       &yes,
		CreateOidcProvider:              pulumi.Bool(false),
		UseDefaultVpcCni:                &yes,
		BootstrapSelfManagedAddons:      pulumi.Bool(false),
		CorednsAddonOptions:             &eks.CoreDnsAddonOptionsArgs{Enabled: &no},
		KubeProxyAddonOptions:           &eks.KubeProxyAddonOptionsArgs{Enabled: &no},
		// A version that AWS no longer supports is upgraded by AWS, instead of costing six times as much per hour.
		UpgradePolicy: awseks.ClusterUpgradePolicyArgs{SupportType: pulumi.String("STANDARD")},
	}
	if len(args.PublicCIDRs) > 0 {
		cluster.PublicAccessCidrs = pulumi.ToStringArray(args.PublicCIDRs)
	}
	return eks.NewCluster(ctx, name, cluster,
		append([]pulumi.ResourceOption{pulumi.Protect(args.Protect), hardenControlPlane(args)}, opts...)...)
}

// hardenControlPlane sets on the cluster inside pulumi-eks what pulumi-eks 4.0.1 has no input for: it hard-codes that the
// creator becomes an administrator, and knows neither deletion protection, nor zonal shift, nor a boundary of the role that it makes.
func hardenControlPlane(args Args) pulumi.ResourceOption {
	transforms := []pulumi.ResourceTransform{hardening(args.Protect)}
	if args.PermissionsBoundary != "" {
		transforms = append(transforms, bounding(args.PermissionsBoundary))
	}
	return pulumi.Transforms(transforms)
}

// bounding puts the permissions boundary on every role that is made inside.
func bounding(boundary string) pulumi.ResourceTransform {
	return func(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
		if args.Type != "aws:iam/role:Role" {
			return nil
		}
		args.Props["permissionsBoundary"] = pulumi.String(boundary)
		return &pulumi.ResourceTransformResult{Props: args.Props, Opts: args.Opts}
	}
}

// boundary is what a role takes as its permissions boundary; nothing where there is none.
func boundary(args Args) pulumi.StringPtrInput {
	if args.PermissionsBoundary == "" {
		return nil
	}
	return pulumi.String(args.PermissionsBoundary)
}

func hardening(deletionProtection bool) pulumi.ResourceTransform {
	return func(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
		if args.Type != "aws:eks/cluster:Cluster" {
			return nil
		}
		args.Props["accessConfig"] = pulumi.Map{
			"authenticationMode":                      pulumi.String("API"),
			"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(false),
		}
		args.Props["deletionProtection"] = pulumi.Bool(deletionProtection)
		args.Props["zonalShiftConfig"] = pulumi.Map{"enabled": pulumi.Bool(true)}
		return &pulumi.ResourceTransformResult{Props: args.Props, Opts: args.Opts}
	}
}

// accessEntries maps IAM principals to rights in the cluster.
func accessEntries(args Args) map[string]eks.AccessEntryArgs {
	entries := map[string]eks.AccessEntryArgs{}
	for _, arn := range args.Admins {
		entries["admin-"+principalName(arn)] = eks.AccessEntryArgs{
			PrincipalArn: pulumi.String(arn),
			AccessPolicies: map[string]eks.AccessPolicyAssociationInput{
				"cluster-admin": eks.AccessPolicyAssociationArgs{
					PolicyArn:   pulumi.String("arn:" + args.Partition + ":eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"),
					AccessScope: awseks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
				},
			},
		}
	}
	for _, arn := range args.Operators {
		entries["operator-"+principalName(arn)] = eks.AccessEntryArgs{
			PrincipalArn:     pulumi.String(arn),
			KubernetesGroups: pulumi.ToStringArray([]string{args.OperatorsGroup}),
		}
	}
	return entries
}

// principalName turns arn:aws:iam::123456789012:role/team/admin into 123456789012-role-team-admin: unique, and steady when the list is reordered.
func principalName(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return parts[4] + "-" + strings.ReplaceAll(parts[5], "/", "-")
}
