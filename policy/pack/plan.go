package pack

import (
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// plan is which rules a run has to ask: those that are not disabled, by the type of the resource.
type plan struct {
	*configuration
	rules              []Rule
	stackRules         []*Rule
	disabledStackRules []*pulumirpc.PolicyNotApplicable

	mu     sync.RWMutex
	byType map[string]*selection

	needles needles
}

// selection is the rules that look at resources of one type, and the ones that would if they were not disabled. Rules for other types
// are not listed: the lists would be longer than everything else that the engine is told, and to read them takes it longer (50 µs a
// resource and more) than to list all of those rules as passed (40 µs).
type selection struct {
	rules         []*Rule
	notApplicable []*pulumirpc.PolicyNotApplicable
}

func newPlan(rules []Rule, c *configuration) *plan {
	p := &plan{configuration: c, rules: rules, byType: map[string]*selection{}}
	for i := range rules {
		switch {
		case rules[i].CheckStack == nil:
		case c.level(rules[i].Name) == Disabled:
			p.disabledStackRules = append(p.disabledStackRules, notApplicable(rules[i], "disabled"))
		default:
			p.stackRules = append(p.stackRules, &rules[i])
		}
	}
	return p
}

// of returns the rules for a type. Stacks have thousands of resources and dozens of types.
func (p *plan) of(token string) *selection {
	p.mu.RLock()
	known, is := p.byType[token]
	p.mu.RUnlock()
	if is {
		return known
	}
	s := &selection{}
	for i := range p.rules {
		rule := &p.rules[i]
		switch {
		case rule.Check == nil || !rule.Types.Match(token):
		case p.level(rule.Name) == Disabled:
			s.notApplicable = append(s.notApplicable, notApplicable(*rule, "disabled"))
		default:
			s.rules = append(s.rules, rule)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byType[token] = s
	return s
}

func notApplicable(rule Rule, reason string) *pulumirpc.PolicyNotApplicable {
	return &pulumirpc.PolicyNotApplicable{PolicyName: rule.Name, Reason: reason}
}
