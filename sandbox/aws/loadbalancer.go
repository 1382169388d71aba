package aws

import (
	"fmt"
	"strings"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

const loadBalancerType = "aws:lb/loadBalancer:LoadBalancer"

// loadBalancerKinds are load balancers, what they listen on, and what they send to.
func loadBalancerKinds() map[string]*standin.Kind {
	return map[string]*standin.Kind{
		loadBalancerType: regional(tagged(&standin.Kind{
			Name: "name", NameLimit: 32,
			Immutable: []string{"internal", "loadBalancerType", "name", "namePrefix", "customerOwnedIpv4Pool"},
			Refuse: []standin.Rule{
				oneOf("loadBalancerType", "application", "network", "gateway"), balancerName, hasSubnets,
			},
			RefuseDelete: []standin.Rule{undeletable},
			Claims:       func(c *standin.Call) []string { return []string{"load balancer " + c.String("name")} },
			ID: func(c *standin.Call) string {
				return arn(c, "elasticloadbalancing", "loadbalancer/"+letter(c)+"/"+c.String("name")+"/"+standin.Hex(16))
			},
			Outputs: map[string]standin.Output{
				"arn": id, "arnSuffix": suffix("loadbalancer/"), "vpcId": func(c *standin.Call) any { return vpcOfSubnets(c, "subnets") },
				"zoneId": func(c *standin.Call) any { return "Z" + strings.ToUpper(c.Hex("zone", 13)) },
				"dnsName": func(c *standin.Call) any {
					host := c.String("name") + "-" + c.Hex("dns", 16) + ".elb." + regionOf(c) + ".amazonaws.com"
					if c.Plain("internal") == true {
						return "internal-" + host
					}
					return host
				},
			},
			Defaults: map[string]standin.Output{
				"name": generated, "namePrefix": constant(""), "loadBalancerType": constant("application"), "internal": constant(false),
				"enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": constant("on"), "ipAddressType": constant("ipv4"),
				"secondaryIpsAutoAssignedPerSubnet": constant(0), "securityGroups": constant([]any{}), "subnetMappings": constant([]any{}),
			},
		})),
		"aws:lb/targetGroup:TargetGroup": regional(tagged(&standin.Kind{
			Name: "name", NameLimit: 32,
			Immutable: []string{"ipAddressType", "name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId"},
			Refuse: []standin.Rule{
				oneOf("protocol", "GENEVE", "HTTP", "HTTPS", "TCP", "TCP_UDP", "TLS", "UDP", "QUIC", "TCP_QUIC"),
				oneOf("targetType", "instance", "ip", "lambda", "alb"), between(1, 65535, "port"), between(0, 3600, "deregistrationDelay"),
				between(5, 300, "healthCheck", "interval"), between(2, 10, "healthCheck", "healthyThreshold"),
				between(2, 10, "healthCheck", "unhealthyThreshold"), checkInTime, balancerName,
			},
			Claims: func(c *standin.Call) []string { return []string{"target group " + c.String("name")} },
			ID: func(c *standin.Call) string {
				return arn(c, "elasticloadbalancing", "targetgroup/"+c.String("name")+"/"+standin.Hex(16))
			},
			Outputs: map[string]standin.Output{"arn": id, "arnSuffix": suffix(""), "loadBalancerArns": constant([]any{})},
			Defaults: map[string]standin.Output{
				"name": generated, "namePrefix": constant(""), "connectionTermination": constant(false), "ipAddressType": constant("ipv4"),
				"loadBalancingAlgorithmType": constant(""), "loadBalancingAnomalyMitigation": constant(""),
				"loadBalancingCrossZoneEnabled": constant("use_load_balancer_configuration"), "preserveClientIp": constant("true"),
				"protocolVersion": constant(""), "stickiness": constant(map[string]any{"enabled": false, "type": "source_ip"}),
				"targetFailovers": constant([]any{}), "targetHealthStates": constant([]any{}), "healthCheck": constant(map[string]any{"enabled": true}),
				"targetGroupHealth": constant(map[string]any{}),
			},
		})),
		"aws:lb/listener:Listener": regional(tagged(&standin.Kind{
			Required:  []string{"defaultActions", "loadBalancerArn"},
			Immutable: []string{"loadBalancerArn"},
			Refuse: []standin.Rule{
				oneOf("protocol", "HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"), between(1, 65535, "port"), certified,
			},
			// The listener's ARN is that of its load balancer, under another word, and an id more.
			ID: func(c *standin.Call) string {
				return strings.Replace(c.String("loadBalancerArn"), ":loadbalancer/", ":listener/", 1) + "/" + standin.Hex(16)
			},
			Outputs: map[string]standin.Output{"arn": id},
			Defaults: withHeaders(map[string]standin.Output{
				"protocol": constant("HTTP"), "sslPolicy": constant(""), "mutualAuthentication": constant(map[string]any{"mode": "off"}),
				"routingHttpResponseServerEnabled": constant(false), "tcpIdleTimeoutSeconds": constant(350),
			}),
		})),
		"aws:autoscaling/attachment:Attachment": regional(&standin.Kind{
			Required:  []string{"autoscalingGroupName"},
			Immutable: []string{"autoscalingGroupName", "elb", "lbTargetGroupArn"},
			Refuse:    []standin.Rule{exactlyOne("elb", "lbTargetGroupArn")},
			ID:        func(c *standin.Call) string { return c.String("autoscalingGroupName") + "-" + standin.Hex(26) },
		}),
	}
}

// withHeaders adds the names and values of headers that only application load balancers have.
func withHeaders(outputs map[string]standin.Output) map[string]standin.Output {
	for _, name := range []string{
		"MtlsClientcertHeaderName", "MtlsClientcertIssuerHeaderName", "MtlsClientcertLeafHeaderName", "MtlsClientcertSerialNumberHeaderName",
		"MtlsClientcertSubjectHeaderName", "MtlsClientcertValidityHeaderName", "TlsCipherSuiteHeaderName", "TlsVersionHeaderName",
	} {
		outputs["routingHttpRequestXAmzn"+name] = constant("")
	}
	for _, name := range []string{
		"AccessControlAllowCredentials", "AccessControlAllowHeaders", "AccessControlAllowMethods", "AccessControlAllowOrigin",
		"AccessControlExposeHeaders", "AccessControlMaxAge", "ContentSecurityPolicy", "StrictTransportSecurity", "XContentTypeOptions",
		"XFrameOptions",
	} {
		outputs["routingHttpResponse"+name+"HeaderValue"] = constant("")
	}
	return outputs
}

func id(c *standin.Call) any { return c.IDOf() }

// letter is how ARNs tell the kinds of load balancers apart.
func letter(c *standin.Call) string {
	switch c.String("loadBalancerType") {
	case "network":
		return "net"
	case "gateway":
		return "gwy"
	default:
		return "app"
	}
}

// suffix is the part of the ARN that CloudWatch's metrics are named after.
func suffix(without string) standin.Output {
	return func(c *standin.Call) any {
		parts := strings.SplitN(c.IDOf(), ":", 6)
		return strings.TrimPrefix(parts[len(parts)-1], without)
	}
}

func balancerName(c *standin.Call) error {
	if name := c.String("name"); len(name) > 32 || strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-") || strings.HasPrefix(name, "internal-") {
		return fmt.Errorf("%s: name is %q, want at most 32 characters, no hyphen at either end, and no internal- before", c.Name, name)
	}
	return nil
}

func hasSubnets(c *standin.Call) error {
	if !c.Has("subnets") && !c.Has("subnetMappings") {
		return fmt.Errorf("%s: neither subnets nor subnetMappings is given, want one of them", c.Name)
	}
	return nil
}

func undeletable(c *standin.Call) error {
	if c.Plain("enableDeletionProtection") == true {
		return fmt.Errorf("%s: OperationNotPermitted: load balancer cannot be deleted because deletion protection is enabled", c.Name)
	}
	return nil
}

func checkInTime(c *standin.Call) error {
	every, given := c.Number("healthCheck", "interval")
	timeout, bounded := c.Number("healthCheck", "timeout")
	if given && bounded && timeout >= every {
		return fmt.Errorf("%s: healthCheck.timeout is %v, want less than the interval of %v", c.Name, timeout, every)
	}
	return nil
}

func certified(c *standin.Call) error {
	secure := c.String("protocol") == "TLS" || c.String("protocol") == "HTTPS"
	if secure && !c.Has("certificateArn") {
		return fmt.Errorf("%s: protocol is %s without certificateArn, want a certificate", c.Name, c.String("protocol"))
	}
	if !secure && c.Has("certificateArn") {
		return fmt.Errorf("%s: certificateArn is given with protocol %s, want TLS or HTTPS", c.Name, c.String("protocol"))
	}
	return nil
}
