package cluster

import (
	"encoding/json"
	"maps"
	"slices"

	awseks "github.com/pulumi/pulumi-aws/sdk/v7/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/iam"
	"github.com/pulumi/pulumi-eks/sdk/v4/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/policydoc"
)

// pins are the add-on versions for one Kubernetes version.
type pins map[string]string

// addonPins returns the pinned add-on versions by Kubernetes version. Each set is one that runs together: the one for 1.35
// is what EKS offered as the newest for that version, as the public configuration of devopscoop/project1-dev records it.
// A version without such evidence is not offered.
func addonPins() map[string]pins {
	return map[string]pins{
		"1.35": {
			"vpc-cni":                   "v1.23.0-eksbuild.1",
			"kube-proxy":                "v1.35.3-eksbuild.18",
			"eks-pod-identity-agent":    "v1.4.0-eksbuild.1",
			"coredns":                   "v1.14.3-eksbuild.3",
			"aws-ebs-csi-driver":        "v1.63.1-eksbuild.1",
			"snapshot-controller":       "v8.6.0-eksbuild.4",
			"eks-node-monitoring-agent": "v1.7.0-eksbuild.1",
		},
	}
}

// Versions returns the Kubernetes versions that add-ons are pinned for.
func Versions() []string {
	return slices.Sorted(maps.Keys(addonPins()))
}

// addon is one EKS add-on and the AWS rights of its pods.
type addon struct {
	name string
	// configuration is the add-on's own settings; nil leaves its defaults.
	configuration map[string]any
	// serviceAccount gets the role below, when there is one.
	serviceAccount string
	managedPolicy  string
	// usesVolumesKey lets the role use the KMS key of the volumes.
	usesVolumesKey bool
}

// newNetworkAddons makes the add-ons that a node needs to become ready. They stand before the nodes: made at the same time, a
// node may start without its network and never become ready (terraform-aws-eks issue 3525).
func newNetworkAddons(ctx *pulumi.Context, name string, args Args, control *eks.Cluster, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	return newAddons(ctx, name, args, control, []addon{
		{
			name:           "vpc-cni",
			serviceAccount: "aws-node",
			managedPolicy:  "AmazonEKS_CNI_Policy",
			configuration: map[string]any{
				"enableNetworkPolicy": "true",
				"env": map[string]string{
					// A pod is cut off until its policies are in force; the standard mode leaves a gap of seconds after its start.
					"NETWORK_POLICY_ENFORCING_MODE": "strict",
					// More pods per node than the instance's single addresses would allow.
					"ENABLE_PREFIX_DELEGATION": "true",
					"WARM_PREFIX_TARGET":       "1",
				},
			},
		},
		{name: "kube-proxy"},
		{name: "eks-pod-identity-agent"},
	}, child, nil)
}

// newWorkloadAddons makes the add-ons that run on nodes; EKS calls them healthy only when their pods are.
func newWorkloadAddons(ctx *pulumi.Context, name string, args Args, control *eks.Cluster, child pulumi.ResourceOption, nodes []pulumi.Resource) ([]pulumi.Resource, error) {
	return newAddons(ctx, name, args, control, []addon{
		{name: "coredns"},
		{
			name:           "aws-ebs-csi-driver",
			serviceAccount: "ebs-csi-controller-sa",
			managedPolicy:  "service-role/AmazonEBSCSIDriverPolicy",
			usesVolumesKey: true,
		},
		{name: "snapshot-controller"},
		{name: "eks-node-monitoring-agent"},
	}, child, nodes)
}

func newAddons(ctx *pulumi.Context, name string, args Args, control *eks.Cluster, addons []addon, child pulumi.ResourceOption, before []pulumi.Resource) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for _, a := range addons {
		needs := slices.Clone(before)
		if a.serviceAccount != "" {
			identity, err := newPodIdentity(ctx, name+"-"+a.name, args, a, control, child)
			if err != nil {
				return nil, err
			}
			needs = append(needs, identity)
		}
		settings := &awseks.AddonArgs{
			ClusterName:              control.EksCluster.Name(),
			AddonName:                pulumi.String(a.name),
			AddonVersion:             pulumi.String(addonPins()[args.Version][a.name]),
			ResolveConflictsOnCreate: pulumi.String("OVERWRITE"),
			ResolveConflictsOnUpdate: pulumi.String("OVERWRITE"),
		}
		if a.configuration != nil {
			raw, err := json.Marshal(a.configuration)
			if err != nil {
				return nil, err
			}
			settings.ConfigurationValues = pulumi.String(raw)
		}
		resource, err := awseks.NewAddon(ctx, name+"-"+a.name, settings, child, pulumi.DependsOn(needs))
		if err != nil {
			return nil, err
		}
		made = append(made, resource)
	}
	return made, nil
}

// newPodIdentity gives an add-on's service account a role of its own, through EKS Pod Identity.
func newPodIdentity(ctx *pulumi.Context, name string, args Args, a addon, control *eks.Cluster, child pulumi.ResourceOption) (pulumi.Resource, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Description:      pulumi.String("EKS add-on " + a.name + " of " + args.Name),
		AssumeRolePolicy: pulumi.String(policydoc.AssumedByPods().JSON()),

		PermissionsBoundary: boundary(args),
	}, child)
	if err != nil {
		return nil, err
	}
	attachment, err := iam.NewRolePolicyAttachment(ctx, name, &iam.RolePolicyAttachmentArgs{
		Role:      role.Name,
		PolicyArn: pulumi.String("arn:" + args.Partition + ":iam::aws:policy/" + a.managedPolicy),
	}, child)
	if err != nil {
		return nil, err
	}
	rights := []pulumi.Resource{attachment}
	if a.usesVolumesKey {
		policy, err := iam.NewRolePolicy(ctx, name+"-volumes-key", &iam.RolePolicyArgs{
			Role: role.Name,
			Policy: args.VolumesKeyARN.ToStringOutput().ApplyT(func(arn string) string {
				return volumesKeyPolicy(arn).JSON()
			}).(pulumi.StringOutput),
		}, child)
		if err != nil {
			return nil, err
		}
		rights = append(rights, policy)
	}
	return awseks.NewPodIdentityAssociation(ctx, name, &awseks.PodIdentityAssociationArgs{
		ClusterName:    control.EksCluster.Name(),
		Namespace:      pulumi.String("kube-system"),
		ServiceAccount: pulumi.String(a.serviceAccount),
		RoleArn:        role.Arn,
	}, child, pulumi.DependsOn(rights))
}

// volumesKeyPolicy lets the EBS CSI driver make and attach volumes that the key encrypts (the driver's own example policy for KMS).
func volumesKeyPolicy(keyARN string) policydoc.Document {
	return policydoc.Of(
		policydoc.Statement{
			Effect:    "Allow",
			Action:    []string{"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"},
			Resource:  []string{keyARN},
			Condition: map[string]map[string][]string{"Bool": {"kms:GrantIsForAWSResource": {"true"}}},
		},
		policydoc.Statement{
			Effect:   "Allow",
			Action:   []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"},
			Resource: []string{keyARN},
		},
	)
}
