package page

import (
	"cmp"
	"slices"

	"gitlab.com/thinkmassive/satkube/cost"
)

// bill is both estimates side by side.
type bill struct {
	Components []amounts
	Total      amounts
	Lines      []position
	// Unpriced are the positions without a price, and Usage those that are billed by what is used, with those of before that are gone.
	Unpriced, Usage []position
	// Region is the region of the prices, WasRegion the one of before when it differs.
	Region, WasRegion string
}

// amounts are what something costs a month.
type amounts struct {
	Component     string
	Before, After cost.Money
}

// Difference is what the change adds.
func (a amounts) Difference() cost.Money { return a.After - a.Before }

// position is one line of the bill before and after. One of both is nil when the line is new or gone.
type position struct {
	Before, After *cost.Line
	// ID is the anchor of the resource, negative without one.
	ID int

	// first tells that there was no bill before: then everything is new, and no line has to say so.
	first bool
}

// Line is the line as previewed, or as it was when it is gone.
func (p position) Line() cost.Line {
	if p.After != nil {
		return *p.After
	}
	return *p.Before
}

// Amounts are both together.
func (p position) Amounts() amounts {
	return amounts{Before: monthly(p.Before), After: monthly(p.After)}
}

// Mark says in a word what happens to the position, nothing when it stays.
func (p position) Mark() string {
	switch {
	case p.first:
		return ""
	case p.Before == nil:
		return "new"
	case p.After == nil:
		return "gone"
	case *p.Before != *p.After:
		return "changed"
	}
	return ""
}

func monthly(line *cost.Line) cost.Money {
	if line == nil {
		return 0
	}
	return line.Monthly
}

func newBill(before, after cost.Estimate, f forest) bill {
	b := bill{
		Lines: positions(before.Lines, after.Lines, f), Unpriced: positions(before.Unpriced, after.Unpriced, f), Usage: positions(before.Usage, after.Usage, f),
		Total:  amounts{Before: before.Total(), After: after.Total()},
		Region: after.Region,
	}
	if len(before.Lines)+len(before.Unpriced)+len(before.Usage) == 0 {
		for _, list := range [][]position{b.Lines, b.Unpriced, b.Usage} {
			for i := range list {
				list[i].first = true
			}
		}
	}
	if before.Region != after.Region {
		b.WasRegion = before.Region
	}
	at := map[string]int{}
	for _, p := range b.Lines {
		// A component that is renamed is two: its lines leave one and enter the other.
		for _, line := range []*cost.Line{p.Before, p.After} {
			if line == nil {
				continue
			}
			if _, known := at[line.Component]; !known {
				at[line.Component] = len(b.Components)
				b.Components = append(b.Components, amounts{Component: line.Component})
			}
			if line == p.Before {
				b.Components[at[line.Component]].Before += line.Monthly
			} else {
				b.Components[at[line.Component]].After += line.Monthly
			}
		}
	}
	slices.SortStableFunc(b.Components, func(x, y amounts) int {
		return cmp.Or(cmp.Compare(size(y.Difference()), size(x.Difference())), cmp.Compare(y.After, x.After), cmp.Compare(x.Component, y.Component))
	})
	return b
}

// positions matches the lines of before with those of after: the same resource at the same price, in the order in which they stand.
func positions(before, after []cost.Line, f forest) []position {
	type key struct{ urn, price string }
	rest := map[key][]*cost.Line{}
	for i := range before {
		k := key{before[i].URN, before[i].Price.Key}
		rest[k] = append(rest[k], &before[i])
	}
	matched := map[*cost.Line]bool{}
	var list []position
	for i := range after {
		p := position{After: &after[i], ID: f.id(after[i].URN)}
		if k := (key{after[i].URN, after[i].Price.Key}); len(rest[k]) > 0 {
			p.Before, rest[k] = rest[k][0], rest[k][1:]
			matched[p.Before] = true
		}
		list = append(list, p)
	}
	for i := range before {
		if !matched[&before[i]] {
			list = append(list, position{Before: &before[i], ID: f.id(before[i].URN)})
		}
	}
	return list
}

// size is the amount without its sign.
func size(m cost.Money) cost.Money { return max(m, -m) }

// Empty tells that nothing of the stack is on the bill.
func (b bill) Empty() bool { return len(b.Lines) == 0 }
