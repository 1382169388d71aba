package page

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/review"
)

// render is the page as text.
func render(t *testing.T, r review.Review) string {
	t.Helper()
	var page bytes.Buffer
	require.NoError(t, Render(&page, r))
	return page.String()
}

// urn names a sample's resource: type and name alone tell them apart.
func urn(kind, name string) string {
	return "urn:pulumi:testnet::satkube::" + kind + "::" + name
}

const (
	networkType  = "satkube:network:Network"
	clusterType  = "satkube:cluster:Cluster"
	bitcoindType = "satkube:bitcoind:Bitcoind"
	claimType    = "kubernetes:core/v1:PersistentVolumeClaim"
	setType      = "kubernetes:apps/v1:StatefulSet"
)

// sampleReview is a small review that has one of everything.
func sampleReview() review.Review {
	return review.Review{
		Stack: "testnet", Failed: true, BrokeOff: true, Unreviewed: true,
		Errors:    []string{"kubernetes:apps/v1:StatefulSet testnet4-bitcoind: the preview ended with an error"},
		Resources: sampleResources(), Findings: sampleFindings(),
		Rules: []review.Rule{{Name: "volume-protected", Domain: "bitcoin", Judged: true}, {Name: "seccomp", Domain: "system-hardening"}},
		Domains: []review.Domain{
			{Key: "cluster-setup", Title: "Cluster Setup", Rules: 20, Passed: 11, Failed: 1, Advisory: 2, Exempted: 1, Undecided: 2, NotReviewed: 3},
			{Key: "bitcoin", Title: "Bitcoin", Rules: 40, Passed: 40},
		},
		Exemptions: []review.Exemption{
			{Exemption: pack.Exemption{Rule: "guardduty-eks", Resource: "aws:eks/cluster:Cluster::*", Reason: "Not built yet.", Owner: "platform", Expires: "2026-11-20"}, DaysLeft: -2},
			{Exemption: pack.Exemption{Rule: "host-network", Resource: setType + "::*-exporter", Reason: "It measures the node's network.", Owner: "observers", Expires: "2026-12-04", Stacks: []string{"testnet", "mainnet"}}, DaysLeft: 12},
			{Exemption: pack.Exemption{Rule: "host-path", Resource: setType + "::*-agent", Reason: "It reads /proc.", Owner: "observers", Expires: "2027-11-30"}, DaysLeft: 373},
		},
		Before: cost.Estimate{
			Region:   "us-east-1",
			Lines:    []cost.Line{samplePosition("network", networkType, "NAT gateway", "nat/hour", 730, 45_000), samplePosition("cluster", clusterType, "1 × m7g.large", "ec2/m7g.large", 730, 81_600)},
			Unpriced: []cost.Line{{URN: urn(claimType, "gone"), Component: "testnet4-bitcoind", What: "an old volume", Reason: "no price of its class"}},
		},
		After: cost.Estimate{
			Region:   "us-east-2",
			Lines:    []cost.Line{samplePosition("cluster", clusterType, "2 × m7g.large", "ec2/m7g.large", 1460, 81_600), samplePosition("testnet4-bitcoind", bitcoindType, "100 GiB gp3", "ebs/gp3", 100, 80_000)},
			Unpriced: []cost.Line{{URN: urn(clusterType, "cluster"), Component: "cluster", What: "an instance of a new type", Reason: "the type is not known", Unknown: true}},
			Usage:    []cost.Line{{URN: urn(networkType, "network"), Component: "network", What: "traffic", Price: samplePrice("nat/gb", "GB", 45_000), Reason: "nobody knows how much"}},
		},
	}
}

func samplePrice(key, unit string, amount cost.Money) cost.Price {
	return cost.Price{Key: key, Unit: unit, Amount: amount, Region: "us-east-2", Source: "https://example.org/prices/" + key, Date: "2026-11-01"}
}

func samplePosition(component, kind, what, key string, quantity float64, amount cost.Money) cost.Line {
	price := samplePrice(key, "hour", amount)
	return cost.Line{URN: urn(kind, component), Component: component, What: what, Quantity: quantity, Price: price, Monthly: cost.Money(quantity) * amount}
}

func sampleResources() []review.Resource {
	stack := review.Resource{URN: urn(stackType, "satkube-testnet"), Type: stackType, Name: "satkube-testnet", Op: review.Same, Component: true}
	component := func(kind, name string, op review.Op) review.Resource {
		return review.Resource{URN: urn(kind, name), Type: kind, Name: name, Parent: stack.URN, Op: op, Component: true}
	}
	child := func(kind, name, parent string, op review.Op, needs ...string) review.Resource {
		return review.Resource{URN: urn(kind, name), Type: kind, Name: name, Parent: parent, Op: op, DependsOn: needs}
	}
	network, cluster, bitcoind := component(networkType, "network", review.Same), component(clusterType, "cluster", review.Update), component(bitcoindType, "testnet4-bitcoind", review.Same)
	vpc := child("aws:ec2/vpc:Vpc", "network", network.URN, review.Same)
	subnet := child("aws:ec2/subnet:Subnet", "network-a", network.URN, review.Refresh, vpc.URN)
	control := child("aws:eks/cluster:Cluster", "cluster", cluster.URN, review.Update, subnet.URN, vpc.URN)
	control.Changed, control.Protected, control.Stateful = []string{"version", "enabledClusterLogTypes[3]"}, true, true
	claim := child(claimType, "bitcoind-data", bitcoind.URN, review.Replace, control.URN)
	claim.Changed, claim.Replacing, claim.Stateful = []string{"metadata.labels", "spec.storageClassName"}, []string{"spec.storageClassName"}, true
	claim.Loses = "The blocks and, in them, days of verification."
	old := child(claimType, "lnd-data", bitcoind.URN, review.Delete)
	old.Stateful, old.Protected, old.Retained, old.Loses = true, true, true, "The channels' state: the money in them."
	set := child(setType, "testnet4-bitcoind", bitcoind.URN, review.Create, claim.URN, urn("aws:s3/bucket:Bucket", "elsewhere"))
	found := child("aws:ebs/volume:Volume", "found", "", review.Import, set.URN)
	return []review.Resource{stack, network, vpc, subnet, cluster, control, bitcoind, claim, old, set, found}
}

func sampleFindings() []review.Finding {
	const docs = "https://example.org/policies.md#"
	return []review.Finding{
		{
			Rule: "volume-protected", Severity: pack.Critical, Domain: "bitcoin", URL: docs + "volume-protected", URN: urn(claimType, "bitcoind-data"), Mandatory: true,
			Message: "The resource option Protect is not set.\nIt holds the blocks.", Fix: "Set Protect.", Fingerprint: "8c1f0e6b5a7d4c3e9f20",
		},
		{
			Rule: "host-network", Severity: pack.High, Domain: "cluster-setup", URL: docs + "host-network", URN: urn(setType, "testnet4-bitcoind"), Exempted: true,
			Message: "spec.template.spec.hostNetwork is true.", Fix: "Leave it out.", Fingerprint: "1d2a3b4c5d6e7f809182",
		},
		{
			Rule: "iam-wildcards", Severity: pack.Medium, Domain: "elsewhere", URL: "docs/policies.md", URN: urn("aws:iam/role:Role", "not-here"), Undecided: true,
			Message: "policy is not known.", Fix: "Name the actions.", Fingerprint: "77aa66bb55cc44dd33ee",
		},
		{Rule: "ebs-default-encryption", Severity: pack.Low, Domain: "cluster-setup", Message: "The region does not encrypt new volumes.", Fix: "Switch it on.", Fingerprint: "abcdefabcdefabcdefab"},
	}
}

// largeReview is a review of n resources in components of 30, each of which depends on the ones before it.
func largeReview(n int) review.Review {
	r := sampleReview()
	operations := operations()
	parent := ""
	for i := len(r.Resources); i < n; i++ {
		name := fmt.Sprintf("resource-with-a-name-%d", i)
		kind, above := "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", parent
		if i%30 == 0 || parent == "" {
			kind, above = "satkube:large:Component", r.Resources[0].URN
			parent = urn(kind, name)
		}
		made := review.Resource{URN: urn(kind, name), Type: kind, Name: name, Parent: above, Op: operations[i%len(operations)].Op, Component: above != parent}
		made.Changed = []string{"spec.template.spec.containers[0].image", "metadata.labels"}
		made.DependsOn = []string{r.Resources[i/2].URN, r.Resources[i/3].URN, r.Resources[i-1].URN}
		r.Resources = append(r.Resources, made)
		r.After.Lines = append(r.After.Lines, cost.Line{URN: made.URN, Component: name, What: "a thing", Price: samplePrice(name, "hour", 1), Quantity: 1})
		if i%10 == 0 {
			r.Findings = append(r.Findings, review.Finding{Rule: "rule", Severity: pack.Low, URN: made.URN, Message: "It is not as it should be.", Fix: "Mend it.", Fingerprint: name})
		}
	}
	return r
}

// tangledReview is a review of n components with one resource each, of which some depend on each other in circles.
func tangledReview(n int) review.Review {
	r := review.Review{Stack: "tangled"}
	operations := operations()
	leaf := func(i int) string { return urn(claimType, fmt.Sprintf("leaf-%d", i)) }
	for i := range n {
		name := fmt.Sprintf("component-%d", i)
		made := review.Resource{URN: urn("satkube:tangled:Component", name), Type: "satkube:tangled:Component", Name: name, Op: operations[i*i%len(operations)].Op, Component: true}
		child := review.Resource{URN: leaf(i), Type: claimType, Name: fmt.Sprintf("leaf-%d", i), Parent: made.URN, Op: made.Op, Stateful: i%9 == 0}
		child.DependsOn = []string{leaf(i / 2), leaf(i / 5), leaf((i * 7) % n)}
		r.Resources = append(r.Resources, made, child)
	}
	return r
}
