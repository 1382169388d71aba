package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const (
	wantKind     = "eks or existing"
	wantName     = "1 to 40 lower-case letters, digits and inner hyphens"
	wantRegion   = "an AWS region such as us-east-2"
	wantEKS      = "an object with region and admins, because cluster.kind is eks"
	wantLeftOut  = "it left out, because cluster.kind is "
	wantExisting = `a Kubernetes minor version such as "1.35", 1.30 or newer`
)

var (
	dnsName     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+){1,2}-[1-9]$`)
	versionForm = regexp.MustCompile(`^1\.(3[0-9]|[4-9][0-9])$`)
)

// EKSVersions are the Kubernetes versions that SatKube builds on EKS: in standard support on 2026-11-22 (1.35 until 2027-03-27,
// 1.36 until 2027-08-02; 1.34 ends on 2026-12-02), and with a full set of add-on versions to pin, which components/cluster
// has for 1.35 only.
func EKSVersions() []string { return []string{"1.35"} }

// checkCluster checks where Kubernetes comes from and what it is called.
func checkCluster(c Cluster, found *mistakes) {
	// Refused cluster.kind: anything but eks and existing.
	if c.Kind != KindEKS && c.Kind != KindExisting {
		found.add("cluster.kind", string(c.Kind), wantKind)
	}
	// Refused cluster.eks: left out with kind eks, or given with kind existing, where it would be silently ignored.
	if c.Kind == KindEKS && c.EKS == nil {
		found.missing("cluster.eks", wantEKS)
	}
	if c.Kind == KindExisting && c.EKS != nil {
		found.addText("cluster.eks", "an object", wantLeftOut+"existing")
	}
	// Refused cluster.existing: given with kind eks, where it would be silently ignored.
	if c.Kind == KindEKS && c.Existing != nil {
		found.addText("cluster.existing", "an object", wantLeftOut+"eks")
	}
	// Refused cluster.name: more than 40 characters, or other ones than lower-case letters, digits and inner hyphens. EKS allows 100 and capitals, but names of AWS and Kubernetes objects are derived from it.
	if !dnsName.MatchString(c.Name) {
		found.add("cluster.name", c.Name, wantName)
	}
	checkVersion(c, found)

	if e := c.Existing; e != nil && found.clean("cluster.existing") {
		// Refused cluster.existing.storageClass: a name that Kubernetes would not accept for a StorageClass. Without one, the volumes of nodes would wait for ever.
		if !className.MatchString(e.StorageClass) {
			found.add("cluster.existing.storageClass", e.StorageClass, "the name of a StorageClass, such as standard")
		}
		// Refused cluster.existing.context: control characters.
		if !printable(e.Context) {
			found.add("cluster.existing.context", e.Context, "the name of a kubeconfig context, on one line")
		}
	}
}

// className is the form of a Kubernetes object's name, a DNS subdomain.
var className = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

func checkVersion(c Cluster, found *mistakes) {
	switch {
	// Refused cluster.version: with kind eks, a version whose add-ons are not pinned or whose standard support has ended; today that leaves 1.35.
	case c.Kind == KindEKS:
		if !slices.Contains(EKSVersions(), c.Version) {
			found.add("cluster.version", c.Version, "a version that SatKube builds on EKS: "+strings.Join(EKSVersions(), ", "))
		}
	// Refused cluster.version: with kind existing, anything but a minor version from 1.30 on. Older ones lack what the workloads rely on, such as ReadWriteOncePod volumes (1.29) and ValidatingAdmissionPolicy (1.30).
	case !versionForm.MatchString(c.Version):
		found.add("cluster.version", c.Version, wantExisting)
	}
}

// checkRegion checks the form only: AWS opens regions more often than SatKube is released.
func checkRegion(e EKS, found *mistakes) {
	// Refused cluster.eks.region: another form than us-east-2, such as a zone (us-east-2a).
	if !regionForm.MatchString(e.Region) {
		found.add("cluster.eks.region", e.Region, wantRegion)
	}
	// Refused cluster.eks.region: one in China, where VPC endpoint services have other names than the network is built with.
	if strings.HasPrefix(e.Region, "cn-") {
		found.add("cluster.eks.region", e.Region, "a region outside of China: endpoint services have other names there")
	}
}

// checkLogRetention takes the days that CloudWatch Logs takes (API PutRetentionPolicy). It has no "for ever" here: logs
// that nobody deletes are a cost that nobody decided on.
func checkLogRetention(e EKS, found *mistakes) {
	days := []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
	// Refused cluster.eks.logRetentionDays: a number that CloudWatch does not offer, and 0 (for ever).
	if !slices.Contains(days, e.LogRetentionDays) {
		list := make([]string, len(days))
		for i, day := range days {
			list[i] = strconv.Itoa(day)
		}
		found.add("cluster.eks.logRetentionDays", e.LogRetentionDays, "one of "+strings.Join(list, ", "))
	}
}

// taggable says that a text has only the characters that every AWS service takes in tags.
func taggable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _.:/=+-@", r)
	})
}

// printable says that a text has no control or other invisible characters; an ordinary space is allowed.
func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar })
}
