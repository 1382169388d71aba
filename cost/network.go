package cost

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

func (c *counter) natGateway(r Resource) {
	c.line(r, "NAT gateway", "nat/hour", hours)
	c.usage(r, "gigabytes through the NAT gateway", "nat/gb")
}

// address counts an Elastic IP, which costs the same whether anything uses it. Addresses that the owner has brought cost nothing.
func (c *counter) address(r Resource) {
	pool, err := r.at("publicIpv4Pool").textOr("amazon")
	switch {
	case err != nil:
		c.unpriced(r, "public IPv4 address", err)
	case pool != "amazon":
		c.unpriced(r, "public IPv4 address", errors.New("whose pool it comes from is not known: AWS asks nothing for an owner's own"))
	default:
		c.line(r, "public IPv4 address", "ipv4/hour", hours)
	}
}

// endpoint counts an interface endpoint in each of its zones. Gateway endpoints cost nothing.
func (c *counter) endpoint(r Resource) {
	kind, err := r.at("vpcEndpointType").textOr("Gateway")
	switch {
	case err != nil:
		c.unpriced(r, "VPC endpoint", err)
	case kind == "Interface":
		// Without a price, how many zones there are does not matter.
		_, err := c.price(r, "endpoint/hour")
		zones, unclear := r.at("subnetIds").some()
		if err = cmp.Or(err, unclear); err != nil {
			c.unpriced(r, "interface endpoint", err)
			return
		}
		c.line(r, fmt.Sprintf("interface endpoint in %d zones", len(zones)), "endpoint/hour", int64(len(zones))*hours)
		c.usage(r, "gigabytes through the interface endpoint", "endpoint/gb")
	case kind != "Gateway":
		c.unpriced(r, "VPC endpoint", errors.New("the table has prices of interface endpoints only"))
	}
}

// loadBalancer counts the hours of a load balancer and, where it faces the internet, an address in each of its zones.
func (c *counter) loadBalancer(r Resource) {
	kind, err := r.at("loadBalancerType").textOr("application")
	if err != nil {
		c.unpriced(r, "load balancer", err)
		return
	}
	if kind != "application" && kind != "network" {
		c.unpriced(r, "load balancer", errors.New("the table has prices of application and network load balancers only"))
		return
	}
	c.line(r, kind+" load balancer", "lb/"+kind+"-hour", hours)
	c.usage(r, "capacity units of the "+kind+" load balancer", "lb/"+kind+"-lcu")
	internal, err := r.at("internal").flag()
	if err != nil {
		c.unpriced(r, "public addresses of the load balancer", err)
		return
	}
	if internal {
		return
	}
	addresses, err := publicAddresses(r)
	if err != nil {
		c.unpriced(r, "public addresses of the load balancer", err)
	} else if addresses > 0 {
		c.line(r, fmt.Sprintf("%d public IPv4 addresses of the load balancer", addresses), "ipv4/hour", addresses*hours)
	}
}

// publicAddresses is how many addresses a load balancer gets from AWS: one in each zone that it has no Elastic IP in.
func publicAddresses(r Resource) (int64, error) {
	if mappings := r.at("subnetMappings"); mappings.given() {
		zones, err := mappings.list()
		var addresses int64
		for _, zone := range zones {
			if zone.unknown() {
				return 0, zone.wrong("")
			}
			if !zone.at("allocationId").given() {
				addresses++
			}
		}
		return addresses, err
	}
	zones, err := r.at("subnets").some()
	return int64(len(zones)), err
}

// service tells of load balancers that a controller in the cluster makes. A class that neither AWS nor EKS serves makes none in AWS.
func (c *counter) service(r Resource) {
	kind, err := r.at("spec", "type").textOr("ClusterIP")
	if err != nil || kind != "LoadBalancer" {
		if errors.Is(err, errUnknown) {
			c.unpriced(r, "load balancer of a Service, if it is one", err)
		}
		return
	}
	class, err := r.at("spec", "loadBalancerClass").textOr("")
	if err == nil && class != "" && !strings.HasPrefix(class, "service.k8s.aws/") && !strings.HasPrefix(class, "eks.amazonaws.com/") {
		return
	}
	c.unpriced(r, "load balancer of a Service", errors.New("which kind the cluster's controller makes is not known here"))
}
