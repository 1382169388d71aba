package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func seconds(values ...float64) sample {
	var s sample
	for _, v := range values {
		s = append(s, time.Duration(v*float64(time.Second)))
	}
	return s
}

func TestMedian_IsTheMiddleWhateverTheOrder(t *testing.T) {
	for name, test := range map[string]struct {
		runs sample
		want float64
	}{
		"no run":              {nil, 0},
		"one run":             {seconds(2), 2},
		"an odd number":       {seconds(9, 1, 2), 2},
		"an even number":      {seconds(4, 1, 2, 100), 3},
		"one outlier of five": {seconds(1, 1, 50, 1, 1), 1},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, test.runs.median().Seconds())
		})
	}
}

func TestMedian_LeavesTheRunsInTheirOrder(t *testing.T) {
	runs := seconds(3, 1, 2)
	runs.median()
	require.Equal(t, seconds(3, 1, 2), runs)
}

func TestSample_ShowsMedianFastestAndSlowest(t *testing.T) {
	require.Equal(t, "2.00 s (1.00–9.00)", seconds(9, 1, 2).String())
	require.Equal(t, "no run", sample(nil).String())
}

func TestRatio_OfNoRunIsZero(t *testing.T) {
	require.Zero(t, ratio(seconds(1), nil))
	require.InDelta(t, 1.5, ratio(seconds(3), seconds(2)), 1e-9)
}

func TestGrowth_IsLinearWhileAResourceCostsNoMuchMore(t *testing.T) {
	for name, test := range map[string]struct {
		times  [3]float64
		linear bool
	}{
		"a constant and a slope":     {[3]float64{1, 1.4, 3.4}, true},
		"half as much again":         {[3]float64{1, 1.4, 4.4}, true},
		"twice as much":              {[3]float64{1, 1.4, 5.4}, false},
		"quadratic":                  {[3]float64{1, 25, 625}, false},
		"less than proportional":     {[3]float64{1, 1.4, 2}, true},
		"a larger stack that is not": {[3]float64{1, 0.9, 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			times := seconds(test.times[:]...)
			require.Equal(t, test.linear, growthOf([3]int{100, 500, 2500}, [3]time.Duration(times)).linear())
		})
	}
}

func TestGrowth_IsGivenInMillisecondsPerResource(t *testing.T) {
	g := growthOf([3]int{100, 500, 2500}, [3]time.Duration(seconds(1, 1.4, 3.4)))
	require.InDelta(t, 1, g.lower, 1e-9)
	require.InDelta(t, 1, g.upper, 1e-9)
}

func TestReport_NamesEachLimitThatIsPassed(t *testing.T) {
	measured := func(nodes, resources int, program, bare float64) row {
		return row{nodes: nodes, resources: resources, program: seconds(program), bare: seconds(bare)}
	}
	var out bytes.Buffer
	require.Empty(t, printReport(&out, []row{measured(1, 100, 1, 1), measured(10, 500, 1.4, 1.3), measured(50, 2500, 3.4, 3)}, 5))
	require.Contains(t, out.String(), "growth: 1.00 ms per resource at N=10→50 against 1.00 at 1→10: linear (bare: 0.85 against 0.75)")
	require.Contains(t, out.String(), "  10        500  1.40 s (1.40–1.40)")

	wrong := printReport(&out, []row{measured(1, 100, 1.4, 1), measured(10, 500, 1.8, 1.7), measured(50, 2500, 9, 8)}, 5)
	require.Len(t, wrong, 2)
	require.Contains(t, wrong[0], "N=1: the program takes 1.40 times")
	require.Contains(t, wrong[1], "growth: a resource costs 3.60 ms")

	require.Empty(t, printReport(&out, []row{measured(1, 100, 1.3, 1)}, 3), "one size says nothing about growth")
}
