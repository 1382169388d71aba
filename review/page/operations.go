package page

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/review"
)

// operation is how an operation is shown: in a word, by a sign for those who do not tell the colours apart, and with a class of the
// style sheet.
type operation struct {
	Op                review.Op
	Word, Sign, Class string
	// Idle tells that nothing changes.
	Idle bool
}

// operations are in the order in which a reader wants them, the most dangerous first.
func operations() []operation {
	return []operation{
		{Op: review.Replace, Word: "replaced", Sign: "±", Class: "op-replace"},
		{Op: review.Delete, Word: "deleted", Sign: minus, Class: "op-delete"},
		{Op: review.Update, Word: "updated", Sign: "~", Class: "op-update"},
		{Op: review.Create, Word: "created", Sign: "+", Class: "op-create"},
		{Op: review.Import, Word: "imported", Sign: "↓", Class: "op-import"},
		{Op: review.Refresh, Word: "refreshed", Sign: "↻", Class: "op-same", Idle: true},
		{Op: review.Same, Word: "unchanged", Sign: "=", Class: "op-same", Idle: true},
	}
}

// operationOf never takes a class from data: an operation that nobody here knows is shown by its own name, as a change.
func operationOf(op review.Op) operation {
	known := operations()
	if i := slices.IndexFunc(known, func(o operation) bool { return o.Op == op }); i >= 0 {
		return known[i]
	}
	return operation{Op: op, Word: string(op), Sign: "?", Class: "op-update"}
}

// tally counts resources by operation.
type tally map[review.Op]int

// counted is one position of a tally.
type counted struct {
	operation
	Count int
}

// List is the tally in the reader's order; unknown operations come first.
func (t tally) List() []counted {
	var list []counted
	known := operations()
	for op, n := range t {
		if !slices.ContainsFunc(known, func(o operation) bool { return o.Op == op }) {
			list = append(list, counted{operationOf(op), n})
		}
	}
	slices.SortFunc(list, func(a, b counted) int { return strings.Compare(a.Word, b.Word) })
	for _, o := range known {
		if t[o.Op] > 0 {
			list = append(list, counted{o, t[o.Op]})
		}
	}
	return list
}

// Changes counts the resources that something happens to.
func (t tally) Changes() int {
	sum := 0
	for _, c := range t.List() {
		if !c.Idle {
			sum += c.Count
		}
	}
	return sum
}

func (t tally) total() int {
	sum := 0
	for _, n := range t {
		sum += n
	}
	return sum
}

func (t tally) add(other tally) {
	for op, n := range other {
		t[op] += n
	}
}
