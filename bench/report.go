package main

import (
	"fmt"
	"io"
	"time"
)

const meaning = `
Both columns are one whole "bin/sandbox preview -s testnet --no-policy" of a stack that does not exist yet: the sandbox with its stand-ins,
the Pulumi CLI and engine, and the program, by wall clock, median (fastest–slowest) of %d runs after one to warm up, in turn.
"Bare" is bench/bare: it reads a list of the very resources that the program registered and sends each to the engine with the same
type, version, provider and inputs, as plain values, all at once. It is flat (no parents), has no dependencies, options or
transforms, calls no provider function, awaits nothing, validates and renders nothing, has no outputs and links no provider's SDK;
the children of eks:index:Cluster are resources of its own. What is unknown to the program is unknown to it too, otherwise the
engine would ask providers what it does not ask them for the program. Secrets are placeholders of their size.
The engine counted the same resources in every run, and asked providers as often for both.

`

// printReport prints what was measured and returns what is wrong with it.
func printReport(w io.Writer, rows []row, runs int) []string {
	fmt.Fprintf(w, meaning, runs)
	fmt.Fprintf(w, "%4s %10s  %-22s %-22s %6s %12s  %s\n", "N", "resources", "program", "bare", "ratio", "ms/resource", "CPU seconds, program and bare")
	var wrong []string
	for _, r := range rows {
		found := ratio(r.program, r.bare)
		fmt.Fprintf(w, "%4d %10d  %-22s %-22s %6.2f %12.2f  %.2f and %.2f\n", r.nodes, r.resources, r.program, r.bare, found, r.perResource(),
			r.programCPU.median().Seconds(), r.bareCPU.median().Seconds())
		if found > maxRatio {
			wrong = append(wrong, fmt.Sprintf("N=%d: the program takes %.2f times the bare program's time, want at most %.1f", r.nodes, found, maxRatio))
		}
	}
	fmt.Fprintln(w)
	if len(rows) != 3 {
		return wrong
	}
	g := growthIn(rows, func(r row) sample { return r.program })
	engine := growthIn(rows, func(r row) sample { return r.bare })
	verdict := "linear"
	if !g.linear() {
		verdict = fmt.Sprintf("not linear: more than %.1f times", maxBend)
		wrong = append(wrong, fmt.Sprintf("growth: a resource costs %.2f ms at N=%d→%d against %.2f at %d→%d, want at most %.1f times as much",
			g.upper, rows[1].nodes, rows[2].nodes, g.lower, rows[0].nodes, rows[1].nodes, maxBend))
	}
	fmt.Fprintf(w, "growth: %.2f ms per resource at N=%d→%d against %.2f at %d→%d: %s (bare: %.2f against %.2f)\n",
		g.upper, rows[1].nodes, rows[2].nodes, g.lower, rows[0].nodes, rows[1].nodes, verdict, engine.upper, engine.lower)
	return wrong
}

func growthIn(rows []row, of func(row) sample) growth {
	var sizes [3]int
	var times [3]time.Duration
	for i, r := range rows {
		sizes[i], times[i] = r.resources, of(r).median()
	}
	return growthOf(sizes, times)
}
