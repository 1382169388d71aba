// Package cost computes what a stack costs a month from what a preview says of its resources, by list prices.
package cost

// Money is an amount in millionths of a US dollar.
type Money int64

// Resource is what the computation needs of a resource: Inputs are those of a preview, as JSON has them; unknown ones are missing or are
// the engine's placeholder for what is unknown.
type Resource struct {
	URN, Type, Name, Parent string
	// Provider is the engine's reference to the resource's provider, a URN and an ID. It may be left empty where the stack has one
	// AWS provider.
	Provider string
	Inputs   map[string]any
}

// Line is one position of the bill.
type Line struct {
	// URN is the resource. Component is the name of the topmost component that it belongs to, such as network.
	URN, Component string
	// What says what is paid for, for people: "2 × m7g.large".
	What string
	// Quantity counts Price.Unit a month.
	Quantity float64
	// Price is the list price that was taken.
	Price Price
	// Monthly is the line's amount.
	Monthly Money
	// Reason says why the line has no amount; empty for a line that has one.
	Reason string
	// Unknown says that the reason is an input that is not known before the deployment, so that a later estimate may have an amount.
	Unknown bool
}

// Price is a list price with its evidence.
type Price struct {
	// Key names the price in the table, such as ec2/m7g.large.
	Key string
	// Unit is what one costs Amount for: hour, GB-month, ...
	Unit   string
	Amount Money
	// Region is AWS' name of the region, Source where the price was read, and Date when it was valid, as YYYY-MM-DD.
	Region, Source, Date string
}

// Estimate is a bill.
type Estimate struct {
	// Region is the region whose prices were taken; empty without AWS.
	Region string
	Lines  []Line
	// Unpriced are resources that cost something that the table has no price for, with the reason.
	Unpriced []Line
	// Usage are positions that are billed by what is used, such as gigabytes through a NAT gateway. Nobody knows how much before it
	// happens: they have a reason and no amount, and a price where the table has one.
	Usage []Line
}

// Total sums the lines.
func (e Estimate) Total() Money {
	var sum Money
	for _, line := range e.Lines {
		sum += line.Monthly
	}
	return sum
}
