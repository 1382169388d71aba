package pack

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
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
	// sealed says that there are secrets among the properties. It is told of what the engine sent only.
	sealed bool
}

// Settings are the values of the rules' settings that differ from their defaults, by rule and name. A value has the type of its default.
type Settings map[string]map[string]any

// Review checks all resources against all rules, the ones for single resources and the ones for the stack.
func Review(rules []Rule, inputs []Input, settings Settings) []Finding {
	var findings []Finding
	known := &needles{}
	stack := newBoard(inputs, known)
	cards := make([]*card, len(inputs))
	for i, input := range inputs {
		cards[i] = newCard(input, known)
	}
	for i := range rules {
		rule := &rules[i]
		if rule.CheckStack != nil {
			findings = append(findings, stack.review(rule, settings[rule.Name])...)
			continue
		}
		for k, input := range inputs {
			if rule.Types.Match(input.Type) {
				findings = append(findings, cards[k].review(rule, settings[rule.Name])...)
			}
		}
	}
	return findings
}

// card is one input, made once for all rules for single resources: what one of them matched or took apart serves the next. It is for
// one goroutine, and looks at whichever run of whichever check is on.
type card struct {
	input   Input
	current *evaluation
	matched memory
	// resources are those in the input; nil where a check has to find out each time that they are not known.
	resources []Resource
}

func newCard(input Input, known *needles) *card {
	c := &card{input: input, current: &evaluation{}, matched: newMemory(known)}
	if resources := expand(input, c.current); len(c.current.open) == 0 {
		c.resources = resources
	}
	return c
}

// review checks the input against one rule for its type.
func (c *card) review(rule *Rule, settings map[string]any) []Finding {
	configured := merged(rule, settings)
	return judge(rule, c.current, func() map[key]bool {
		c.current.settings, c.current.matched = configured, c.matched
		resources := c.resources
		if resources == nil {
			resources = expand(c.input, c.current)
		}
		var said map[key]bool
		for _, r := range resources {
			rule.Check(r, func(message string) { said = with(said, key{r.URN, message}) })
		}
		return said
	}, c.input.URN)
}

// board is all resources of a stack, made once for all rules. They look at whichever run of whichever check is on.
type board struct {
	stack   *Stack
	current *evaluation
	matched memory
}

func newBoard(inputs []Input, known *needles) *board {
	current := &evaluation{}
	return &board{stack: newStack(inputs, current), current: current, matched: newMemory(known)}
}

func (b *board) review(rule *Rule, settings map[string]any) []Finding {
	configured := merged(rule, settings)
	return judge(rule, b.current, func() map[key]bool {
		b.current.settings, b.current.matched = configured, b.matched
		stack := *b.stack
		stack.settings = configured
		var said map[key]bool
		rule.CheckStack(stack, func(about Resource, message string) { said = with(said, key{about.URN, message}) })
		return said
	}, "")
}

// reviewTogether asks stack rules about a whole stack, on all processors: the engine waits for the answer and does nothing else.
// The order of the findings is the order of the rules. A panic in a rule has become a finding before it gets here.
func reviewTogether(rules []*Rule, inputs []Input, settings Settings, known *needles) []Finding {
	found := make([][]Finding, len(rules))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(rules)) {
		workers.Go(func() {
			// A board is for one check at a time, so each worker has one.
			stack := newBoard(inputs, known)
			for i := next.Add(1) - 1; i < int64(len(rules)); i = next.Add(1) - 1 {
				found[i] = stack.review(rules[i], settings[rules[i].Name])
			}
		})
	}
	workers.Wait()
	return slices.Concat(found...)
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
			one.props, one.pods = item, podsIn(kind, item)
			items = append(items, one)
		}
		return items
	case last == kind+"Patch":
		base.props.patch = true
	}
	base.pods = podsIn(kind, base.props)
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
