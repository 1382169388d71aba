package cost

import (
	"cmp"
	"slices"
	"strings"
)

// Component is what a component costs a month.
type Component struct {
	// Name is the component's, Monthly its amount.
	Name    string
	Monthly Money
}

// ByComponent sums the lines by component, the dearest first.
func (e Estimate) ByComponent() []Component {
	sums := map[string]Money{}
	for _, line := range e.Lines {
		sums[line.Component] += line.Monthly
	}
	components := make([]Component, 0, len(sums))
	for name, sum := range sums {
		components = append(components, Component{name, sum})
	}
	slices.SortFunc(components, func(a, b Component) int {
		return cmp.Or(cmp.Compare(b.Monthly, a.Monthly), strings.Compare(a.Name, b.Name))
	})
	return components
}

// Change is what happens to a component's amount.
type Change struct {
	// Component is the component's name.
	Component string
	// Before and After are its amounts; nothing where it is not there.
	Before, After Money
}

// By is how much more it costs afterwards.
func (c Change) By() Money { return c.After - c.Before }

// Difference compares two estimates by component and returns those of other amounts, by name.
func Difference(before, after Estimate) []Change {
	changes := map[string]Change{}
	for _, c := range before.ByComponent() {
		changes[c.Name] = Change{Component: c.Name, Before: c.Monthly}
	}
	for _, c := range after.ByComponent() {
		change := changes[c.Name]
		change.Component, change.After = c.Name, c.Monthly
		changes[c.Name] = change
	}
	var differing []Change
	for _, change := range changes {
		if change.By() != 0 {
			differing = append(differing, change)
		}
	}
	slices.SortFunc(differing, func(a, b Change) int { return strings.Compare(a.Component, b.Component) })
	return differing
}
