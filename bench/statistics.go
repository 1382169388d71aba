package main

import (
	"fmt"
	"slices"
	"time"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// maxRatio is how much longer a preview of the program may take than one of the bare program.
const maxRatio = 1.3

// maxBend is how much more each resource may cost between the larger stacks than between the smaller ones, to call the growth linear.
const maxBend = 1.5

// sample is how long the runs of one thing took.
type sample []time.Duration

func (s sample) sorted() sample {
	sorted := slices.Clone(s)
	slices.Sort(sorted)
	return sorted
}

// median is the middle one, or the mean of the middle two; 0 for no run.
func (s sample) median() time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted, middle := s.sorted(), len(s)/2
	if len(s)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// String is the median in seconds with the fastest and the slowest run.
func (s sample) String() string {
	if len(s) == 0 {
		return "no run"
	}
	sorted := s.sorted()
	return fmt.Sprintf("%.2f s (%.2f–%.2f)", s.median().Seconds(), sorted[0].Seconds(), sorted[len(sorted)-1].Seconds())
}

// row is what was measured at one size.
type row struct {
	nodes, resources    int
	program, bare       sample       // wall clock
	programCPU, bareCPU sample       // of all processes together
	checks, creates     int          // calls of providers in one preview
	inputs              []pack.Input // of all resources, as the program registered them
}

func ratio(program, bare sample) float64 {
	if bare.median() == 0 {
		return 0
	}
	return float64(program.median()) / float64(bare.median())
}

// perResource is the time of a preview divided by what it is about, in milliseconds.
func (r row) perResource() float64 {
	return milliseconds(r.program.median()) / float64(r.resources)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// growth is what each further resource costs, in milliseconds, between the first two sizes and between the last two.
type growth struct{ lower, upper float64 }

// growthOf looks at three sizes, from the smallest to the largest.
func growthOf(sizes [3]int, times [3]time.Duration) growth {
	step := func(i int) float64 {
		return milliseconds(times[i+1]-times[i]) / float64(sizes[i+1]-sizes[i])
	}
	return growth{lower: step(0), upper: step(1)}
}

// linear tells whether a resource costs no more in a large stack than in a small one. Times that shrink as the stack grows say nothing.
func (g growth) linear() bool {
	return g.lower > 0 && g.upper <= maxBend*g.lower
}
