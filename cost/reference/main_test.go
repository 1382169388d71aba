package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/cost"
)

func TestReference_IsFresh(t *testing.T) {
	require.NoError(t, run("../..", true))
}

func TestReference_SaysWhenItIsStale(t *testing.T) {
	dir := t.TempDir()
	for _, stack := range committed {
		raw, err := os.ReadFile("../../Pulumi." + stack + ".yaml")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(dir+"/Pulumi."+stack+".yaml", raw, 0o600))
	}
	require.NoError(t, os.Mkdir(dir+"/docs", 0o700))
	require.ErrorContains(t, run(dir, true), "docs/cost.md is stale: run make generate")
	require.NoError(t, run(dir, false))
	require.NoError(t, run(dir, true))
}

// Whoever adds something that AWS asks money for, or a machine of another size, gets a line, a reason or a note about usage: nothing of a
// committed stack is unknown to the estimate, and every machine has a price.
func TestCommittedStacks_AreUnderstoodCompletely(t *testing.T) {
	for _, stack := range committed {
		t.Run(stack, func(t *testing.T) {
			resources, err := registered("../..", stack)
			require.NoError(t, err)
			bill, err := cost.Of(resources)
			require.NoError(t, err)
			require.Equal(t, "us-east-2", bill.Region)
			priced := map[string]string{}
			for _, line := range bill.Lines {
				priced[line.URN] += line.Price.Key + " "
			}
			for _, line := range bill.Unpriced {
				require.Contains(t, line.Reason, "the table has no price ", "%s: %s", line.URN, line.What)
				require.False(t, line.Unknown)
			}
			groups := 0
			for _, r := range resources {
				switch r.Type {
				case "aws:eks/nodeGroup:NodeGroup":
					groups++
					require.Contains(t, priced[r.URN], "ec2/", r.URN)
					require.Contains(t, priced[r.URN], "ebs/gp3-gb", r.URN)
				case "aws:eks/cluster:Cluster", "aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip", "aws:kms/key:Key", "kubernetes:core/v1:PersistentVolumeClaim":
					require.NotEmpty(t, priced[r.URN], r.URN)
				}
			}
			require.GreaterOrEqual(t, groups, 2)
		})
	}
}

// The second type of a node group is what EKS takes when it cannot get the first: it has a price too.
func TestCommittedStacks_NameOnlyMachinesWithAPrice(t *testing.T) {
	known := map[string]bool{}
	for _, p := range cost.Prices() {
		known[p.Region+" "+p.Key] = true
	}
	for _, stack := range committed {
		resources, err := registered("../..", stack)
		require.NoError(t, err)
		for _, r := range resources {
			if r.Type == "aws:eks/nodeGroup:NodeGroup" {
				kinds, _ := r.Inputs["instanceTypes"].([]any)
				require.NotEmpty(t, kinds)
				for _, kind := range kinds {
					require.True(t, known["us-east-2 ec2/"+kind.(string)], "%v of %s", kind, r.URN)
				}
			}
		}
	}
}

func TestRender_MergesEqualLinesAndTellsWhatIsMissing(t *testing.T) {
	price := cost.Price{Key: "nat/hour", Unit: "hour", Amount: 45_000}
	line := cost.Line{Component: "network", What: "NAT gateway", Quantity: 730, Price: price, Monthly: 32_850_000}
	unpriced := cost.Line{Component: "network", What: "load balancer", Reason: "the table has no prices of region mars-north-1"}
	text := render(map[string]cost.Estimate{"mainnet": {
		Region: "us-east-2", Lines: []cost.Line{line, line}, Unpriced: []cost.Line{unpriced}, Usage: []cost.Line{{Component: "network", What: "gigabytes"}},
	}})
	require.Contains(t, text, "| network | 2 times: NAT gateway | 1,460 hour | `nat/hour` $0.045 | $65.70 |")
	require.Contains(t, text, "| network | load balancer | the table has no prices of region mars-north-1 |")
	require.Contains(t, text, "| network | gigabytes | not in the table |")
	require.Contains(t, text, "| **all** | **$65.70** |")
}
