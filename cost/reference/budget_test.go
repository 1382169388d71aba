package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules/runtime"
)

const budgetRule = "monthly-cost-budget"

// budgeted is what the rule finds in resources with a budget; edit may change them before.
func budgeted(t *testing.T, stack string, settings pack.Settings, edit func(*cost.Resource)) []pack.Finding {
	t.Helper()
	rules := slices.DeleteFunc(runtime.Rules(), func(r pack.Rule) bool { return r.Name != budgetRule })
	require.Len(t, rules, 1)
	resources, err := registered("../..", stack)
	require.NoError(t, err)
	var inputs []pack.Input
	for _, r := range resources {
		if edit != nil {
			edit(&r)
		}
		inputs = append(inputs, pack.Input{Type: r.Type, Name: r.Name, URN: r.URN, Parent: r.Parent, Props: r.Inputs})
	}
	return pack.Review(rules, inputs, settings)
}

func budget(dollars int) pack.Settings {
	return pack.Settings{budgetRule: {"monthlyUSD": dollars}}
}

func TestBudget_HoldsTheCommittedStacksByDefault(t *testing.T) {
	for _, stack := range append(committed, "regtest") {
		require.Empty(t, budgeted(t, stack, nil, nil), stack)
	}
}

// The rule and the document read the same stack, the one through the pack and the other directly: they come to the same amount.
func TestBudget_NamesBothAmountsAndTheLargestParts(t *testing.T) {
	resources, err := registered("../..", "mainnet")
	require.NoError(t, err)
	bill, err := cost.Of(resources)
	require.NoError(t, err)
	found := budgeted(t, "mainnet", budget(1000), nil)
	require.Len(t, found, 1)
	require.False(t, found[0].Undecided)
	parts := bill.ByComponent()
	require.Contains(t, found[0].Message, "The stack costs "+bill.Total().String()+" a month by list prices, above the budget of $1,000.00 (setting monthlyUSD). "+
		"Largest: "+parts[0].Name+" "+parts[0].Monthly.String()+", "+parts[1].Name+" "+parts[1].Monthly.String()+", "+parts[2].Name+" "+parts[2].Monthly.String()+".")
	require.True(t, strings.HasSuffix(found[0].URN, "::cluster-system"), found[0].URN)
}

func TestBudget_OfZeroIsNone(t *testing.T) {
	require.Empty(t, budgeted(t, "mainnet", budget(0), nil))
	require.NotEmpty(t, budgeted(t, "mainnet", budget(1), nil))
}

// What is not known can only add. It is asked about where the rest is within the budget, and not where it is above already.
func TestBudget_IsUndecidedOnlyWhereItMatters(t *testing.T) {
	unknownSize := func(r *cost.Resource) {
		if r.Type == "aws:eks/nodeGroup:NodeGroup" && r.Name == "cluster-system" {
			r.Inputs["scalingConfig"] = pack.Unknown
		}
	}
	within := budgeted(t, "mainnet", nil, unknownSize)
	require.Len(t, within, 1)
	require.True(t, within[0].Undecided)
	require.Contains(t, within[0].Message, "scalingConfig.desiredSize is not known before the deployment")
	above := budgeted(t, "mainnet", budget(100), unknownSize)
	require.Len(t, above, 1)
	require.False(t, above[0].Undecided)
	unrelated := func(r *cost.Resource) {
		if r.Type == "aws:kms/key:Key" || r.Type == "aws:eks/nodeGroup:NodeGroup" {
			r.Inputs["tags"] = pack.Unknown
		}
	}
	require.Empty(t, budgeted(t, "mainnet", nil, unrelated))
}

func BenchmarkBudget(b *testing.B) {
	rules := slices.DeleteFunc(runtime.Rules(), func(r pack.Rule) bool { return r.Name != budgetRule })
	resources, err := registered("../..", "mainnet")
	require.NoError(b, err)
	var inputs []pack.Input
	for _, r := range resources {
		inputs = append(inputs, pack.Input{Type: r.Type, Name: r.Name, URN: r.URN, Parent: r.Parent, Props: r.Inputs})
	}
	for b.Loop() {
		pack.Review(rules, inputs, nil)
	}
}
