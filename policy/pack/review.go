package pack

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Finding is one result of a review.
type Finding struct {
	// Rule is the rule that was not met, or could not be decided.
	Rule *Rule
	// URN is the resource that it is about.
	URN string
	// Message is a sentence that names paths and no value.
	Message string
	// Undecided says that the values which decide are not known yet.
	Undecided bool
}

// Input is a resource to review.
type Input struct {
	Type, Name, URN, Parent string
	Protect                 bool
	Dependencies            []string
	// Props are the inputs: maps, lists, texts, numbers and bools, Unknown and Secret values among them.
	Props map[string]any
	// unread says that the properties are not known at all, so that none of them counts as left out.
	unread bool
}

// Settings are the values of the rules' settings that differ from their defaults, by rule and name. A value has the type of its default.
type Settings map[string]map[string]any

// Review checks all resources against all rules, the ones for single resources and the ones for the stack.
func Review(rules []Rule, inputs []Input, settings Settings) []Finding {
	var findings []Finding
	stack := newBoard(inputs)
	matched := make([]memory, len(inputs))
	for i := range inputs {
		matched[i] = memory{}
	}
	for i := range rules {
		rule := &rules[i]
		if rule.CheckStack != nil {
			findings = append(findings, stack.review(rule, settings[rule.Name])...)
			continue
		}
		for k, input := range inputs {
			findings = append(findings, reviewResource(rule, input, settings[rule.Name], matched[k])...)
		}
	}
	return findings
}

// reviewResource checks one resource against one rule that is for single resources. All rules share what was matched in the resource.
func reviewResource(rule *Rule, input Input, settings map[string]any, matched memory) []Finding {
	if rule.Check == nil || !rule.Types.Match(input.Type) {
		return nil
	}
	configured := merged(rule, settings)
	return judge(rule, func(run *evaluation) map[key]bool {
		run.settings, run.matched = configured, matched
		var said map[key]bool
		for _, r := range expand(input, run) {
			rule.Check(r, func(message string) { said = with(said, key{r.URN, message}) })
		}
		return said
	}, input.URN)
}

// board is all resources of a stack, made once for all rules. They look at whichever run of whichever check is on.
type board struct {
	stack   *Stack
	current *evaluation
	matched memory
}

func newBoard(inputs []Input) *board {
	current := &evaluation{open: map[string]bool{}}
	return &board{stack: newStack(inputs, current), current: current, matched: memory{}}
}

func (b *board) review(rule *Rule, settings map[string]any) []Finding {
	configured := merged(rule, settings)
	return judge(rule, func(run *evaluation) map[key]bool {
		*b.current = *run
		b.current.settings, b.current.matched = configured, b.matched
		stack := *b.stack
		stack.settings = configured
		var said map[key]bool
		rule.CheckStack(stack, func(about Resource, message string) { said = with(said, key{about.URN, message}) })
		run.choices = b.current.choices
		return said
	}, "")
}

// reviewTogether asks stack rules about a whole stack, on all processors: the engine waits for the answer and does nothing else.
// The order of the findings is the order of the rules. A panic in a rule has become a finding before it gets here.
func reviewTogether(rules []*Rule, inputs []Input, settings Settings) []Finding {
	found := make([][]Finding, len(rules))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(rules)) {
		workers.Go(func() {
			// A board is for one check at a time, so each worker has one.
			stack := newBoard(inputs)
			for i := next.Add(1) - 1; i < int64(len(rules)); i = next.Add(1) - 1 {
				found[i] = stack.review(rules[i], settings[rules[i].Name])
			}
		})
	}
	workers.Wait()
	return slices.Concat(found...)
}

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

// judge runs a check with every combination of answers to what it asks of unknown values, and compares what it says. A check that
// panics is undecided, and the finding says so.
func judge(rule *Rule, check func(*evaluation) map[key]bool, about string) (findings []Finding) {
	defer func() {
		if recovered := recover(); recovered != nil {
			findings = []Finding{{Rule: rule, URN: about, Message: "The rule itself failed on this shape; it could not be decided.", Undecided: true}}
		}
	}()
	var said map[key]int
	open, runs := map[string]bool{}, 0
	for choices, more := []choice(nil), true; more; runs++ {
		run := &evaluation{choices: choices, open: open}
		if runs == mostRuns {
			// The first questions have been answered with no each time; a last run answers all with yes.
			run.choices, run.beyond, open[about] = nil, true, true
		}
		for message := range check(run) {
			if said == nil {
				said = map[key]int{}
			}
			said[message]++
		}
		choices, more = following(run.choices)
		more = more && runs < mostRuns
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

// merged returns the rule's settings with the configured ones over the defaults.
func merged(rule *Rule, configured map[string]any) map[string]any {
	if len(configured) == 0 {
		// Most rules of most runs: nothing is written to settings, so the defaults serve as they are.
		return rule.Settings
	}
	all := maps.Clone(rule.Settings)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, configured)
	return all
}

// expand returns the resources in an input: itself, or the items of a list.
func expand(input Input, run *evaluation) []Resource {
	base := Resource{
		Type: input.Type, Name: input.Name, URN: input.URN, Parent: input.Parent, Protect: input.Protect, Dependencies: input.Dependencies,
		props: Value{node: props(input.Props), owner: input.URN, run: run},
	}
	if input.unread {
		base.props.node = unknown{}
	}
	kind, kubernetes := kindOf(input.Type)
	if !kubernetes {
		return []Resource{base}
	}
	last := input.Type[lastColon(input.Type)+1:]
	base.Type, base.kind = input.Type[:lastColon(input.Type)+1]+kind, kind
	switch {
	case last == kind+"List":
		var items []Resource
		for _, item := range base.props.At("items").List() {
			one := base
			one.props = item
			items = append(items, one)
		}
		return items
	case last == kind+"Patch":
		base.props.patch = true
	}
	return []Resource{base}
}

func props(p map[string]any) any {
	if p == nil {
		return map[string]any{}
	}
	return p
}

func lastColon(token string) int {
	for i := len(token) - 1; i >= 0; i-- {
		if token[i] == ':' {
			return i
		}
	}
	return -1
}

// Validate returns what is wrong with a rule itself: a text missing, no sample, both checks or none.
func (r Rule) Validate() error {
	for name, text := range map[string]string{"name": r.Name, "must": r.Must, "why": r.Why, "fix": r.Fix, "cks": r.CKS} {
		if text == "" {
			return fmt.Errorf("rule %s: %s is empty, want a text", r.Name, name)
		}
	}
	if (r.Check == nil) == (r.CheckStack == nil) {
		return fmt.Errorf("rule %s: it has both checks or none, want one", r.Name)
	}
	if len(r.Pass) == 0 || len(r.Fail) == 0 || len(r.Refs) == 0 {
		return fmt.Errorf("rule %s: samples or references are missing, want both", r.Name)
	}
	if !slices.Contains([]Severity{Critical, High, Medium, Low}, r.Severity) {
		return fmt.Errorf("rule %s: severity is %q, want critical, high, medium or low", r.Name, r.Severity)
	}
	return nil
}
