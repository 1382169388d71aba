package cost

import (
	"maps"
	"slices"
)

// Regions that the table has prices of.
const (
	ohio     = "us-east-2"
	virginia = "us-east-1"
)

// Where prices were read. Each is a public document that names the amount, and the region unless AWS asks the same everywhere.
const (
	// The catalog is written from AWS' price list by a machine. A commit has no date of its own: this one is of schema v8, and v7 was
	// proposed on 2025-04-28 (pull request 116), so it is younger. Its prices of us-east-1 are those of Karpenter of 2026-07-20.
	skypilot = "https://github.com/skypilot-org/skypilot-catalog/blob/00148f2af3672e2229b4f7bf8157d5a3f36e3c35/catalogs/v8/aws/vms.csv"
	// Generated at 2026-07-20T13:44:30Z from AWS' price list of us-east-1.
	karpenter = "https://github.com/aws/karpenter-provider-aws/blob/v1.15.1/pkg/providers/pricing/zz_generated.pricing_aws.go"
	// AWS: $0.10 per cluster and hour, $0.60 in extended support, from 2024-04-01. It names no region.
	eksBlog = "https://aws.amazon.com/blogs/containers/amazon-eks-extended-support-for-kubernetes-versions-pricing/"
	// Holds a piece of AWS' price list of us-east-2, published 2023-03-22: "$0.08 per GB-month of General Purpose (gp3) provisioned storage".
	opencost = "https://github.com/opencost/opencost/blob/9008fbdfa19a1576ec7039b61cf2340c09eed908/pkg/cloud/aws/provider_test.go"
	// What https://aws.amazon.com/vpc/pricing/ said on 2026-09-20. AWS' example is of US East (Ohio): $0.045 per hour, $0.045 per GB.
	vpcPage = "https://raw.githubusercontent.com/api-evangelist/amazon-vpc/refs/heads/main/plans/amazon-vpc-plans-pricing.yml"
	// What https://aws.amazon.com/elasticloadbalancing/pricing/ said on 2026-09-20. AWS' examples are of us-east-1.
	elbPage = "https://github.com/api-evangelist/amazon-elastic-load-balancing/blob/303e536b0f20597afa326ac999f41f282e831e59/plans/amazon-elastic-load-balancing-plans-pricing.yml"
	// Read from AWS' price list API of us-east-2 on 2026-08-11.
	axiomOhio = "https://github.com/Dhruvjain35/axiom/blob/8c8964e81dd971a1148efa0c52fad8c61dfce03e/deploy/lambda/COST.md"
	// Read from AWS' price list API of us-east-1 on 2026-08-10.
	axiomVirginia = "https://github.com/Dhruvjain35/axiom/blob/35eadf6cf692eeb86613bd1353b8cbc5448801a2/deploy/COST.md"
	// Of us-east-1, published 2026-06-13.
	vpcArticle = "https://www.factualminds.com/blog/amazon-vpc-pricing-endpoints-peering-transit-gateway/"
	// US East, published 2026-02-24.
	natArticle = "https://cloudburn.io/blog/aws-nat-gateway-pricing"
	// AWS' page: each key costs $1 a month, whatever the region. https://cloudburn.io/blog/aws-kms-pricing of 2026-03-14 confirms it by
	// the page of that month.
	kmsPage = "https://aws.amazon.com/kms/pricing/"
)

// Prices is the table: what AWS asks on demand, without discounts, credits, free allowances and taxes. A price that no public document
// was found for is not in it.
func Prices() []Price {
	return slices.Concat(
		rows(ohio, skypilot, "2025-04-28", "hour", map[string]Money{
			"ec2/m6g.large": 77_000, "ec2/m6g.xlarge": 154_000, "ec2/m7g.large": 81_600, "ec2/m7g.xlarge": 163_200,
			"ec2/r6g.large": 100_800, "ec2/r6g.xlarge": 201_600, "ec2/r7g.large": 107_100, "ec2/r7g.xlarge": 214_200,
		}),
		rows(virginia, karpenter, "2026-07-20", "hour", map[string]Money{
			"ec2/m6g.large": 77_000, "ec2/m6g.xlarge": 154_000, "ec2/m7g.large": 81_600, "ec2/m7g.xlarge": 163_200,
			"ec2/r6g.large": 100_800, "ec2/r6g.xlarge": 201_600, "ec2/r7g.large": 107_100, "ec2/r7g.xlarge": 214_200,
		}),
		everywhere(eksBlog, "2024-04-01", "hour", map[string]Money{"eks/hour": 100_000, "eks/extended-hour": 600_000}),
		everywhere(kmsPage, "2026-03-14", "key-month", map[string]Money{"kms/key": 1_000_000}),

		rows(ohio, opencost, "2023-03-22", "GB-month", map[string]Money{"ebs/gp3-gb": 80_000}),
		rows(ohio, vpcPage, "2026-09-20", "hour", map[string]Money{"nat/hour": 45_000}),
		rows(ohio, vpcPage, "2026-09-20", "GB", map[string]Money{"nat/gb": 45_000}),
		rows(ohio, axiomOhio, "2026-08-11", "hour", map[string]Money{"ipv4/hour": 5_000, "lb/application-hour": 22_500}),
		rows(ohio, axiomOhio, "2026-08-11", "GB", map[string]Money{"logs/ingested-gb": 500_000}),
		rows(ohio, axiomOhio, "2026-08-11", "GB-month", map[string]Money{"logs/stored-gb": 30_000}),

		// 20 GB of gp3 are $1.60 there.
		rows(virginia, axiomVirginia, "2026-08-10", "GB-month", map[string]Money{"ebs/gp3-gb": 80_000, "logs/stored-gb": 30_000}),
		rows(virginia, axiomVirginia, "2026-08-10", "hour", map[string]Money{"ipv4/hour": 5_000, "lb/application-hour": 22_500}),
		rows(virginia, axiomVirginia, "2026-08-10", "LCU-hour", map[string]Money{"lb/application-lcu": 8_000}),
		rows(virginia, axiomVirginia, "2026-08-10", "GB", map[string]Money{"logs/ingested-gb": 500_000}),
		rows(virginia, elbPage, "2026-09-20", "NLCU-hour", map[string]Money{"lb/network-lcu": 6_000}),
		rows(virginia, natArticle, "2026-02-24", "hour", map[string]Money{"nat/hour": 45_000}),
		rows(virginia, natArticle, "2026-02-24", "GB", map[string]Money{"nat/gb": 45_000}),
		rows(virginia, vpcArticle, "2026-06-13", "hour", map[string]Money{"endpoint/hour": 10_000}),
		// In each direction.
		rows(virginia, vpcArticle, "2026-06-13", "GB", map[string]Money{"transfer/zones-gb": 10_000}),
	)
}

// rows are prices of one source, by key.
func rows(region, source, date, unit string, amounts map[string]Money) []Price {
	prices := make([]Price, 0, len(amounts))
	for _, key := range slices.Sorted(maps.Keys(amounts)) {
		prices = append(prices, Price{Key: key, Unit: unit, Amount: amounts[key], Region: region, Source: source, Date: date})
	}
	return prices
}

// everywhere is prices that are the same in all regions, for each region that the table has.
func everywhere(source, date, unit string, amounts map[string]Money) []Price {
	return slices.Concat(rows(ohio, source, date, unit, amounts), rows(virginia, source, date, unit, amounts))
}

// table is the prices by region and key.
func table() map[string]map[string]Price {
	byRegion := map[string]map[string]Price{}
	for _, p := range Prices() {
		if byRegion[p.Region] == nil {
			byRegion[p.Region] = map[string]Price{}
		}
		byRegion[p.Region][p.Key] = p
	}
	return byRegion
}
