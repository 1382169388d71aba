package page

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/review"
)

// groupsWith are n components; needs are pairs of who depends on whom.
func groupsWith(n int, needs ...[2]int) []group {
	var groups []group
	for i := range n {
		groups = append(groups, group{Name: fmt.Sprintf("component-%d", i), ID: i + 1, Tally: tally{review.Create: i + 1}})
	}
	for _, need := range needs {
		groups[need[0]].Needs = append(groups[need[0]].Needs, groupNeed{groups[need[1]].Name, 1, need[1]})
	}
	return groups
}

// scattered are n components with random dependencies, circles among them; the same for the same seed.
func scattered(n, needs int, seed uint64) []group {
	random := rand.New(rand.NewPCG(seed, seed))
	seen := map[[2]int]bool{}
	var pairs [][2]int
	for range needs {
		pair := [2]int{random.IntN(n), random.IntN(n)}
		if pair[0] != pair[1] && !seen[pair] {
			seen[pair] = true
			pairs = append(pairs, pair)
		}
	}
	return groupsWith(n, pairs...)
}

func pictures() map[string][]group {
	cases := map[string][]group{
		"one":            groupsWith(1),
		"two apart":      groupsWith(2),
		"a chain":        groupsWith(3, [2]int{1, 0}, [2]int{2, 1}),
		"a diamond":      groupsWith(4, [2]int{1, 0}, [2]int{2, 0}, [2]int{3, 1}, [2]int{3, 2}, [2]int{3, 0}),
		"each other":     groupsWith(2, [2]int{1, 0}, [2]int{0, 1}),
		"a circle":       groupsWith(3, [2]int{1, 0}, [2]int{2, 1}, [2]int{0, 2}),
		"sixty apart":    groupsWith(60),
		"a real tangle":  groupsOf(newForest(tangledReview(60).Resources)),
		"a sample":       groupsOf(newForest(sampleReview().Resources)),
		"everything":     scattered(30, 2000, 1),
		"the most drawn": scattered(maxDrawn, 300, 2),
	}
	for seed := range uint64(20) {
		cases[fmt.Sprintf("scattered %d", seed)] = scattered(5+int(seed)*2, 10+int(seed)*3, seed)
	}
	return cases
}

func TestDraw_KeepsBoxesApartAndInside(t *testing.T) {
	for name, groups := range pictures() {
		t.Run(name, func(t *testing.T) {
			p := draw(groups)
			require.Len(t, p.Boxes, len(groups))
			for i, a := range p.Boxes {
				require.GreaterOrEqual(t, a.X, margin-1)
				require.GreaterOrEqual(t, a.Y, margin)
				require.LessOrEqual(t, a.X+a.Width, p.Width)
				require.LessOrEqual(t, a.Y+a.Height, p.Height)
				for _, b := range p.Boxes[:i] {
					apart := a.X+a.Width+boxGap/2 <= b.X || b.X+b.Width+boxGap/2 <= a.X || a.Y+a.Height+boxGap/2 <= b.Y || b.Y+b.Height+boxGap/2 <= a.Y
					require.True(t, apart, "%s and %s overlap", a.Name, b.Name)
				}
			}
		})
	}
}

func TestDraw_LeadsEveryLineFromBoxToBox(t *testing.T) {
	for name, groups := range pictures() {
		t.Run(name, func(t *testing.T) {
			p := draw(groups)
			drawn := map[[2]int]bool{}
			for _, l := range p.Lines {
				up, down := p.Boxes[l.up()], p.Boxes[l.down()]
				require.InDelta(t, up.X+up.Width/2, l.x1, 1)
				require.Equal(t, up.Y+up.Height, l.y1)
				require.InDelta(t, down.X+down.Width/2, l.x2, 1)
				require.Equal(t, down.Y, l.y2)
				require.Less(t, l.y1, l.y2, "a line runs against the layers")
				require.True(t, l.Up() || l.Down(), "a line without an arrow")
				drawn[[2]int{l.To, l.From}] = true
				if l.Mutual {
					drawn[[2]int{l.From, l.To}] = true
				}
			}
			for from, g := range groups {
				for _, need := range g.Needs {
					require.True(t, drawn[[2]int{from, need.index}], "%s needs %s, and no line says so", g.Name, need.Name)
					delete(drawn, [2]int{from, need.index})
				}
			}
			require.Empty(t, drawn, "lines that no dependency stands for")
		})
	}
}

// A line that is not implied never runs below a box: there it would look as if it ended.
func TestDraw_LeadsLinesAroundBoxes(t *testing.T) {
	for name, groups := range pictures() {
		t.Run(name, func(t *testing.T) {
			edges := edgesOf(groups)
			l := layersOf(len(groups), edges)
			l.untie()
			p := &picture{}
			for _, g := range groups {
				p.Boxes = append(p.Boxes, newBox(g))
			}
			centres, _, _ := p.arrange(l, layerGap)
			for i, e := range edges {
				if e.Implied {
					continue
				}
				chain := l.chains[i]
				for at, id := range chain {
					require.Equal(t, l.layer[chain[0]]+at, l.layer[id], "a line leaps over a layer")
					for _, b := range p.Boxes {
						inLayer := at > 0 && at < len(chain)-1 && l.layer[id] == l.layer[slotOf(l, b, p)]
						require.False(t, inLayer && int(centres[id]) > b.X && int(centres[id]) < b.X+b.Width, "a line runs below %s", b.Name)
					}
				}
			}
		})
	}
}

func slotOf(l layered, b box, p *picture) int {
	for id, s := range l.slots {
		if s.Box >= 0 && p.Boxes[s.Box].Name == b.Name {
			return id
		}
	}
	return -1
}

func TestDraw_IsTheSameEachTime(t *testing.T) {
	for name, groups := range pictures() {
		require.True(t, reflect.DeepEqual(draw(groups), draw(groups)), name)
	}
}

func TestDraw_StaysAsNarrowAsAPage(t *testing.T) {
	widest := maxInLayer*(boxWidth+boxGap) + 2*margin
	require.LessOrEqual(t, draw(groupsWith(60)).Width, widest)
	require.LessOrEqual(t, draw(groupsWith(1)).Width, boxWidth+3*margin)
}

func TestDraw_LeavesOutWhatSaysNothing(t *testing.T) {
	require.Nil(t, draw(nil))
	require.NotNil(t, draw(groupsWith(maxDrawn)))
	require.Nil(t, draw(groupsWith(maxDrawn+1)))
	require.Contains(t, render(t, tangledReview(maxDrawn+1)), "121 components are too many for a picture")
}

func TestEdgesOf_MarksCirclesAndWhatIsImplied(t *testing.T) {
	type marks struct{ Cycle, Mutual, Implied bool }
	for name, c := range map[string]struct {
		groups []group
		want   map[[2]int]marks
	}{
		"a chain and its short cut": {
			groupsWith(3, [2]int{1, 0}, [2]int{2, 0}, [2]int{2, 1}),
			map[[2]int]marks{{0, 1}: {}, {1, 2}: {}, {0, 2}: {Implied: true}},
		},
		"each other": {
			groupsWith(2, [2]int{1, 0}, [2]int{0, 1}),
			map[[2]int]marks{{1, 0}: {Cycle: true, Mutual: true}},
		},
		"a circle of three below another": {
			groupsWith(4, [2]int{1, 0}, [2]int{2, 1}, [2]int{3, 2}, [2]int{1, 3}),
			map[[2]int]marks{{0, 1}: {}, {1, 2}: {Cycle: true}, {2, 3}: {Cycle: true}, {3, 1}: {Cycle: true}},
		},
		"a circle through two that need each other": {
			groupsWith(3, [2]int{0, 1}, [2]int{1, 0}, [2]int{2, 0}, [2]int{1, 2}),
			map[[2]int]marks{{1, 0}: {Cycle: true, Mutual: true}, {0, 2}: {Cycle: true}, {2, 1}: {Cycle: true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[[2]int]marks{}
			for _, e := range edgesOf(c.groups) {
				got[[2]int{e.From, e.To}] = marks{e.Cycle, e.Mutual, e.Implied}
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestUntie_TakesCrossingsAway(t *testing.T) {
	// Two over two, each below the other one: straight lines once one layer is turned around.
	l := layersOf(4, edgesOf(groupsWith(4, [2]int{2, 1}, [2]int{3, 0})))
	require.Equal(t, 1, l.crossings())
	l.untie()
	require.Zero(t, l.crossings())
}

func TestGroupsOf_CountsWhatBelongsToEachComponent(t *testing.T) {
	groups := groupsOf(newForest(sampleReview().Resources))
	require.Len(t, groups, 4)
	bitcoind := groups[2]
	require.Equal(t, "testnet4-bitcoind", bitcoind.Name)
	require.Equal(t, tally{review.Same: 1, review.Replace: 1, review.Delete: 1, review.Create: 1}, bitcoind.Tally)
	require.Equal(t, 2, bitcoind.AtRisk)
	require.Equal(t, "op-replace", bitcoind.Worst().Class)
	require.Equal(t, []groupNeed{{"cluster", 1, 1}}, bitcoind.Needs, "a dependency inside a component, or on what is not there, is none between components")
	require.Equal(t, []groupNeed{{"network", 2, 0}}, groups[1].Needs)
	require.Equal(t, outside, groups[3].Name)
}
