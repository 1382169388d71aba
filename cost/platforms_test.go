package cost

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// These platforms are counted by hand: quantities from the resources, prices from the documents that prices.go cites. The compiler adds
// them up exactly, and refuses a sum that is no whole number of millionths.

// A test network in Ohio: one NAT gateway, two machines for the system, one for the node.
func TestOf_CountsATestNetworkToTheCent(t *testing.T) {
	const (
		controlPlaneHours = 730 * 0.10          // 73.00
		systemMachines    = 2 * 730 * 0.0816    // 119.136
		nodeMachine       = 730 * 0.1071        // 78.183
		systemVolumes     = 2 * (4 + 50) * 0.08 // 8.64
		nodeVolumes       = (4 + 50) * 0.08     // 4.32
		gateway           = 730 * 0.045         // 32.85
		address           = 730 * 0.005         // 3.65
		keys              = 3 * 1.00            // 3.00
		chain             = 100 * 0.08          // 8.00
		channels          = 20 * 0.08           // 1.60
		metrics           = (20 + 1 + 2) * 0.08 // 1.84
		sum               = controlPlaneHours + systemMachines + nodeMachine + systemVolumes + nodeVolumes + gateway + address + keys + chain + channels + metrics
	)
	e := estimate(t,
		component("network"), component("cluster"), component("keys"), component("node"), component("baseline"), component("monitoring"),
		provider("us-east-2"), controlPlane("STANDARD"),
		template("cluster-system", 4, 50), group("cluster-system", "m7g.large", 2.0, nil),
		template("cluster-bitcoin", 4, 50), group("cluster-bitcoin-us-east-2a", "r7g.large", 1.0, nil),
		thing("aws:ec2/natGateway:NatGateway", "nat", "network", object{"allocationId": Unknown}),
		thing("aws:ec2/eip:Eip", "address", "network", object{"domain": "vpc"}),
		thing("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", "network", object{"vpcEndpointType": "Gateway", "routeTableIds": Unknown}),
		thing("aws:ec2/vpc:Vpc", "vpc", "network", object{}),
		thing("aws:kms/key:Key", "logs", "keys", object{}), thing("aws:kms/key:Key", "secrets", "keys", object{}), thing("aws:kms/key:Key", "volumes", "keys", object{}),
		storageClass("gp3", true, object{"type": "gp3"}), storageClass("gp3-retain", false, object{"type": "gp3", "kmsKeyId": Unknown}),
		claim("chain", "gp3-retain", "100Gi"), claim("channels", "gp3-retain", "20Gi"),
		set("prometheus", 1.0, claimSpec("gp3", "20Gi")), set("alertmanager", 1.0, claimSpec("gp3", "1Gi")), set("grafana", nil, claimSpec(nil, "2Gi")),
		set("lnd", 1.0),
	)
	require.Empty(t, e.Unpriced)
	require.Equal(t, "us-east-2", e.Region)
	require.Equal(t, "$334.22", e.Total().String())
	require.Equal(t, Money(sum*1e6), e.Total())
	require.Equal(t, []Component{
		{"cluster", Money((controlPlaneHours + systemMachines + nodeMachine + systemVolumes + nodeVolumes) * 1e6)},
		{"network", Money((gateway + address) * 1e6)},
		{"node", Money((chain + channels) * 1e6)},
		{"keys", Money(keys * 1e6)},
		{"monitoring", Money(metrics * 1e6)},
	}, e.ByComponent())
}

// A network with money in Virginia, where the table has the price of interface endpoints: three zones, a gateway in each, and a load
// balancer that faces the internet.
func TestOf_CountsANetworkWithMoneyToTheCent(t *testing.T) {
	const (
		controlPlaneHours = 730 * 0.10               // 73.00
		systemMachines    = 3 * 730 * 0.1632         // 357.408
		nodeMachines      = 3 * 730 * 0.2142         // 469.098, one group in each zone
		volumes           = 6 * (4 + 100) * 0.08     // 49.92
		gateways          = 3 * 730 * 0.045          // 98.55
		addresses         = 3 * 730 * 0.005          // 10.95
		endpoints         = 9 * 3 * 730 * 0.01       // 197.10
		balancer          = 730*0.0225 + 3*730*0.005 // 16.425 and 10.95
		chain             = 1536 * 0.08              // 122.88
		logs              = 3 * 100 * 0.08           // 24.00
		sum               = controlPlaneHours + systemMachines + nodeMachines + volumes + gateways + addresses + endpoints + balancer + chain + logs
	)
	resources := []Resource{
		component("network"), component("cluster"), component("node"), component("baseline"), component("monitoring"),
		provider("us-east-1"), controlPlane("STANDARD"),
		template("cluster-system", 4, 100), template("cluster-bitcoin", 4, 100), group("cluster-system", "m7g.xlarge", 3.0, nil),
		storageClass("gp3", true, object{"type": "gp3", "iops": "3000", "throughput": "125"}),
		claim("chain", "gp3", "1536Gi"), set("elasticsearch", 3.0, claimSpec("gp3", "100Gi")),
		thing("aws:lb/loadBalancer:LoadBalancer", "public", "network", object{"loadBalancerType": "application", "subnets": list{Unknown, Unknown, Unknown}}),
	}
	for _, zone := range []string{"a", "b", "c"} {
		resources = append(resources, group("cluster-bitcoin-us-east-1"+zone, "r7g.xlarge", 1.0, nil),
			thing("aws:ec2/natGateway:NatGateway", "nat-"+zone, "network", object{}), thing("aws:ec2/eip:Eip", "address-"+zone, "network", object{}))
	}
	for _, service := range []string{"autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts"} {
		resources = append(resources, thing("aws:ec2/vpcEndpoint:VpcEndpoint", service, "network",
			object{"vpcEndpointType": "Interface", "subnetIds": list{Unknown, "subnet-2", "subnet-3"}}))
	}
	e := estimate(t, resources...)
	require.Empty(t, e.Unpriced)
	require.Equal(t, "$1,430.28", e.Total().String())
	require.Equal(t, Money(sum*1e6), e.Total())
}

// Disks of all kinds in Ohio, with sizes that are no whole GiB, and a group of spot machines that is counted at its bound.
func TestOf_CountsDisksAndSpotToTheCent(t *testing.T) {
	const (
		spot       = 4 * 730 * 0.1008 // 294.336
		spotDisks  = 4 * 20 * 0.08    // 6.40
		small      = 1 * 0.08         // 500Mi, which EBS makes 1 GiB
		fraction   = 3 * 0.08         // 2.5Gi, so 3 GiB
		decimal    = 94 * 0.08        // 100G are 93.13 GiB
		tebibyte   = 1024 * 0.08      // 1Ti
		bytes      = 2 * 0.08         // 1073741825, a byte more than a GiB
		replicated = 5 * 10 * 0.08    // two templates of 7 and 3 GiB for each of five replicas
		attached   = 250 * 0.08       // a volume of EBS without Kubernetes
		gateway    = 730 * 0.045      // in the region of the resource itself, not of the provider
		sum        = spot + spotDisks + small + fraction + decimal + tebibyte + bytes + replicated + attached + gateway
	)
	e := estimate(t,
		provider("us-east-2"), template("workers", 20), group("workers", "r6g.large", "4", object{"capacityType": "SPOT"}),
		storageClass("gp3", true, object{"type": "gp3"}),
		claim("small", nil, "500Mi"), claim("fraction", nil, "2.5Gi"), claim("decimal", nil, "100G"), claim("tebibyte", nil, "1Ti"), claim("bytes", nil, "1073741825"),
		set("search", 5.0, claimSpec("gp3", "7Gi"), claimSpec("gp3", "3Gi")),
		thing("aws:ebs/volume:Volume", "attached", "", object{"type": "gp3", "size": 250.0, "iops": 3000.0}),
		thing("aws:ec2/natGateway:NatGateway", "elsewhere", "", object{"region": "us-east-1"}),
	)
	require.Empty(t, e.Unpriced)
	require.Equal(t, "$447.51", e.Total().String())
	require.Equal(t, Money(sum*1e6), e.Total())
	require.Contains(t, e.Lines[0].What, "4 × r6g.large, at most: spot counted by the price on demand")
	require.Equal(t, "us-east-1", e.Lines[len(e.Lines)-1].Price.Region)
}
