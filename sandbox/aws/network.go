package aws

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

const (
	vpcType    = "aws:ec2/vpc:Vpc"
	subnetType = "aws:ec2/subnet:Subnet"
)

// networkKinds are a VPC and what routes in it.
func networkKinds() map[string]*standin.Kind {
	return map[string]*standin.Kind{
		vpcType: regional(tagged(&standin.Kind{
			Immutable: []string{"cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"},
			Refuse: []standin.Rule{
				prefixLength("cidrBlock", 16, 28), needsRange, oneOf("instanceTenancy", "default", "dedicated", "host"),
			},
			ID:    newID("vpc"),
			Facts: map[string]standin.Output{"cidr": input("cidrBlock")},
			Outputs: map[string]standin.Output{
				"arn":                    byID("ec2", "vpc/"),
				"defaultNetworkAclId":    ofVPC("acl"),
				"defaultRouteTableId":    ofVPC("rtb"),
				"defaultSecurityGroupId": ofVPC("sg"),
				"mainRouteTableId":       ofVPC("rtb"),
				"dhcpOptionsId":          constant("dopt-0a1b2c3d4e5f60718"),
				"ipv6AssociationId":      constant(""),
				"ownerId":                owner,
			},
			Defaults: map[string]standin.Output{
				"instanceTenancy": constant("default"), "enableDnsSupport": constant(true), "enableDnsHostnames": constant(false),
				"enableNetworkAddressUsageMetrics": constant(false), "ipv6CidrBlock": constant(""),
				"ipv6CidrBlockNetworkBorderGroup": constant(""),
			},
		})),
		subnetType: regional(tagged(&standin.Kind{
			Required: []string{"vpcId"},
			Immutable: []string{
				"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn", "customerOwnedIpv4Pool",
			},
			Refuse:       []standin.Rule{prefixLength("cidrBlock", 16, 28), zoneOfRegion},
			RefuseCreate: []standin.Rule{insideVPC, apartFromOthers},
			ID:           newID("subnet"),
			Facts: map[string]standin.Output{
				"vpc": input("vpcId"), "cidr": input("cidrBlock"), "zone": input("availabilityZone"),
			},
			Outputs: map[string]standin.Output{
				"arn": byID("ec2", "subnet/"), "ipv6CidrBlockAssociationId": constant(""), "ownerId": owner,
			},
			Defaults: map[string]standin.Output{
				"availabilityZone":                        func(c *standin.Call) any { return zones(regionOf(c))[0].name },
				"availabilityZoneId":                      zoneID,
				"mapPublicIpOnLaunch":                     constant(false),
				"assignIpv6AddressOnCreation":             constant(false),
				"enableDns64":                             constant(false),
				"ipv6Native":                              constant(false),
				"enableResourceNameDnsARecordOnLaunch":    constant(false),
				"enableResourceNameDnsAaaaRecordOnLaunch": constant(false),
				"privateDnsHostnameTypeOnLaunch":          constant("ip-name"),
			},
		})),
		"aws:ec2/internetGateway:InternetGateway": regional(tagged(&standin.Kind{
			ID:       newID("igw"),
			Outputs:  map[string]standin.Output{"arn": byID("ec2", "internet-gateway/"), "ownerId": owner},
			Defaults: map[string]standin.Output{"vpcId": constant("")},
		})),
		"aws:ec2/eip:Eip": regional(tagged(&standin.Kind{
			Immutable: []string{"domain", "networkBorderGroup", "publicIpv4Pool", "address", "customerOwnedIpv4Pool", "ipamPoolId"},
			Refuse:    []standin.Rule{oneOf("domain", "vpc", "standard")},
			ID:        newID("eipalloc"),
			Outputs: map[string]standin.Output{
				"allocationId": func(c *standin.Call) any { return c.IDOf() },
				"arn":          byID("ec2", "elastic-ip/"), "associationId": constant(""), "carrierIp": constant(""),
				"customerOwnedIp": constant(""), "privateDns": constant(""), "privateIp": constant(""), "ptrRecord": constant(""),
				"publicDns": func(c *standin.Call) any {
					return "ec2-" + strings.ReplaceAll(publicAddress(c), ".", "-") + "." + regionOf(c) + ".compute.amazonaws.com"
				},
				"publicIp": func(c *standin.Call) any { return publicAddress(c) },
			},
			Defaults: map[string]standin.Output{
				"domain": constant("vpc"), "networkBorderGroup": func(c *standin.Call) any { return regionOf(c) },
				"publicIpv4Pool": constant("amazon"), "instance": constant(""), "networkInterface": constant(""),
			},
		})),
		"aws:ec2/natGateway:NatGateway": regional(tagged(&standin.Kind{
			Required:  []string{"subnetId"},
			Immutable: []string{"allocationId", "connectivityType", "privateIp", "subnetId"},
			Refuse:    []standin.Rule{oneOf("connectivityType", "public", "private"), publicNeedsAddress},
			ID:        newID("nat"),
			Outputs: map[string]standin.Output{
				"associationId":      func(c *standin.Call) any { return "eipassoc-" + c.Hex("association", 17) },
				"networkInterfaceId": func(c *standin.Call) any { return "eni-" + c.Hex("interface", 17) },
				"publicIp":           func(c *standin.Call) any { return publicAddress(c) },
			},
			Defaults: map[string]standin.Output{
				"connectivityType": constant("public"),
				"privateIp":        func(c *standin.Call) any { return "10.0.0." + fmt.Sprint(4+number(c, "private")%250) },
			},
		})),
		"aws:ec2/routeTable:RouteTable": regional(tagged(&standin.Kind{
			Required:  []string{"vpcId"},
			Immutable: []string{"vpcId"},
			ID:        newID("rtb"),
			Outputs:   map[string]standin.Output{"arn": byID("ec2", "route-table/"), "ownerId": owner},
			Defaults:  map[string]standin.Output{"routes": constant([]any{}), "propagatingVgws": constant([]any{})},
		})),
		"aws:ec2/route:Route": regional(&standin.Kind{
			Required:  []string{"routeTableId"},
			Immutable: []string{"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"},
			Refuse:    []standin.Rule{oneDestination, oneTarget},
			Claims: func(c *standin.Call) []string {
				return []string{"route " + c.String("routeTableId") + " " + destination(c)}
			},
			ID: func(c *standin.Call) string {
				return "r-" + c.String("routeTableId") + fmt.Sprint(hash(destination(c)))
			},
			Outputs: map[string]standin.Output{
				"instanceId": constant(""), "instanceOwnerId": constant(""), "origin": constant("CreateRoute"),
				"state": constant("active"),
			},
		}),
		"aws:ec2/routeTableAssociation:RouteTableAssociation": regional(&standin.Kind{
			Required:  []string{"routeTableId"},
			Immutable: []string{"subnetId", "gatewayId"},
			Refuse:    []standin.Rule{exactlyOne("subnetId", "gatewayId")},
			Claims: func(c *standin.Call) []string {
				return []string{"route table association of " + c.String("subnetId") + c.String("gatewayId")}
			},
			ID: newID("rtbassoc"),
		}),
		"aws:ec2/defaultRouteTable:DefaultRouteTable": regional(tagged(&standin.Kind{
			Required:  []string{"defaultRouteTableId"},
			Immutable: []string{"defaultRouteTableId"},
			ID:        idFrom("defaultRouteTableId"),
			Outputs: map[string]standin.Output{
				"arn": byID("ec2", "route-table/"), "ownerId": owner, "vpcId": vpcWith("rtb", "defaultRouteTableId"),
			},
			Defaults: map[string]standin.Output{"routes": constant([]any{})},
		})),
		"aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": regional(tagged(&standin.Kind{
			Required:  []string{"defaultNetworkAclId"},
			Immutable: []string{"defaultNetworkAclId"},
			ID:        idFrom("defaultNetworkAclId"),
			Outputs: map[string]standin.Output{
				"arn": byID("ec2", "network-acl/"), "ownerId": owner, "vpcId": vpcWith("acl", "defaultNetworkAclId"),
			},
		})),
		"aws:ec2/vpcEndpoint:VpcEndpoint": regional(tagged(&standin.Kind{
			Required: []string{"vpcId"},
			Immutable: []string{
				"vpcId", "serviceName", "vpcEndpointType", "serviceRegion", "resourceConfigurationArn", "serviceNetworkArn",
			},
			Refuse: []standin.Rule{
				oneOf("vpcEndpointType", "Gateway", "Interface", "GatewayLoadBalancer", "Resource", "ServiceNetwork"),
				interfaceNeedsSubnets, gatewayTakesNoSubnets, validDocument("policy"),
			},
			ID: newID("vpce"),
			Outputs: map[string]standin.Output{
				"arn": byID("ec2", "vpc-endpoint/"), "ownerId": owner, "requesterManaged": constant(false),
				"state": constant("available"), "cidrBlocks": endpointRanges, "dnsEntries": endpointNames,
				"networkInterfaceIds": endpointInterfaces, "prefixListId": endpointPrefixList,
			},
			Defaults: map[string]standin.Output{
				"vpcEndpointType": constant("Gateway"), "privateDnsEnabled": constant(false), "routeTableIds": constant([]any{}),
				"securityGroupIds": constant([]any{}), "subnetIds": constant([]any{}), "ipAddressType": constant("ipv4"),
				"policy":        constant(`{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}`),
				"serviceRegion": func(c *standin.Call) any { return regionOf(c) },
			},
		})),
		"aws:ec2/flowLog:FlowLog": regional(tagged(&standin.Kind{
			Immutable: []string{
				"deliverCrossAccountRole", "destinationOptions", "eniId", "iamRoleArn", "logDestination", "logDestinationType", "logFormat",
				"maxAggregationInterval", "subnetId", "trafficType", "transitGatewayAttachmentId", "transitGatewayId", "vpcId",
			},
			Refuse: []standin.Rule{
				exactlyOne("vpcId", "subnetId", "eniId", "transitGatewayId", "transitGatewayAttachmentId"),
				oneOf("trafficType", "ACCEPT", "REJECT", "ALL"),
				oneOf("logDestinationType", "cloud-watch-logs", "s3", "kinesis-data-firehose"), aggregationInterval, needsTrafficType,
			},
			ID:      newID("fl"),
			Outputs: map[string]standin.Output{"arn": byID("ec2", "vpc-flow-log/")},
			Defaults: map[string]standin.Output{
				"logDestinationType": constant("cloud-watch-logs"), "maxAggregationInterval": constant(600),
				"logFormat": constant("${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} " +
					"${packets} ${bytes} ${start} ${end} ${action} ${log-status}"),
			},
		})),
	}
}

// ofVPC is an output that names something made together with the VPC.
func ofVPC(prefix string) standin.Output {
	return func(c *standin.Call) any { return belonging(c, prefix, c.IDOf()) }
}

// vpcWith finds the VPC that owns a default object.
func vpcWith(prefix, property string) standin.Output {
	return func(c *standin.Call) any {
		wanted := c.String(property)
		vpcs, err := c.Cloud.OfType(c.Stack(), vpcType)
		if err != nil {
			return ""
		}
		for _, vpc := range vpcs {
			if belonging(c, prefix, vpc.ID) == wanted {
				return vpc.ID
			}
		}
		return ""
	}
}

func needsRange(c *standin.Call) error {
	if !c.Has("cidrBlock") && !c.Has("ipv4IpamPoolId") {
		return fmt.Errorf("%s: cidrBlock is missing, want one or ipv4IpamPoolId", c.Name)
	}
	return nil
}

// prefixLength refuses an IPv4 range that AWS would not take.
func prefixLength(property string, shortest, longest int) standin.Rule {
	return func(c *standin.Call) error {
		text := c.String(property)
		if text == "" {
			return nil
		}
		p, err := netip.ParsePrefix(text)
		switch {
		case err != nil || !p.Addr().Is4():
			return fmt.Errorf("%s: %s is %q, want an IPv4 range such as 10.0.0.0/16", c.Name, property, text)
		case p.Masked() != p:
			return fmt.Errorf("%s: %s is %q, want the first address of the range, %s", c.Name, property, text, p.Masked())
		case p.Bits() < shortest || p.Bits() > longest:
			return fmt.Errorf("%s: %s is /%d, want /%d to /%d", c.Name, property, p.Bits(), shortest, longest)
		}
		return nil
	}
}

func zoneOfRegion(c *standin.Call) error {
	zone, region := c.String("availabilityZone"), regionOf(c)
	if zone == "" || region == "" {
		return nil
	}
	for _, z := range zones(region) {
		if z.name == zone {
			return nil
		}
	}
	return fmt.Errorf("%s: availabilityZone is %q, want a zone of %s", c.Name, zone, region)
}

func zoneID(c *standin.Call) any {
	zone := c.String("availabilityZone")
	for i, z := range zones(regionOf(c)) {
		if z.name == zone || zone == "" && i == 0 {
			return z.id
		}
	}
	return ""
}

// insideVPC refuses a subnet outside its VPC. A VPC that the sandbox did not make cannot be looked up.
func insideVPC(c *standin.Call) error {
	vpc, found, err := c.Cloud.Find(c.Stack(), vpcType, c.String("vpcId"))
	if err != nil || !found {
		return err
	}
	outer, errOuter := netip.ParsePrefix(vpc.Facts["cidr"])
	inner, errInner := netip.ParsePrefix(c.String("cidrBlock"))
	if errOuter != nil || errInner != nil {
		return nil
	}
	if !outer.Contains(inner.Addr()) || inner.Bits() < outer.Bits() {
		return fmt.Errorf("cidrBlock %s is outside the VPC's %s", inner, outer)
	}
	return nil
}

func apartFromOthers(c *standin.Call) error {
	mine, err := netip.ParsePrefix(c.String("cidrBlock"))
	if err != nil {
		return nil
	}
	subnets, err := c.Cloud.OfType(c.Stack(), subnetType)
	if err != nil {
		return err
	}
	for _, s := range subnets {
		if s.Facts["vpc"] != c.String("vpcId") {
			continue
		}
		if other, err := netip.ParsePrefix(s.Facts["cidr"]); err == nil && other.Overlaps(mine) {
			return fmt.Errorf("cidrBlock %s overlaps %s of subnet %s", mine, other, s.ID)
		}
	}
	return nil
}

func publicNeedsAddress(c *standin.Call) error {
	if c.String("connectivityType") != "private" && !c.Has("allocationId") {
		return fmt.Errorf("%s: allocationId is missing, want one for a public NAT gateway", c.Name)
	}
	return nil
}

func destination(c *standin.Call) string {
	return c.String("destinationCidrBlock") + c.String("destinationIpv6CidrBlock") + c.String("destinationPrefixListId")
}

func oneDestination(c *standin.Call) error {
	return exactlyOne("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")(c)
}

func oneTarget(c *standin.Call) error {
	return exactlyOne("carrierGatewayId", "coreNetworkArn", "egressOnlyGatewayId", "gatewayId", "localGatewayId", "natGatewayId",
		"networkInterfaceId", "transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId")(c)
}

// exactlyOne refuses none or several of a group of properties. One that is not known yet counts as given: which property it is
// does not depend on its value.
func exactlyOne(properties ...string) standin.Rule {
	return func(c *standin.Call) error {
		var given []string
		for _, p := range properties {
			if c.Given(p) {
				given = append(given, p)
			}
		}
		if len(given) != 1 {
			return fmt.Errorf("%s: %d of %s are given, want exactly one", c.Name, len(given), strings.Join(properties, ", "))
		}
		return nil
	}
}

func interfaceNeedsSubnets(c *standin.Call) error {
	if c.String("vpcEndpointType") == "Interface" && c.Has("subnetIds") && len(c.List("subnetIds")) == 0 {
		return fmt.Errorf("%s: subnetIds is empty, want at least one subnet for an Interface endpoint", c.Name)
	}
	if c.String("vpcEndpointType") == "Interface" && !c.Has("subnetIds") && !c.Has("subnetConfigurations") {
		return fmt.Errorf("%s: subnetIds is missing, want at least one subnet for an Interface endpoint", c.Name)
	}
	return nil
}

func gatewayTakesNoSubnets(c *standin.Call) error {
	if t := c.String("vpcEndpointType"); (t == "" || t == "Gateway") && (c.Given("subnetIds") || c.Given("securityGroupIds")) {
		return fmt.Errorf("%s: a Gateway endpoint takes routeTableIds, not subnetIds or securityGroupIds", c.Name)
	}
	return nil
}

func gateway(c *standin.Call) bool {
	t := c.String("vpcEndpointType")
	return t == "" || t == "Gateway"
}

func endpointRanges(c *standin.Call) any {
	if !gateway(c) {
		return []any{}
	}
	return []any{"198.51.100.0/24"}
}

func endpointNames(c *standin.Call) any {
	if gateway(c) {
		return []any{}
	}
	service := c.String("serviceName")
	short := service[strings.LastIndex(service, ".")+1:]
	return []any{map[string]any{
		"dnsName":      fmt.Sprintf("%s-%s.%s.%s.vpce.amazonaws.com", c.IDOf(), c.Hex("dns", 8), short, regionOf(c)),
		"hostedZoneId": "Z" + strings.ToUpper(c.Hex("zone", 13)),
	}}
}

func endpointInterfaces(c *standin.Call) any {
	out := []any{}
	if !gateway(c) {
		for _, subnet := range c.Strings("subnetIds") {
			out = append(out, "eni-"+c.Hex(subnet, 17))
		}
	}
	return out
}

func endpointPrefixList(c *standin.Call) any {
	if !gateway(c) {
		return ""
	}
	return "pl-" + c.Hex("prefixes", 8)
}

func aggregationInterval(c *standin.Call) error {
	if n, given := c.Number("maxAggregationInterval"); given && n != 60 && n != 600 {
		return fmt.Errorf("%s: maxAggregationInterval is %v, want 60 or 600", c.Name, n)
	}
	return nil
}

func needsTrafficType(c *standin.Call) error {
	if !c.Given("transitGatewayId") && !c.Given("transitGatewayAttachmentId") && !c.Given("trafficType") {
		return errors.New(c.Name + ": trafficType is missing, want ACCEPT, REJECT or ALL")
	}
	return nil
}

// publicAddress is one of the ranges that are reserved for documentation.
func publicAddress(c *standin.Call) string {
	return fmt.Sprintf("203.0.113.%d", 1+number(c, "public")%254)
}

func number(c *standin.Call, label string) int {
	n := 0
	for _, digit := range c.Hex(label, 4) {
		n = n*16 + strings.IndexRune("0123456789abcdef", digit)
	}
	return n
}

// hash is the number by which the genuine provider tells the routes of a table apart.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for _, b := range []byte(s) {
		h = (h ^ uint32(b)) * 16777619
	}
	return h
}
