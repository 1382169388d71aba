package pack

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

type key struct{ urn, message string }

// with adds to a set that is made for its first member: nearly all checks have nothing to say.
func with(said map[key]bool, k key) map[key]bool {
	if said == nil {
		said = map[key]bool{}
	}
	said[k] = true
	return said
}

// mostRuns bounds how many combinations of answers a check is run with: seven independent unknowns. Beyond, it is undecided.
const mostRuns = 128

// judge runs a check with every combination of answers to what it asks of unknown values, and compares what it says. Each run begins
// anew in the evaluation, which the values that the check sees belong to. A check that panics is undecided, and the finding says so.
func judge(rule *Rule, run *evaluation, check func() map[key]bool, about string) (findings []Finding) {
	defer func() {
		if recovered := recover(); recovered != nil {
			findings = []Finding{{Rule: rule, URN: about, Message: "The rule itself failed on this shape; it could not be decided.", Undecided: true}}
		}
	}()
	var said map[key]int
	var open map[string]bool
	runs := 0
	for choices, more := []choice(nil), true; more; runs++ {
		*run = evaluation{choices: choices, open: open}
		if runs == mostRuns {
			// The first questions have been answered with no each time; a last run answers all with yes.
			run.choices, run.beyond = nil, true
			run.leaveOpen(about)
		}
		for message := range check() {
			if said == nil {
				said = map[key]int{}
			}
			said[message]++
		}
		open = run.open
		choices, more = following(run.choices)
		more = more && runs < mostRuns
	}
	if len(said) == 0 && len(open) == 0 {
		return nil
	}
	for _, message := range slices.SortedFunc(maps.Keys(said), func(a, b key) int {
		return cmp.Or(strings.Compare(a.urn, b.urn), strings.Compare(a.message, b.message))
	}) {
		findings = append(findings, Finding{Rule: rule, URN: message.urn, Message: message.message, Undecided: said[message] < runs})
		delete(open, message.urn)
	}
	for _, urn := range slices.Sorted(maps.Keys(open)) {
		findings = append(findings, Finding{Rule: rule, URN: urn, Message: "It cannot be decided at preview: a property that decides is not known yet.", Undecided: true})
	}
	return findings
}

// following returns the next combination of answers, and whether there is one: the last no becomes a yes, and what came behind it is
// asked anew.
func following(choices []choice) ([]choice, bool) {
	for i := len(choices) - 1; i >= 0; i-- {
		if !choices[i].yes {
			next := slices.Clone(choices[:i+1])
			next[i].yes = true
			return next, true
		}
	}
	return nil, false
}
