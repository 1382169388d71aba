package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"text/tabwriter"
	"time"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

// largest is the number of nodes up to which reviews have to stay linear. A stack that large is recorded once and not compared.
const largest = 100

// reviews is how long a review of one stack by all rules takes in process.
type reviews struct {
	nodes, resources, rules int
	// applicable is how many pairs of a rule and a resource it looks at there are; the other pairs end at the resource's type.
	applicable int
	times      sample
}

// review reviews the recorded inputs of a stack several times, after once to warm up.
func review(nodes int, inputs []pack.Input, all []pack.Rule, runs int) reviews {
	found := reviews{nodes: nodes, resources: len(inputs), rules: len(all)}
	for _, rule := range all {
		for _, input := range inputs {
			if rule.CheckStack != nil || rule.Types.Match(input.Type) {
				found.applicable++
			}
		}
	}
	// As the pack's own process does, see policy/main.go. With Go's default the collector's share grows with what is alive, and bends the line.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	for i := range runs + 1 {
		// What earlier runs left is not this one's to collect.
		runtime.GC()
		start := time.Now()
		pack.Review(all, inputs, nil)
		if i > 0 {
			found.times = append(found.times, time.Since(start))
		}
	}
	return found
}

// perSecond is how many pairs of a rule and a resource are evaluated in a second.
func (r reviews) perSecond(pairs int) float64 {
	if r.times.median() == 0 {
		return 0
	}
	return float64(pairs) / r.times.median().Seconds()
}

// reviewAll reviews the stacks that were recorded, and a larger one when asked, from the smallest to the largest.
func (b bench) reviewAll(ctx context.Context, rows []row, larger bool) ([]reviews, error) {
	if larger {
		progress("N=%d: one preview to record it: about %d seconds", largest, 1+largest/10)
		program, _ := b.boxes(largest)
		if err := writeProject(b.repository, program.project, largest); err != nil {
			return nil, err
		}
		heard, done, err := program.record(ctx)
		if err != nil {
			return nil, err
		}
		count, err := done.resources()
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{nodes: largest, resources: count, inputs: heard.inputs})
	}
	var found []reviews
	for _, r := range rows {
		if len(r.inputs) != r.resources {
			return nil, fmt.Errorf("%d nodes: %d inputs were recorded and the engine counts %d resources, want as many", r.nodes, len(r.inputs), r.resources)
		}
		progress("N=%d: %d reviews by all rules, in process", r.nodes, b.runs+1)
		found = append(found, review(r.nodes, r.inputs, rules.All(), b.runs))
	}
	return found, nil
}

// printReviews prints what reviews take and returns what is wrong with it: the last three sizes have to be linear.
func printReviews(w io.Writer, found []reviews) []string {
	fmt.Fprintf(w, "Reviews by all rules in process, of the inputs that the program registered:\n\n")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "N\tresources\trules\treview, ms\tµs/resource\tevaluations/s\tof those that apply/s")
	for _, r := range found {
		sorted := r.times.sorted()
		fmt.Fprintf(table, "%d\t%d\t%d\t%.1f (%.1f–%.1f)\t%.0f\t%.0f\t%.0f\n", r.nodes, r.resources, r.rules, milliseconds(r.times.median()),
			milliseconds(sorted[0]), milliseconds(sorted[len(sorted)-1]), 1000*milliseconds(r.times.median())/float64(r.resources),
			r.perSecond(r.rules*r.resources), r.perSecond(r.applicable))
	}
	// A tabwriter fails as its writer does, which the lines below would meet too.
	_ = table.Flush()
	fmt.Fprintln(w)
	if len(found) < 3 {
		return nil
	}
	last := [3]reviews(found[len(found)-3:])
	var sizes [3]int
	var times [3]time.Duration
	for i, r := range last {
		sizes[i], times[i] = r.resources, r.times.median()
	}
	g := growthOf(sizes, times)
	text := fmt.Sprintf("reviews: %.0f µs per further resource at N=%d→%d against %.0f at %d→%d", 1000*g.upper, last[1].nodes, last[2].nodes, 1000*g.lower, last[0].nodes, last[1].nodes)
	if g.linear() {
		fmt.Fprintf(w, "%s: linear\n\n", text)
		return nil
	}
	fmt.Fprintf(w, "%s: not linear: more than %.1f times\n\n", text, maxBend)
	return []string{fmt.Sprintf("%s, want at most %.1f times as much", text, maxBend)}
}
