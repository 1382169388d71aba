// Package packtest proves rules by their own samples.
package packtest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/policy/cks"
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// Prove runs every rule on its samples: each Pass is accepted, each Fail refused, each Fail with any one of its values unknown is
// refused or undecided but never accepted in silence, each Pass with any part of it unknown is not refused, no message holds a value of the sample, and no shape makes it panic.
func Prove(t *testing.T, rules []pack.Rule) {
	t.Helper()
	competencies := map[string]bool{}
	for _, c := range cks.Competencies() {
		competencies[c.Key] = true
	}
	names := map[string]bool{}
	for i := range rules {
		rule := &rules[i]
		t.Run(rule.Name, func(t *testing.T) {
			require.NoError(t, rule.Validate())
			require.False(t, names[rule.Name], "another rule has this name")
			names[rule.Name] = true
			require.True(t, competencies[rule.CKS], "cks is %q, want a key of cks.Competencies", rule.CKS)
			for name, sample := range rule.Pass {
				require.Empty(t, messages(review(rule, sample)), "Pass %q is refused", name)
				accuseNobody(t, rule, name, sample)
			}
			for name, sample := range rule.Fail {
				found := review(rule, sample)
				require.NotEmpty(t, found, "Fail %q is accepted", name)
				require.Contains(t, decided(found), true, "Fail %q is undecided", name)
				refuseSilence(t, rule, name, sample)
				keepQuiet(t, name, sample, found)
			}
			survive(t, rule)
		})
	}
}

func review(rule *pack.Rule, sample pack.Case) []pack.Finding {
	return pack.Review([]pack.Rule{*rule}, Inputs(sample), nil)
}

// Inputs returns a sample as the inputs of a review.
func Inputs(sample pack.Case) []pack.Input {
	var inputs []pack.Input
	for _, object := range sample {
		inputs = append(inputs, pack.Input{
			Type: object.Type, Name: object.Name, URN: "urn:pulumi:stack::project::" + object.Type + "::" + object.Name,
			Protect: object.Protect, Props: object.Props,
		})
	}
	return inputs
}

func messages(findings []pack.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, fmt.Sprintf("%s (undecided: %t)", f.Message, f.Undecided))
	}
	return all
}

func decided(findings []pack.Finding) []bool {
	var all []bool
	for _, f := range findings {
		all = append(all, !f.Undecided)
	}
	return all
}

// refuseSilence makes each leaf of a refused sample unknown in turn. What was wrong may have been that leaf, so the rule may not
// know any more; but it has to say so.
func refuseSilence(t *testing.T, rule *pack.Rule, name string, sample pack.Case) {
	t.Helper()
	for i, object := range sample {
		leaves(object.Props, nil, func(path []any) {
			changed := slices.Clone(sample)
			changed[i].Props, _ = with(object.Props, path, pack.Unknown).(map[string]any)
			require.NotEmpty(t, review(rule, changed), "Fail %q is accepted in silence once %v is unknown", name, path)
		})
	}
}

// accuseNobody makes each part of an accepted sample unknown in turn, whole lists and objects too. The rule may not know any more;
// but as the sample is fine, a violation would be false.
func accuseNobody(t *testing.T, rule *pack.Rule, name string, sample pack.Case) {
	t.Helper()
	for i, object := range sample {
		parts(object.Props, nil, func(path []any) {
			changed := slices.Clone(sample)
			changed[i].Props, _ = with(object.Props, path, pack.Unknown).(map[string]any)
			require.NotContains(t, decided(review(rule, changed)), true, "Pass %q is refused once %v is unknown", name, path)
		})
	}
}

// keepQuiet makes sure that no text of the sample that could be a secret stands in a message.
func keepQuiet(t *testing.T, name string, sample pack.Case, findings []pack.Finding) {
	t.Helper()
	for _, object := range sample {
		leaves(object.Props, nil, func(path []any) {
			text, is := at(object.Props, path).(string)
			if !is || len(text) < 12 {
				return
			}
			for _, f := range findings {
				require.NotContains(t, f.Message, text, "Fail %q: the message repeats the value at %v", name, path)
			}
		})
	}
}

// survive feeds the rule shapes that no API would take.
func survive(t *testing.T, rule *pack.Rule) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	cases := []pack.Case{}
	for _, sample := range slices.Concat(slices.Collect(maps.Values(rule.Pass)), slices.Collect(maps.Values(rule.Fail))) {
		for range 40 {
			changed := slices.Clone(sample)
			for i := range changed {
				changed[i].Props, _ = Mutate(random, changed[i].Props).(map[string]any)
			}
			cases = append(cases, changed)
		}
	}
	for _, sample := range cases {
		for _, f := range review(rule, sample) {
			require.NotContains(t, f.Message, "itself failed", "the check panics on %v", sample)
		}
	}
}

// Mutate returns a tree of the same size with some of its parts of another shape.
func Mutate(random *rand.Rand, node any) any {
	if random.IntN(12) == 0 {
		return []any{nil, true, 0.0, -1.0, "", "x", []any{}, []any{nil, "x"}, map[string]any{}, map[string]any{"x": nil}, pack.Unknown, pack.Secret("x")}[random.IntN(12)]
	}
	switch node := node.(type) {
	case map[string]any:
		changed := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(node)) {
			changed[key] = Mutate(random, node[key])
		}
		return changed
	case []any:
		var changed []any
		for _, item := range node {
			changed = append(changed, Mutate(random, item))
		}
		return changed
	}
	return node
}

// leaves calls visit with the path of every value that has nothing below it.
func leaves(node any, path []any, visit func([]any)) {
	switch node := node.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			leaves(node[key], append(slices.Clone(path), key), visit)
		}
	case []any:
		for i := range node {
			leaves(node[i], append(slices.Clone(path), i), visit)
		}
	default:
		visit(path)
	}
}

// parts calls visit with the path of every value below the node.
func parts(node any, path []any, visit func([]any)) {
	if len(path) > 0 {
		visit(path)
	}
	switch node := node.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			parts(node[key], append(slices.Clone(path), key), visit)
		}
	case []any:
		for i := range node {
			parts(node[i], append(slices.Clone(path), i), visit)
		}
	}
}

func at(node any, path []any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := node.(map[string]any)
			node = object[step]
		case int:
			list, _ := node.([]any)
			node = list[step]
		}
	}
	return node
}

// with returns a copy of the tree with another value at the path.
func with(node any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	switch node := node.(type) {
	case map[string]any:
		changed := maps.Clone(node)
		key, _ := path[0].(string)
		changed[key] = with(node[key], path[1:], value)
		return changed
	case []any:
		changed := slices.Clone(node)
		i, _ := path[0].(int)
		changed[i] = with(node[i], path[1:], value)
		return changed
	}
	return node
}
