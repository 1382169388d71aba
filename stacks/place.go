package stacks

import (
	"github.com/pulumi/pulumi-aws/sdk/v7/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/components/baseline"
	"gitlab.com/thinkmassive/satkube/components/bitcoind"
	"gitlab.com/thinkmassive/satkube/components/cluster"
	"gitlab.com/thinkmassive/satkube/components/keys"
	"gitlab.com/thinkmassive/satkube/components/loadbalancer"
	"gitlab.com/thinkmassive/satkube/components/network"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// place is where nodes run, the same whatever kind of cluster it is.
type place struct {
	cluster  *cluster.Cluster
	baseline baseline.Args
	// nodePool is the pool for bitcoind and lnd; the zero value where the cluster has none.
	nodePool kube.Pool
	// storageClass holds the nodes' volumes, platformStorageClass those of what watches them.
	storageClass, platformStorageClass string
	// podCIDRs are the addresses that pods can have, nodeCIDRs those of the worker nodes.
	podCIDRs, nodeCIDRs []string
	// apiServer is where pods reach the Kubernetes API, and apiPorts on which ports.
	apiServer kube.Peer
	apiPorts  []kube.Port
	// newLoadBalancer makes the load balancer before the ingress, with the arguments that say where left out; nil where the cluster makes
	// its own.
	newLoadBalancer func(*pulumi.Context, loadbalancer.Args) (*loadbalancer.LoadBalancer, error)
}

func newPlace(ctx *pulumi.Context, settings config.Platform) (place, error) {
	if settings.Cluster.Kind == config.KindExisting {
		return newExistingPlace(ctx, settings)
	}
	return newEKSPlace(ctx, settings)
}

func newExistingPlace(ctx *pulumi.Context, settings config.Platform) (place, error) {
	existing := settings.Cluster.Existing
	c, err := cluster.Existing(ctx, "cluster", cluster.ExistingArgs{Name: settings.Cluster.Name, Context: existing.Context})
	return place{
		cluster:      c,
		storageClass: existing.StorageClass, platformStorageClass: existing.StorageClass,
		podCIDRs:  private(),
		nodeCIDRs: private(),
		apiServer: kube.Peer{Name: "api-server", CIDRs: private()},
		// The Service listens on 443, the API server behind it mostly on 6443.
		apiPorts: []kube.Port{{Name: "https", Number: 443}, {Name: "https-behind", Number: 6443}},
	}, err
}

// private are all addresses that the pods and nodes of somebody else's cluster can have; nobody says which ones they do.
func private() []string {
	return []string{"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"}
}

// The names of the pools.
const (
	systemPool  = "system"
	bitcoinPool = "bitcoin"
)

func newEKSPlace(ctx *pulumi.Context, settings config.Platform) (place, error) {
	none := place{}
	name, eks := settings.Cluster.Name, settings.Cluster.EKS

	provider, err := newAWSProvider(ctx, settings)
	if err != nil {
		return none, err
	}
	onAWS := pulumi.Provider(provider)
	partition, err := aws.GetPartition(ctx, &aws.GetPartitionArgs{}, onAWS)
	if err != nil {
		return none, err
	}
	caller, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{}, onAWS)
	if err != nil {
		return none, err
	}
	zones, err := network.AvailableZones(ctx, eks.Network.Zones, onAWS)
	if err != nil {
		return none, err
	}

	k, err := keys.New(ctx, "keys", keys.Args{
		Cluster:   name,
		Partition: partition.Partition,
		Region:    eks.Region,
		AccountID: caller.AccountId,
		Protect:   settings.Protect,
	}, onAWS)
	if err != nil {
		return none, err
	}
	net, err := network.New(ctx, "network", network.Args{
		Cluster:             name,
		Region:              eks.Region,
		CIDR:                eks.Network.CIDR,
		Zones:               zones,
		NATPerZone:          eks.Network.NAT == config.NATPerZone,
		InterfaceEndpoints:  eks.Network.InterfaceEndpoints,
		LogRetentionDays:    eks.LogRetentionDays,
		PermissionsBoundary: eks.PermissionsBoundary,
		Protect:             settings.Protect,
		LogsKeyARN:          k.LogsARN,
	}, onAWS)
	if err != nil {
		return none, err
	}
	c, err := cluster.New(ctx, "cluster", cluster.Args{
		Name:                name,
		Version:             settings.Cluster.Version,
		Partition:           partition.Partition,
		Region:              eks.Region,
		VPCCIDR:             eks.Network.CIDR,
		ServiceCIDR:         eks.Network.ServiceCIDR,
		PublicCIDRs:         eks.PublicCIDRs,
		Admins:              eks.Admins,
		Operators:           eks.Operators,
		OperatorsGroup:      baseline.OperatorsGroup,
		LogRetentionDays:    eks.LogRetentionDays,
		PermissionsBoundary: eks.PermissionsBoundary,
		Pools:               pools(eks, zones),
		Protect:             settings.Protect,
		VPCID:               net.VPCID,
		PrivateSubnetIDs:    net.PrivateSubnetIDs,
		SecretsKeyARN:       k.SecretsARN,
		VolumesKeyARN:       k.VolumesARN,
		LogsKeyARN:          k.LogsARN,
		NetworkReady:        net.Ready,
	}, onAWS)
	if err != nil {
		return none, err
	}
	return place{
		cluster:      c,
		baseline:     baseline.Args{EBS: &baseline.EBSArgs{KeyARN: k.VolumesARN}},
		nodePool:     cluster.Selects(bitcoinPool),
		storageClass: baseline.StorageRetain, platformStorageClass: baseline.StorageDelete,
		// With the VPC CNI, pods have addresses of the VPC.
		podCIDRs:  []string{eks.Network.CIDR},
		nodeCIDRs: []string{eks.Network.CIDR},
		// By the address of its Service, and by those behind it in our subnets.
		apiServer: kube.Peer{Name: "api-server", CIDRs: []string{eks.Network.CIDR, eks.Network.ServiceCIDR}},
		apiPorts:  []kube.Port{{Name: "https", Number: 443}},
		newLoadBalancer: func(ctx *pulumi.Context, args loadbalancer.Args) (*loadbalancer.LoadBalancer, error) {
			args.VPCID, args.NodesGroupID = net.VPCID, c.NodesGroupID
			args.SubnetIDs = net.PrivateSubnetIDs
			if args.Public {
				args.SubnetIDs = net.PublicSubnetIDs
			}
			// The ingress runs on the system pool, because the other one is tainted.
			args.AutoScalingGroups = c.AutoScalingGroups[systemPool]
			return loadbalancer.New(ctx, "loadbalancer", args, onAWS)
		},
	}, nil
}

// newAWSProvider makes the one provider for all of AWS: the region of the configuration, and tags on everything.
func newAWSProvider(ctx *pulumi.Context, settings config.Platform) (*aws.Provider, error) {
	tags := map[string]string{
		"satkube:cluster": settings.Cluster.Name,
		"satkube:stack":   ctx.Stack(),
	}
	for key, value := range settings.Tags {
		tags[key] = value
	}
	return aws.NewProvider(ctx, "aws", &aws.ProviderArgs{
		Region:      pulumi.String(settings.Cluster.EKS.Region),
		DefaultTags: aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(tags)},
	})
}

// pools shapes both pools. The nodes' volumes are zonal, so the Bitcoin pool is one node group per zone.
func pools(eks *config.EKS, zones []string) []cluster.Pool {
	pool := func(name string, settings config.NodePool) cluster.Pool {
		return cluster.Pool{
			Name:          name,
			InstanceTypes: settings.InstanceTypes,
			Arm:           settings.Arch() == config.ARM64,
			Spot:          settings.Capacity == config.Spot,
			Zones:         zones[:settings.ZonesOf(eks.Network)],
			Min:           settings.Min,
			Desired:       settings.Desired,
			Max:           settings.Max,
			DiskGiB:       settings.DiskGiB,
			StopSeconds:   bitcoind.StopSeconds,
		}
	}
	system, bitcoin := pool(systemPool, eks.SystemPool), pool(bitcoinPool, eks.BitcoinPool)
	bitcoin.PerZone, bitcoin.Tainted = true, true
	return []cluster.Pool{system, bitcoin}
}
