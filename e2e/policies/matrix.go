// Package policies shows what a stack's network policies let through, by real connections on a real cluster: from every pod of the stack
// to every port of the others, and to what nobody should reach.
//
// The pods are the stack's own. Where the image of one cannot be had, its sandbox stands nevertheless, with the network namespace, the
// address and the policies of the pod; so the connections are made in there. Nothing replaces a pod: no other image runs in its place,
// only sockets are opened in its network namespace.
package policies

import (
	"fmt"
	"net"
	"slices"
	"strconv"
)

// Source is who connects.
type Source struct {
	// Name is NAMESPACE/NAME of a workload, or what stands for somebody else.
	Name string
	// Address is its own, by which its network namespace is found.
	Address string
	// Stack says that it is a pod of the stack.
	Stack bool
}

// Target is a port that may be connected to.
type Target struct {
	Name    string
	Address string
	Number  int
	UDP     bool
	// Service says that the address is the one of its Service.
	Service bool
	// Stack says that the stack's policies guard it from everybody. The others are there to show where the stack's pods get out.
	Stack bool
	// Owner is the address of the one pod behind it, which reaches itself whatever policies say.
	Owner string
	// Open says that a listener is opened there. Where a program of the pod may start at any time none is: it would find its port taken.
	Open bool
}

// Port is how a declared connection names the target's port.
func (t Target) Port() string {
	if t.UDP {
		return strconv.Itoa(t.Number) + "/udp"
	}
	return strconv.Itoa(t.Number)
}

func (t Target) hostPort() string { return net.JoinHostPort(t.Address, strconv.Itoa(t.Number)) }

// Cell is one connection to try.
type Cell struct {
	From Source
	To   Target
}

// Pair is the cell as it would be declared.
func (c Cell) Pair() Pair { return Pair{c.From.Name, c.To.Name, c.To.Port()} }

func (c Cell) String() string {
	if c.To.Service {
		return c.Pair().String() + " by its Service"
	}
	return c.Pair().String()
}

// Cells are all connections to try: pods of the stack to everything, others to the stack. A pod to itself is none.
func Cells(sources []Source, targets []Target) []Cell {
	var cells []Cell
	for _, from := range sources {
		for _, to := range targets {
			if from.Address != to.Owner && (from.Stack || to.Stack) {
				cells = append(cells, Cell{from, to})
			}
		}
	}
	return cells
}

// NewPlan opens the targets that have to be and dials the cells, then the controls.
func NewPlan(targets []Target, declared Declared, cells, controls []Cell) Plan {
	var p Plan
	for _, t := range targets {
		switch {
		case t.Open && t.UDP:
			p.Answer = append(p.Answer, t.hostPort())
		case t.Open:
			p.Listen = append(p.Listen, t.hostPort())
		}
	}
	dial := func(c Cell, expected bool) {
		p.Dial = append(p.Dial, Dial{From: c.From.Address, To: c.To.hostPort(), UDP: c.To.UDP, Expected: expected})
	}
	for _, c := range cells {
		_, expected := declared.entry(c)
		dial(c, expected)
	}
	for _, c := range controls {
		dial(c, true)
	}
	return p
}

// Wrong says in words which cells are not as declared, in the order of the cells.
func Wrong(declared Declared, cells []Cell, outcomes []Outcome) []string {
	var wrong []string
	for i, c := range cells {
		pair, ok := declared.entry(c)
		switch {
		case outcomes[i] == Connected && !ok:
			wrong = append(wrong, fmt.Sprintf("%s connects, and nobody declared it", c))
		case outcomes[i].Through() && !ok:
			wrong = append(wrong, fmt.Sprintf("%s gets through to a port that nobody listens on, and nobody declared it", c))
		case !outcomes[i].Through() && ok:
			wrong = append(wrong, fmt.Sprintf("%s is cut off (%s), and it is declared: %s", c, outcomes[i], declared[pair]))
		}
	}
	return wrong
}

// Broken says in words which controls do not get through. They are no matter of policies: as long as there are any, nothing that is cut
// off means anything.
func Broken(controls []Cell, outcomes []Outcome) []string {
	var broken []string
	for i, c := range controls {
		if !outcomes[i].Through() {
			broken = append(broken, fmt.Sprintf("%s does not get through (%s), and no policy is in its way", c, outcomes[i]))
		}
	}
	return broken
}

// Unmatched are the declared connections that no cell stands for: of a workload that is gone, or a port that nobody has.
func Unmatched(declared Declared, cells []Cell) []string {
	found := map[Pair]bool{}
	for _, c := range cells {
		if pair, ok := declared.entry(c); ok {
			found[pair] = true
		}
	}
	var missing []string
	for pair := range declared {
		if !found[pair] {
			missing = append(missing, fmt.Sprintf("%s is declared, and there is no such pair", pair))
		}
	}
	slices.Sort(missing)
	return missing
}
