package page

import (
	"slices"
	"strings"
)

// group is a topmost component with all that belongs to it.
type group struct {
	Name, Type string
	// ID is the anchor of the component in the tree; of the outside, none.
	ID    int
	Tally tally
	// AtRisk counts the stateful resources that are replaced or deleted.
	AtRisk int
	// Needs are the components that it depends on.
	Needs []groupNeed
}

// groupNeed is a component that another one depends on, and by how many dependencies of resources.
type groupNeed struct {
	Name  string
	Count int

	index int
}

// outside names what belongs to no component.
const outside = "no component"

// groupsOf are the components in the order of the review, and then what belongs to none, when there is such a resource.
func groupsOf(f forest) []group {
	var groups []group
	index := map[*node]int{}
	member := make(map[*node]int, len(f.all))
	for _, n := range f.all {
		if n.Type == stackType {
			continue
		}
		top := n.component()
		if _, known := index[top]; !known {
			index[top] = len(groups)
			groups = append(groups, newGroup(top))
		}
		g := &groups[index[top]]
		member[n] = index[top]
		g.Tally[n.Op]++
		if n.AtRisk() {
			g.AtRisk++
		}
	}
	connect(groups, f, member)
	return groups
}

func newGroup(top *node) group {
	if top == nil {
		return group{Name: outside, Type: "of the stack itself", Tally: tally{}}
	}
	_, kind, found := strings.Cut(top.Type, ":")
	if !found {
		kind = top.Type
	}
	return group{Name: top.Name, Type: kind, ID: top.ID, Tally: tally{}}
}

// connect counts which component depends on which one.
func connect(groups []group, f forest, member map[*node]int) {
	type pair struct{ from, to int }
	counts := map[pair]int{}
	for _, n := range f.all {
		from, belongs := member[n]
		if !belongs {
			continue
		}
		for _, urn := range n.DependsOn {
			to, known := member[f.byURN[urn]]
			if known && to != from {
				counts[pair{from, to}]++
			}
		}
	}
	for p, n := range counts {
		groups[p.from].Needs = append(groups[p.from].Needs, groupNeed{groups[p.to].Name, n, p.to})
	}
	for _, g := range groups {
		slices.SortFunc(g.Needs, func(a, b groupNeed) int { return a.index - b.index })
	}
}

// Worst is the operation that decides the colour: the first in the reader's order.
func (g group) Worst() operation {
	if list := g.Tally.List(); len(list) > 0 {
		return list[0].operation
	}
	return operation{Class: "op-same"}
}
