package cluster

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/ec2"
	awseks "github.com/pulumi/pulumi-aws/sdk/v7/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws/iam"
	"github.com/pulumi/pulumi-eks/sdk/v4/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/internal/policydoc"
)

// Pool is a pool of nodes.
type Pool struct {
	// Name is the pool's name, and the value of the label PoolKey on its nodes.
	Name string
	// InstanceTypes are of one architecture; Arm says that it is Graviton's.
	InstanceTypes []string
	Arm           bool
	// Spot buys spare capacity, which EC2 takes back at two minutes' notice.
	Spot bool
	// Tainted keeps every pod away that does not tolerate the pool.
	Tainted bool
	// Zones are the names of the availability zones to use, in the order of the private subnets. Groups is one node group
	// for all of them, or one for each when PerZone: a volume is in one zone, and so must be the node that mounts it.
	Zones   []string
	PerZone bool
	// Min, Desired and Max count nodes, per node group.
	Min, Desired, Max int
	// DiskGiB is the size of a node's data volume.
	DiskGiB int
	// StopSeconds is how long the slowest pod of the pool takes to stop cleanly when its node shuts down.
	StopSeconds int
}

// PoolKey is the label, and the taint, that names a node's pool.
const PoolKey = "satkube.com/pool"

// Selects returns what a pod names to run on the pool of that name.
func Selects(pool string) kube.Pool {
	return kube.Pool{Key: PoolKey, Value: pool}
}

// criticalPodsSeconds is what a shutting node keeps for system pods after all others have stopped.
const criticalPodsSeconds = 60

// osDiskGiB is the size of Bottlerocket's own volume, its documented default.
const osDiskGiB = 4

// nodePools are the node groups, and by pool the names of the Auto Scaling groups that EKS makes for them.
type nodePools struct {
	groups            []pulumi.Resource
	autoScalingGroups map[string][]pulumi.StringOutput
}

func newNodePools(ctx *pulumi.Context, name string, args Args, control *eks.Cluster, child pulumi.ResourceOption, before []pulumi.Resource) (nodePools, error) {
	made := nodePools{autoScalingGroups: map[string][]pulumi.StringOutput{}}
	role, rights, err := newNodeRole(ctx, name, args, child)
	if err != nil {
		return made, err
	}
	for _, pool := range args.Pools {
		template, err := newLaunchTemplate(ctx, name+"-"+pool.Name, args, pool, child)
		if err != nil {
			return made, err
		}
		subnets := args.PrivateSubnetIDs.ToStringArrayOutput()
		groups := map[string]pulumi.StringArrayInput{}
		var order []string
		if pool.PerZone {
			for i, zone := range pool.Zones {
				order = append(order, pool.Name+"-"+zone)
				groups[pool.Name+"-"+zone] = pulumi.StringArray{subnets.Index(pulumi.Int(i))}
			}
		} else {
			ids := pulumi.StringArray{}
			for i := range pool.Zones {
				ids = append(ids, subnets.Index(pulumi.Int(i)))
			}
			order = []string{pool.Name}
			groups[pool.Name] = ids
		}
		for _, group := range order {
			nodes, err := newNodeGroup(ctx, name+"-"+group, args, pool, control, role, template, groups[group], child, pulumi.DependsOn(slices.Concat(before, rights)))
			if err != nil {
				return made, err
			}
			made.groups = append(made.groups, nodes)
			made.autoScalingGroups[pool.Name] = append(made.autoScalingGroups[pool.Name], autoScalingGroup(nodes))
		}
	}
	return made, nil
}

// newNodeRole makes the nodes' role: join the cluster and pull images, nothing more. What pods need, they get through Pod Identity.
// autoScalingGroup is the name of the group's Auto Scaling group: EKS makes one for each node group.
func autoScalingGroup(group *awseks.NodeGroup) pulumi.StringOutput {
	return group.Resources.ApplyT(func(made []awseks.NodeGroupResource) (string, error) {
		for _, resource := range made {
			for _, scaling := range resource.AutoscalingGroups {
				if scaling.Name != nil {
					return *scaling.Name, nil
				}
			}
		}
		return "", errors.New("node group: EKS names no Auto Scaling group of it, so no load balancer can send to its nodes")
	}).(pulumi.StringOutput)
}

func newNodeRole(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*iam.Role, []pulumi.Resource, error) {
	role, err := iam.NewRole(ctx, name+"-node", &iam.RoleArgs{
		Description:      pulumi.String("Nodes of " + args.Name),
		AssumeRolePolicy: pulumi.String(policydoc.AssumedBy("ec2.amazonaws.com").JSON()),

		PermissionsBoundary: boundary(args),
	}, child)
	if err != nil {
		return nil, nil, err
	}
	var rights []pulumi.Resource
	for _, policy := range []string{"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"} {
		attachment, err := iam.NewRolePolicyAttachment(ctx, name+"-node-"+policy, &iam.RolePolicyAttachmentArgs{
			Role:      role.Name,
			PolicyArn: pulumi.String("arn:" + args.Partition + ":iam::aws:policy/" + policy),
		}, child)
		if err != nil {
			return nil, nil, err
		}
		rights = append(rights, attachment)
	}
	return role, rights, nil
}

// newLaunchTemplate makes what a managed node group cannot say itself: IMDSv2 out of the pods' reach (one hop ends in the
// node's own network namespace), disks encrypted with our key, Bottlerocket's settings. No SSH key, no security group: EKS adds its own.
func newLaunchTemplate(ctx *pulumi.Context, name string, args Args, pool Pool, child pulumi.ResourceOption) (*ec2.LaunchTemplate, error) {
	disk := func(device string, size int) ec2.LaunchTemplateBlockDeviceMappingArgs {
		return ec2.LaunchTemplateBlockDeviceMappingArgs{
			DeviceName: pulumi.String(device),
			Ebs: ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
				VolumeType:          pulumi.String("gp3"),
				VolumeSize:          pulumi.Int(size),
				Encrypted:           pulumi.String("true"),
				KmsKeyId:            args.VolumesKeyARN.ToStringOutput().ToStringPtrOutput(),
				DeleteOnTermination: pulumi.String("true"),
			},
		}
	}
	tags := pulumi.StringMap{"Name": pulumi.String(args.Name + "-" + pool.Name)}
	return ec2.NewLaunchTemplate(ctx, name, &ec2.LaunchTemplateArgs{
		Description:          pulumi.String("Pool " + pool.Name + " of " + args.Name),
		UpdateDefaultVersion: pulumi.Bool(true),
		UserData:             pulumi.String(base64.StdEncoding.EncodeToString([]byte(bottlerocketSettings(pool)))),
		// Bottlerocket keeps its system on the first volume, images, logs and scratch space on the second.
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{disk("/dev/xvda", osDiskGiB), disk("/dev/xvdb", pool.DiskGiB)},
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint:            pulumi.String("enabled"),
			HttpTokens:              pulumi.String("required"),
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		Monitoring: ec2.LaunchTemplateMonitoringArgs{Enabled: pulumi.Bool(true)},
		TagSpecifications: ec2.LaunchTemplateTagSpecificationArray{
			ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String("instance"), Tags: tags},
			ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String("volume"), Tags: tags},
		},
	}, child)
}

// bottlerocketSettings are the node's settings in TOML. A node that shuts down waits as long as its slowest pod needs;
// the default is not to wait at all, which kills bitcoind while it flushes (the two settings came with Bottlerocket PR 2930).
func bottlerocketSettings(pool Pool) string {
	return fmt.Sprintf(`[settings.kernel]
lockdown = "integrity"

[settings.kubernetes]
shutdown-grace-period = "%ds"
shutdown-grace-period-for-critical-pods = "%ds"
`, pool.StopSeconds+criticalPodsSeconds, criticalPodsSeconds)
}

func newNodeGroup(ctx *pulumi.Context, name string, args Args, pool Pool, control *eks.Cluster, role *iam.Role, template *ec2.LaunchTemplate, subnets pulumi.StringArrayInput, opts ...pulumi.ResourceOption) (*awseks.NodeGroup, error) {
	group := &awseks.NodeGroupArgs{
		ClusterName:   control.EksCluster.Name(),
		NodeRoleArn:   role.Arn,
		SubnetIds:     subnets,
		Version:       pulumi.String(args.Version),
		AmiType:       pulumi.String("BOTTLEROCKET_x86_64"),
		CapacityType:  pulumi.String("ON_DEMAND"),
		InstanceTypes: pulumi.ToStringArray(pool.InstanceTypes),
		LaunchTemplate: awseks.NodeGroupLaunchTemplateArgs{
			Id:      template.ID(),
			Version: template.LatestVersion.ApplyT(func(v int) string { return strconv.Itoa(v) }).(pulumi.StringOutput),
		},
		ScalingConfig: awseks.NodeGroupScalingConfigArgs{
			MinSize:     pulumi.Int(pool.Min),
			DesiredSize: pulumi.Int(pool.Desired),
			MaxSize:     pulumi.Int(pool.Max),
		},
		Labels:           pulumi.StringMap{PoolKey: pulumi.String(pool.Name)},
		UpdateConfig:     awseks.NodeGroupUpdateConfigArgs{MaxUnavailable: pulumi.Int(1)},
		NodeRepairConfig: awseks.NodeGroupNodeRepairConfigArgs{Enabled: pulumi.Bool(true)},
	}
	if pool.Arm {
		group.AmiType = pulumi.String("BOTTLEROCKET_ARM_64")
	}
	if pool.Spot {
		group.CapacityType = pulumi.String("SPOT")
	}
	if pool.Tainted {
		group.Taints = awseks.NodeGroupTaintArray{awseks.NodeGroupTaintArgs{
			Key:    pulumi.String(PoolKey),
			Value:  pulumi.String(pool.Name),
			Effect: pulumi.String("NO_SCHEDULE"),
		}}
	}
	return awseks.NewNodeGroup(ctx, name, group, opts...)
}
