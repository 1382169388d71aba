package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// A comment that begins with "Refused" and a path is also a line of docs/configuration.md (see ./reference).

// validate records every rule that the settings break, whatever else is wrong with them.
func (p Platform) validate(found *mistakes) {
	checkCluster(p.Cluster, found)
	if p.Cluster.EKS != nil && found.clean("cluster.eks") {
		checkRegion(*p.Cluster.EKS, found)
		checkNetwork(p.Cluster.EKS.Network, found)
		checkPublicCIDRs(p.Cluster.EKS.PublicCIDRs, found)
		checkPrincipals(*p.Cluster.EKS, found)
		checkBoundary(*p.Cluster.EKS, found)
		checkLogRetention(*p.Cluster.EKS, found)
		checkPools(p, found)
	}
	checkTags(p.Tags, found)
	if p.Monitoring != nil && found.clean("monitoring") {
		checkMonitoring(p, found)
	}
	if p.Logging != nil && found.clean("logging") {
		checkLogging(p, found)
	}
	if p.Ingress != nil && found.clean("ingress") {
		checkIngress(p, found)
	}
	checkNodes(p, found)
}

// checkTags applies the limits of AWS' tagging.
func checkTags(tags map[string]string, found *mistakes) {
	// Refused tags: more than 40. AWS allows 50 on a resource, and SatKube and EKS set some of their own.
	if len(tags) > 40 {
		found.addText("tags", fmt.Sprintf("%d tags", len(tags)), "at most 40")
		return
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		path := join("tags", key)
		switch {
		// Refused tags: a key that is empty or longer than 128 characters, or a value longer than 256 (AWS' limits).
		case key == "" || utf8.RuneCountInString(key) > 128:
			found.add(path, tags[key], "a key of 1 to 128 characters")
		case utf8.RuneCountInString(tags[key]) > 256:
			found.add(path, tags[key], "a value of at most 256 characters")
		// Refused tags: a key that begins with aws:, in any case. AWS keeps that prefix for itself.
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			found.add(path, tags[key], "a key without the prefix aws:, which AWS keeps for itself")
		// Refused tags: characters other than letters, digits, spaces and _ . : / = + - @, which some AWS services turn down.
		case !taggable(key):
			found.add(path, tags[key], "a key of letters, digits, spaces and _ . : / = + - @")
		case !taggable(tags[key]):
			found.add(path, tags[key], "a value of letters, digits, spaces and _ . : / = + - @")
		}
	}
}
