package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

func TestReview_CountsRunsAndThePairsThatApply(t *testing.T) {
	calls := 0
	all := []pack.Rule{
		{Name: "pods", Types: pack.Kinds("Pod"), Check: func(pack.Resource, pack.Report) { calls++ }},
		{Name: "keys", Types: pack.Tokens("aws:kms/key:Key"), Check: func(pack.Resource, pack.Report) {}},
		{Name: "stack", Types: pack.Kinds("Pod"), CheckStack: func(pack.Stack, pack.StackReport) {}},
	}
	found := review(7, []pack.Input{{Type: "kubernetes:core/v1:Pod", URN: "a"}, {Type: "kubernetes:core/v1:Secret", URN: "b"}}, all, 3)
	require.Equal(t, 4, calls, "three runs and one to warm up")
	require.Len(t, found.times, 3)
	require.Equal(t, 3, found.applicable, "the pod by its rule, and both by the stack's")
	require.Equal(t, []int{7, 2, 3}, []int{found.nodes, found.resources, found.rules})
}

func TestReviews_GiveEvaluationsPerSecond(t *testing.T) {
	require.InDelta(t, 500, reviews{times: seconds(9, 2, 1)}.perSecond(1000), 1e-9)
	require.Zero(t, reviews{}.perSecond(1000))
}

func TestReviews_AreLinearWhileAResourceCostsNoMuchMore(t *testing.T) {
	reviewed := func(nodes, resources int, time float64) reviews {
		return reviews{nodes: nodes, resources: resources, rules: 10, times: seconds(time)}
	}
	small := []reviews{reviewed(1, 100, 0.09), reviewed(10, 400, 0.1), reviewed(50, 2000, 0.5)}
	var out bytes.Buffer
	require.Empty(t, printReviews(&out, append(small, reviewed(100, 4000, 1))))
	require.Contains(t, out.String(), "reviews: 250 µs per further resource at N=50→100 against 250 at 10→50: linear")
	require.Contains(t, out.String(), "10   400        10     100.0 (100.0–100.0)     250          40000", "rules times resources by seconds")

	wrong := printReviews(&out, append(small, reviewed(100, 4000, 2)))
	require.Len(t, wrong, 1)
	require.Contains(t, wrong[0], "reviews: 750 µs per further resource at N=50→100 against 250 at 10→50, want at most 1.5 times as much")

	require.Empty(t, printReviews(&out, small[:1]), "one size says nothing about growth")
}
