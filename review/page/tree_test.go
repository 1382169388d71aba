package page

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/review"
)

func TestNewForest_HasEveryResourceOnce(t *testing.T) {
	for name, resources := range map[string][]review.Resource{
		"a sample":          sampleReview().Resources,
		"its own parent":    {{URN: "a", Parent: "a"}},
		"a circle":          {{URN: "a", Parent: "c"}, {URN: "b", Parent: "a"}, {URN: "c", Parent: "b"}, {URN: "d", Parent: "b"}},
		"no such parent":    {{URN: "a", Parent: "gone"}, {URN: "b", Parent: "a"}},
		"one URN twice":     {{URN: "a"}, {URN: "a"}, {URN: "b", Parent: "a"}},
		"child before":      {{URN: "b", Parent: "a"}, {URN: "a"}},
		"without any URN":   {{}, {}},
		"nothing":           nil,
		"a large one":       largeReview(500).Resources,
		"a chain downwards": chain(2000),
	} {
		t.Run(name, func(t *testing.T) {
			f := newForest(resources)
			seen := map[int]bool{}
			var visit func(n *node)
			visit = func(n *node) {
				require.False(t, seen[n.ID], "a resource is there twice")
				seen[n.ID] = true
				require.Len(t, n.Children, len(n.Shows())+len(n.Folds()))
				for _, child := range n.Children {
					visit(child)
				}
			}
			for _, root := range f.Roots {
				visit(root)
			}
			require.Len(t, seen, len(resources))
		})
	}
}

func chain(n int) []review.Resource {
	resources := []review.Resource{{URN: "0"}}
	for i := 1; i < n; i++ {
		resources = append(resources, review.Resource{URN: string(rune('0' + i)), Parent: resources[i-1].URN})
	}
	return resources
}

func TestNewForest_OpensBranchesWithAChange(t *testing.T) {
	f := newForest(sampleReview().Resources)
	open := map[string]bool{}
	for _, n := range f.all {
		if n.Resource.Component {
			open[n.Name] = n.Open
		}
	}
	require.Equal(t, map[string]bool{"satkube-testnet": true, "network": false, "cluster": true, "testnet4-bitcoind": true}, open)
}

func TestNewForest_FoldsWhatIsNewAsAWhole(t *testing.T) {
	grow := func(n int) []*node {
		resources := []review.Resource{{URN: "c", Op: review.Create, Component: true}}
		for i := range n {
			resources = append(resources, review.Resource{URN: string(rune('A' + i)), Parent: "c", Op: review.Create})
		}
		return newForest(resources).Roots
	}
	require.True(t, grow(manyCreated - 1)[0].Open, "a small new component is there to be read")
	require.False(t, grow(manyCreated)[0].Open, "a new stack would bury its reader")
}

func TestShows_FoldsUnchangedResourcesBetweenChangedOnes(t *testing.T) {
	resources := []review.Resource{{URN: "c", Op: review.Same, Component: true}, {URN: "u", Parent: "c", Op: review.Update}}
	for i := range fewIdle + 1 {
		resources = append(resources, review.Resource{URN: string(rune('A' + i)), Parent: "c", Op: review.Same})
	}
	full := newForest(resources).Roots[0]
	require.Len(t, full.Shows(), 1)
	require.Len(t, full.Folds(), fewIdle+1)
	few := newForest(resources[:len(resources)-1]).Roots[0]
	require.Len(t, few.Shows(), 1+fewIdle)
	require.Empty(t, few.Folds())
}

func TestNewBill_MatchesLinesBeforeAndAfter(t *testing.T) {
	r := sampleReview()
	b := newBill(r.Before, r.After, newForest(r.Resources))
	marks := map[string]string{}
	for _, p := range b.Lines {
		marks[p.Line().What] = p.Mark() + " " + p.Amounts().Difference().Signed()
	}
	require.Equal(t, map[string]string{"2 × m7g.large": "changed +$59.57", "100 GiB gp3": "new +$8.00", "NAT gateway": "gone -$32.85"}, marks)
	require.Equal(t, "us-east-1", b.WasRegion)

	sum := amounts{}
	for _, c := range b.Components {
		sum.Before += c.Before
		sum.After += c.After
	}
	require.Equal(t, b.Total, sum)
	require.Equal(t, []string{"cluster", "network", "testnet4-bitcoind"}, []string{b.Components[0].Component, b.Components[1].Component, b.Components[2].Component}, "the largest difference first")
}

func TestNewBill_KeepsSeveralLinesOfOneResourceApart(t *testing.T) {
	same := cost.Line{URN: "a", What: "a disk", Price: cost.Price{Key: "disk"}, Monthly: 1}
	b := newBill(cost.Estimate{Lines: []cost.Line{same, same}}, cost.Estimate{Lines: []cost.Line{same, same, same}}, newForest(nil))
	require.Len(t, b.Lines, 3)
	require.Equal(t, cost.Money(1), b.Total.Difference())
}

func TestNewBill_DoesNotCallEverythingNewOnAFirstPreview(t *testing.T) {
	after := sampleReview().After
	require.Empty(t, newBill(cost.Estimate{}, after, newForest(nil)).Lines[0].Mark())
	require.Equal(t, "new", newBill(cost.Estimate{Usage: after.Usage}, after, newForest(nil)).Lines[0].Mark())
}

func TestQuantity_IsShort(t *testing.T) {
	for want, q := range map[string]float64{"0": 0, "730": 730, "1,460": 1460, "0.5": 0.5, "1,234,567.125": 1234567.125, "100": 100, "-1,000": -1000} {
		require.Equal(t, want, quantity(q))
	}
}
