package cost

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOf_CostsNothingWithoutAWS(t *testing.T) {
	e := estimate(t, storageClass("gp3", true, object{"type": "gp3"}), claim("chain", "gp3", "100Gi"),
		thing("kubernetes:core/v1:Service", "public", "", object{"spec": object{"type": "LoadBalancer"}}))
	require.Equal(t, Estimate{}, e)
	require.Equal(t, "$0.00", e.Total().String())
}

// Every way in which an amount can be missing is told: nothing that costs money comes out as zero.
func TestOf_TellsWhatItCannotPrice(t *testing.T) {
	lb := func(inputs object) Resource {
		return thing("aws:lb/loadBalancer:LoadBalancer", "lb", "network", inputs)
	}
	endpoint := func(inputs object) Resource {
		return thing("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", "network", inputs)
	}
	service := func(spec object) Resource {
		return thing("kubernetes:core/v1:Service", "public", "", object{"spec": spec})
	}
	gp3 := storageClass("gp3", true, object{"type": "gp3"})
	unknownName := storageClass("x", false, object{"type": "gp3"})
	unknownName.Inputs["metadata"] = object{"name": Unknown}
	other := storageClass("files", false, object{"type": "gp3"})
	other.Inputs["provisioner"] = "efs.csi.aws.com"
	for name, c := range map[string]struct {
		resources []Resource
		what, why string
		unknown   bool
	}{
		"desired size is not known":    {[]Resource{group("g", "m7g.large", Unknown, nil)}, "nodes", "scalingConfig.desiredSize is not known before the deployment", true},
		"scaling is not known":         {[]Resource{group("g", "m7g.large", 1.0, object{"scalingConfig": Unknown})}, "nodes", "scalingConfig.desiredSize is not known before the deployment", true},
		"desired size is left out":     {[]Resource{group("g", "m7g.large", nil, nil)}, "nodes", "scalingConfig.desiredSize is not set", false},
		"desired size is half a node":  {[]Resource{group("g", "m7g.large", 1.5, nil)}, "nodes", "scalingConfig.desiredSize is not a whole number from 0 to 100000000", false},
		"desired size is negative":     {[]Resource{group("g", "m7g.large", -1.0, nil)}, "nodes", "scalingConfig.desiredSize is not a whole number from 0 to 100000000", false},
		"desired size is a list":       {[]Resource{group("g", "m7g.large", list{}, nil)}, "nodes", "scalingConfig.desiredSize is not a whole number", false},
		"too many nodes":               {[]Resource{template("g", 4), group("g", "m7g.large", 9e7, nil)}, "90000000 × m7g.large", "price ec2/m7g.large: quantity is 6.57e+10, want 0 to 100000000", false},
		"type is not in the table":     {[]Resource{template("g", 4), group("g", "p5.48xlarge", 1.0, nil)}, "1 × p5.48xlarge", "the table has no price ec2/p5.48xlarge of region us-east-2", false},
		"types are not known":          {[]Resource{template("g", 4), group("g", "", 1.0, object{"instanceTypes": Unknown})}, "nodes: 1", "instanceTypes is not known before the deployment", true},
		"types are empty":              {[]Resource{template("g", 4), group("g", "", 1.0, object{"instanceTypes": list{}})}, "nodes: 1", "instanceTypes is not set", false},
		"no launch template":           {[]Resource{group("g", "m7g.large", 1.0, object{"launchTemplate": nil})}, "volumes of nodes: 1", "without a launch template, the image decides about the volumes", false},
		"launch template of another":   {[]Resource{template("other", 4), group("g", "m7g.large", 1.0, nil)}, "volumes of nodes: 1", "no launch template stands beside it that its name begins with", false},
		"volumes are not known":        {[]Resource{thing(templateType, "g", "cluster", object{"blockDeviceMappings": Unknown}), group("g", "m7g.large", 1.0, nil)}, "volumes of nodes: 1", "its launch template's blockDeviceMappings is not known before the deployment", true},
		"volume of another kind":       {[]Resource{thing(templateType, "g", "cluster", object{"blockDeviceMappings": list{object{"ebs": object{"volumeType": "io2", "volumeSize": 4.0}}}}), group("g", "m7g.large", 1.0, nil)}, "a node's volume", "the table has prices of gp3 volumes only, and blockDeviceMappings[0].ebs.volumeType is another", false},
		"detailed monitoring":          {[]Resource{thing(templateType, "g", "cluster", object{"blockDeviceMappings": list{}, "monitoring": object{"enabled": true}}), group("g", "m7g.large", 1.0, nil)}, "detailed monitoring of nodes: 1", "the table has no price cloudwatch/detailed-instance of region us-east-2", false},
		"one volume is not known":      {[]Resource{thing(templateType, "g", "cluster", object{"blockDeviceMappings": list{Unknown}}), group("g", "m7g.large", 1.0, nil)}, "a node's volume", "blockDeviceMappings[0].ebs.volumeSize is not known before the deployment", true},
		"one zone is not known":        {[]Resource{lb(object{"subnetMappings": list{Unknown}})}, "public addresses of the load balancer", "subnetMappings[0] is not known before the deployment", true},
		"parameters are not known":     {[]Resource{storageClass("gp3", true, nil), thing(classType, "late", "", object{"metadata": object{"name": "late"}, "provisioner": "ebs.csi.aws.com", "parameters": Unknown}), claim("c", "late", "1Gi")}, "volume", "parameters.type is not known before the deployment", true},
		"EKS Auto Mode":                {[]Resource{thing("aws:eks/cluster:Cluster", "c", "", object{"computeConfig": object{"enabled": true}})}, "nodes of EKS Auto Mode", "how many there are is decided by what runs", false},
		"provisioned control plane":    {[]Resource{thing("aws:eks/cluster:Cluster", "c", "", object{"controlPlaneScalingConfig": object{"tier": "tier-xl"}})}, "provisioned control plane", "the table has no prices of provisioned tiers", false},
		"upgrade policy is not known":  {[]Resource{thing("aws:eks/cluster:Cluster", "c", "", object{"upgradePolicy": Unknown})}, "extended support of Kubernetes", "upgradePolicy.supportType is not known before the deployment", true},
		"endpoint's kind is not known": {[]Resource{endpoint(object{"vpcEndpointType": Unknown})}, "VPC endpoint", "vpcEndpointType is not known before the deployment", true},
		"endpoint of a balancer":       {[]Resource{endpoint(object{"vpcEndpointType": "GatewayLoadBalancer"})}, "VPC endpoint", "the table has prices of interface endpoints only", false},
		"endpoint without a price":     {[]Resource{endpoint(object{"vpcEndpointType": "Interface", "subnetIds": Unknown})}, "interface endpoint", "the table has no price endpoint/hour of region us-east-2", false},
		"zones are not known":          {[]Resource{endpoint(object{"vpcEndpointType": "Interface", "subnetIds": Unknown, "region": "us-east-1"})}, "interface endpoint", "subnetIds is not known before the deployment", true},
		"zones are none":               {[]Resource{endpoint(object{"vpcEndpointType": "Interface", "subnetIds": list{}, "region": "us-east-1"})}, "interface endpoint", "subnetIds is not set", false},
		"load balancer in no zone":     {[]Resource{lb(object{"subnets": list{}})}, "public addresses of the load balancer", "subnets is not set", false},
		"a volume of nothing":          {[]Resource{thing("aws:ebs/volume:Volume", "v", "", object{"type": "gp3", "size": 0.0})}, "a volume", "size is not a whole number from 1 to 100000000", false},
		"a claim of nothing":           {[]Resource{gp3, claim("c", "gp3", "0Gi")}, "volume", "spec.resources.requests.storage is not a quantity such as 100Gi", false},
		"network load balancer":        {[]Resource{lb(object{"loadBalancerType": "network", "internal": true})}, "network load balancer", "the table has no price lb/network-hour of region us-east-2", false},
		"gateway load balancer":        {[]Resource{lb(object{"loadBalancerType": "gateway"})}, "load balancer", "the table has prices of application and network load balancers only", false},
		"load balancer's kind":         {[]Resource{lb(object{"loadBalancerType": Unknown})}, "load balancer", "loadBalancerType is not known before the deployment", true},
		"load balancer's zones":        {[]Resource{lb(object{"subnets": Unknown})}, "public addresses of the load balancer", "subnets is not known before the deployment", true},
		"load balancer's side":         {[]Resource{lb(object{"internal": Unknown})}, "public addresses of the load balancer", "internal is not known before the deployment", true},
		"an own pool of addresses":     {[]Resource{thing("aws:ec2/eip:Eip", "a", "", object{"publicIpv4Pool": "ipv4pool-ec2-1"})}, "public IPv4 address", "whose pool it comes from is not known: AWS asks nothing for an owner's own", false},
		"a Service of the cluster":     {[]Resource{service(object{"type": "LoadBalancer"})}, "load balancer of a Service", "which kind the cluster's controller makes is not known here", false},
		"a Service of AWS' controller": {[]Resource{service(object{"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb"})}, "load balancer of a Service", "which kind the cluster's controller makes is not known here", false},
		"a Service not known":          {[]Resource{service(object{"type": Unknown})}, "load balancer of a Service, if it is one", "spec.type is not known before the deployment", true},
		"another kind of resource":     {[]Resource{thing("aws:rds/instance:Instance", "db", "", object{})}, "aws:rds/instance:Instance", "this kind of resource is not in the estimate", false},
		"size is not known":            {[]Resource{gp3, claim("c", "gp3", Unknown)}, "volume", "spec.resources.requests.storage is not known before the deployment", true},
		"size is left out":             {[]Resource{gp3, claim("c", "gp3", nil)}, "volume", "spec.resources.requests.storage is not set", false},
		"size is no quantity":          {[]Resource{gp3, claim("c", "gp3", "1e3Gi")}, "volume", "spec.resources.requests.storage is not a quantity such as 100Gi", false},
		"size is a fraction in Go":     {[]Resource{gp3, claim("c", "gp3", "1/3Gi")}, "volume", "spec.resources.requests.storage is not a quantity such as 100Gi", false},
		"size is beyond all disks":     {[]Resource{gp3, claim("c", "gp3", "99999999999999999999Pi")}, "volume", "spec.resources.requests.storage is not a quantity such as 100Gi", false},
		"class is not known":           {[]Resource{gp3, claim("c", Unknown, "1Gi")}, "volume", "spec.storageClassName is not known before the deployment", true},
		"class is of nobody":           {[]Resource{gp3, claim("c", "gp2", "1Gi")}, "volume", "spec.storageClassName names no storage class of the stack", false},
		"class may be the unknown one": {[]Resource{gp3, unknownName, claim("c", "gp2", "1Gi")}, "volume", "the name of a storage class is not known before the deployment", true},
		"no default class":             {[]Resource{storageClass("gp3", false, object{"type": "gp3"}), claim("c", nil, "1Gi")}, "volume", "spec.storageClassName is not set, and the stack has not one default class", false},
		"class of another driver":      {[]Resource{other, claim("c", "files", "1Gi")}, "volume", "its storage class is not of EBS", false},
		"class of another kind":        {[]Resource{storageClass("fast", false, object{"type": "io2"}), claim("c", "fast", "1Gi")}, "volume", "the table has prices of gp3 volumes only, and parameters.type is another", false},
		"IOPS above the baseline":      {[]Resource{storageClass("fast", false, object{"type": "gp3", "iops": "4000"}), claim("c", "fast", "1Gi")}, "volume: IOPS above the baseline", "the table has no price ebs/gp3-iops of region us-east-2", false},
		"throughput above it":          {[]Resource{storageClass("fast", false, object{"type": "gp3", "throughput": "250"}), claim("c", "fast", "1Gi")}, "volume: MB/s above the baseline", "the table has no price ebs/gp3-mbps of region us-east-2", false},
		"IOPS by size":                 {[]Resource{storageClass("fast", false, object{"type": "gp3", "iopsPerGB": "9"}), claim("c", "fast", "1Gi")}, "volume", "its storage class has IOPS by size, which the estimate does not follow", false},
		"replicas are not known":       {[]Resource{gp3, set("s", Unknown, claimSpec("gp3", "1Gi"))}, "volumes", "spec.replicas is not known before the deployment", true},
		"templates are not known":      {[]Resource{thing("kubernetes:apps/v1:StatefulSet", "s", "", object{"spec": object{"volumeClaimTemplates": Unknown}})}, "volumes", "spec.volumeClaimTemplates is not known before the deployment", true},
	} {
		t.Run(name, func(t *testing.T) {
			e := estimate(t, append([]Resource{provider("us-east-2")}, c.resources...)...)
			require.Contains(t, reasons(e), c.what)
			require.Equal(t, c.why, reasons(e)[c.what])
			for _, line := range e.Unpriced {
				require.NotEmpty(t, line.Reason)
				if line.What == c.what {
					require.Equal(t, c.unknown, line.Unknown)
				}
			}
			for _, line := range e.Lines {
				require.Positive(t, line.Monthly, line.What)
			}
		})
	}
}

func TestOf_TakesTheRegionFromTheProviderOrTheResource(t *testing.T) {
	gateway := thing("aws:ec2/natGateway:NatGateway", "nat", "network", object{})
	second := thing("pulumi:providers:aws", "other", "", object{"region": "us-east-1"})
	behind := gateway
	behind.Provider = second.URN + "::04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	own := thing("aws:ec2/natGateway:NatGateway", "nat", "network", object{"region": "us-east-1"})
	for name, c := range map[string]struct {
		resources    []Resource
		region, want string
	}{
		"the provider's":                     {[]Resource{provider("us-east-2"), gateway}, "us-east-2", "us-east-2"},
		"its own":                            {[]Resource{provider("us-east-2"), own}, "us-east-2", "us-east-1"},
		"of two providers, the resource's":   {[]Resource{provider("us-east-2"), second, behind}, "", "us-east-1"},
		"of two providers, nobody's":         {[]Resource{provider("us-east-2"), second, gateway}, "", "the region is not known: the stack has AWS providers of several regions"},
		"of no provider":                     {[]Resource{gateway}, "", "the region is not known: the stack has no AWS provider of its own"},
		"of a provider without one":          {[]Resource{provider(nil), gateway}, "", "the AWS provider's region is not set"},
		"of a provider that is not known":    {[]Resource{provider(Unknown), gateway}, "", "the AWS provider's region is not known before the deployment"},
		"of which there are no prices":       {[]Resource{provider("mars-north-1"), gateway}, "mars-north-1", "the table has no prices of region mars-north-1"},
		"of several providers in one region": {[]Resource{provider("us-east-2"), thing("pulumi:providers:aws", "other", "", object{"region": "us-east-2"}), gateway}, "us-east-2", "us-east-2"},
	} {
		t.Run(name, func(t *testing.T) {
			e := estimate(t, c.resources...)
			require.Equal(t, c.region, e.Region)
			if len(e.Lines) == 1 {
				require.Equal(t, c.want, e.Lines[0].Price.Region)
				return
			}
			require.Equal(t, map[string]string{"NAT gateway": c.want}, reasons(e))
			require.Equal(t, strings.Contains(c.want, "not known before"), e.Unpriced[0].Unknown)
		})
	}
}

func TestOf_NamesTheTopmostComponent(t *testing.T) {
	below := func(name, parent string) Resource {
		r := thing("aws:kms/key:Key", name, "", object{})
		r.Parent = parent
		return r
	}
	inner := thing("satkube:x:Inner", "inner", "outer", nil)
	round, trip := thing("satkube:x:X", "round", "trip", nil), thing("satkube:x:X", "trip", "round", nil)
	e := estimate(t, provider("us-east-2"), component("outer"), inner, round, trip,
		below("deep", inner.URN), below("top", stackURN), below("bare", ""), below("orphan", urnOf("satkube:x:X", "gone")), below("dizzy", round.URN))
	found := map[string]string{}
	for _, line := range e.Lines {
		found[line.URN[strings.LastIndex(line.URN, "::")+2:]] = line.Component
	}
	require.Equal(t, "outer", found["deep"])
	require.Equal(t, "top", found["top"])
	require.Equal(t, "bare", found["bare"])
	require.Equal(t, "gone", found["orphan"])
	require.Contains(t, []string{"round", "trip"}, found["dizzy"])
}

func TestOf_RefusesTwoResourcesOfOneURN(t *testing.T) {
	_, err := Of([]Resource{provider("us-east-2"), provider("us-east-2")})
	require.EqualError(t, err, "resource "+provider("").URN+": it is listed twice, want each resource once")
}

// What is billed by use is listed, with its price where there is one, and adds nothing.
func TestOf_ListsUsageWithoutAnAmount(t *testing.T) {
	e := estimate(t, provider("us-east-2"), thing("aws:cloudwatch/logGroup:LogGroup", "logs", "network", object{}),
		thing("aws:kms/key:Key", "key", "keys", object{"enableKeyRotation": true}), controlPlane("EXTENDED"))
	require.Equal(t, "$74.00", e.Total().String())
	var listed []string
	for _, line := range e.Usage {
		require.Zero(t, line.Monthly)
		require.Zero(t, line.Quantity)
		require.Equal(t, "billed by use: usage is not included", line.Reason)
		listed = append(listed, line.Component+" "+line.What+" "+line.Price.Key)
	}
	require.Equal(t, []string{
		"network gigabytes written to the log group logs/ingested-gb", "network gigabytes kept in the log group logs/stored-gb",
		"keys older versions of the key, after its rotations kms/key", "keys requests to the key ",
		"cluster EKS control plane once its version leaves standard support, instead of the hour above eks/extended-hour",
	}, listed)
}

func TestOf_LeavesOutLoadBalancersOfAnotherClass(t *testing.T) {
	e := estimate(t, provider("us-east-2"),
		thing("kubernetes:core/v1:Service", "public", "", object{"spec": object{"type": "LoadBalancer", "loadBalancerClass": "satkube.com/outside"}}),
		thing("kubernetes:core/v1:Service", "inside", "", object{"spec": object{"type": "ClusterIP"}}))
	require.Empty(t, e.Unpriced)
	require.Empty(t, e.Lines)
}

func TestOf_CountsAddressesOfALoadBalancerThatItsOwnerDoesNotBring(t *testing.T) {
	lb := thing("aws:lb/loadBalancer:LoadBalancer", "lb", "network", object{"subnetMappings": list{
		object{"subnetId": Unknown, "allocationId": Unknown}, object{"subnetId": Unknown},
	}})
	e := estimate(t, provider("us-east-2"), lb)
	require.Equal(t, "1 public IPv4 addresses of the load balancer", e.Lines[1].What)
	require.Equal(t, Money(3_650_000), e.Lines[1].Monthly)
}

// Numbers of a log are floats, or keep their digits, as the reader likes.
func TestOf_ReadsWhatAnEventLogHolds(t *testing.T) {
	const logged = `{"scalingConfig":{"desiredSize":2},"instanceTypes":["m7g.large"],"launchTemplate":{"id":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"}}`
	var inputs object
	require.NoError(t, json.Unmarshal([]byte(logged), &inputs))
	r := thing("aws:eks/nodeGroup:NodeGroup", "g", "cluster", inputs)
	e := estimate(t, provider("us-east-2"), template("g", 4), r)
	require.Equal(t, "2 × m7g.large", e.Lines[0].What)
	decoder := json.NewDecoder(strings.NewReader(logged))
	decoder.UseNumber()
	var numbers object
	require.NoError(t, decoder.Decode(&numbers))
	r.Inputs = numbers
	require.Equal(t, e, estimate(t, provider("us-east-2"), template("g", 4), r))
}

func TestDifference_ComparesByComponent(t *testing.T) {
	before := Estimate{Lines: []Line{{Component: "cluster", Monthly: 100}, {Component: "network", Monthly: 5}, {Component: "keys", Monthly: 3}, {Component: "network", Monthly: 2}}}
	after := Estimate{Lines: []Line{{Component: "cluster", Monthly: 90}, {Component: "keys", Monthly: 3}, {Component: "ingress", Monthly: 16}}}
	changes := Difference(before, after)
	require.Equal(t, []Change{{"cluster", 100, 90}, {"ingress", 0, 16}, {"network", 7, 0}}, changes)
	require.Equal(t, []Money{-10, 16, -7}, []Money{changes[0].By(), changes[1].By(), changes[2].By()})
	require.Empty(t, Difference(before, before))
}
