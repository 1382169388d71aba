package aws

import (
	"fmt"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// invoke answers the provider's functions.
func invoke(token string, c *standin.Call) (map[string]any, error) {
	region := regionOf(c)
	switch token {
	case "aws:index/getPartition:getPartition":
		partition := partitionOf(region)
		return map[string]any{
			"id": partition, "partition": partition, "dnsSuffix": dnsSuffix(region), "reverseDnsPrefix": reversed(dnsSuffix(region)),
		}, nil
	case "aws:index/getRegion:getRegion":
		if region == "" {
			return nil, validRegion(c)
		}
		return map[string]any{
			"id": region, "name": region, "region": region, "description": region, "endpoint": "ec2." + region + "." + dnsSuffix(region),
		}, nil
	case "aws:index/getCallerIdentity:getCallerIdentity":
		return map[string]any{
			"id": account, "accountId": account, "userId": "AIDASANDBOXSANDBOX00", "arn": globalARN(c, "iam", "user/sandbox"),
		}, nil
	case "aws:index/getAvailabilityZones:getAvailabilityZones":
		return availabilityZones(c)
	case "aws:index/getServicePrincipal:getServicePrincipal":
		service := c.String("serviceName")
		return map[string]any{
			"id": service + "." + region + ".amazonaws.com", "name": service + ".amazonaws.com", "region": region,
			"serviceName": service, "suffix": "amazonaws.com",
		}, nil
	case "aws:iam/getPolicyDocument:getPolicyDocument":
		return policyDocument(c)
	}
	return nil, fmt.Errorf("%s has no stand-in: add it to sandbox/aws/invoke.go", token)
}

func availabilityZones(c *standin.Call) (map[string]any, error) {
	region := regionOf(c)
	if region == "" {
		return nil, validRegion(c)
	}
	if len(c.List("filters")) > 0 {
		for _, f := range c.List("filters") {
			if m, _ := c.PlainOf(f).(map[string]any); m["name"] != "opt-in-status" {
				return nil, fmt.Errorf("getAvailabilityZones: filter %v has no stand-in: add it to sandbox/aws/invoke.go", m["name"])
			}
		}
	}
	names, ids := []any{}, []any{}
	excludedNames, excludedIDs := c.Strings("excludeNames"), c.Strings("excludeZoneIds")
	for _, z := range zones(region) {
		if slices.Contains(excludedNames, z.name) || slices.Contains(excludedIDs, z.id) {
			continue
		}
		names, ids = append(names, z.name), append(ids, z.id)
	}
	out := map[string]any{"id": region, "region": region, "names": names, "zoneIds": ids, "groupNames": []any{region}}
	for _, echoed := range []string{"state", "allAvailabilityZones", "excludeNames", "excludeZoneIds", "filters"} {
		if v := c.Plain(echoed); v != nil {
			out[echoed] = v
		}
	}
	return out, nil
}

func dnsSuffix(region string) string {
	if partitionOf(region) == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

func reversed(domain string) string {
	parts := strings.Split(domain, ".")
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}
