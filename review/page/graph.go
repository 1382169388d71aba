package page

import (
	"math/bits"
	"slices"
)

// edge is a dependency between two boxes: To depends on From.
type edge struct {
	From, To int
	// Count is how many dependencies of resources it stands for.
	Count int
	// Cycle tells that it is part of a circle. Mutual tells that it stands for both directions.
	Cycle, Mutual bool
	// Implied tells that it also follows from other edges.
	Implied bool

	// turned tells that the layers run against it, as they must somewhere in a circle.
	turned bool
}

// up and down are the ends of the edge in the order of the layers.
func (e edge) up() int {
	if e.turned {
		return e.To
	}
	return e.From
}

func (e edge) down() int {
	if e.turned {
		return e.From
	}
	return e.To
}

// edgesOf are the dependencies between the groups, at most one for two of them, in a fixed order.
func edgesOf(groups []group) []edge {
	var edges []edge
	at := map[[2]int]int{}
	for to, g := range groups {
		for _, n := range g.Needs {
			if i, mutual := at[[2]int{to, n.index}]; mutual {
				edges[i].Mutual = true
				edges[i].Count += n.Count
				continue
			}
			at[[2]int{n.index, to}] = len(edges)
			edges = append(edges, edge{From: n.index, To: to, Count: n.Count})
		}
	}
	untangle(len(groups), edges)
	markImplied(len(groups), edges)
	return edges
}

// untangle marks the edges on circles and turns as many of them as it takes for the rest to have an order.
func untangle(n int, edges []edge) {
	reach := reachable(n, edges, func(e edge) bool { return true })
	for i := range edges {
		e := &edges[i]
		e.Cycle = e.Mutual || reach[e.To].has(e.From)
	}
	// Whoever comes first in the event log was registered first: in a circle, that order is the best guess of what carries what.
	for i := range edges {
		edges[i].turned = edges[i].Cycle && edges[i].From > edges[i].To
	}
}

// markImplied marks the edges that a longer way says already. Circles imply nothing: what runs through them would hide its own evidence.
func markImplied(n int, edges []edge) {
	plain := func(e edge) bool { return !e.Cycle }
	reach := reachable(n, edges, plain)
	next := make([][]int, n)
	for _, e := range edges {
		if plain(e) {
			next[e.From] = append(next[e.From], e.To)
		}
	}
	for i, e := range edges {
		edges[i].Implied = plain(e) && slices.ContainsFunc(next[e.From], func(between int) bool {
			return between != e.To && reach[between].has(e.To)
		})
	}
}

// set is a set of small numbers.
type set []uint64

func newSet(n int) set       { return make(set, (n+63)/64) }
func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s set) put(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) size() (sum int) {
	for _, word := range s {
		sum += bits.OnesCount64(word)
	}
	return sum
}

// reachable tells for each box which ones can be reached from it by the edges that use holds for.
func reachable(n int, edges []edge, use func(edge) bool) []set {
	reach := make([]set, n)
	for i := range reach {
		reach[i] = newSet(n)
	}
	for grown := true; grown; {
		grown = false
		for _, e := range edges {
			if !use(e) {
				continue
			}
			grown = reach[e.From].take(e.To, reach[e.To]) || grown
			if e.Mutual {
				grown = reach[e.To].take(e.From, reach[e.From]) || grown
			}
		}
	}
	return reach
}

// take puts i and everything of other into the set, and tells whether it grew.
func (s set) take(i int, other set) bool {
	before := s.size()
	s.put(i)
	for at, word := range other {
		s[at] |= word
	}
	return s.size() > before
}
