package review

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// Options is what a review needs beside the log.
type Options struct {
	// Stack is the name of the stack that the log has to be of.
	Stack string
	// Today is the day from which an exemption's days are counted.
	Today time.Time
	// Docs is the address of docs/policies.md as reviewers reach it; empty for reports without links.
	Docs string
	// Rules are the rules of the policy pack: rules.All().
	Rules []pack.Rule
	// Exemptions are those of policy/exemptions.yaml, for all stacks.
	Exemptions []pack.Exemption
	// Estimate computes the monthly cost: cost.Of.
	Estimate func([]cost.Resource) (cost.Estimate, error)
	// Dependencies are by URN what each resource depends on; without them the picture has no arrows.
	Dependencies map[string][]string
}

// stackName is what Pulumi accepts as a stack's name.
var stackName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

func (o Options) validate() error {
	var mistakes []error
	if !stackName.MatchString(o.Stack) {
		mistakes = append(mistakes, fmt.Errorf("review: stack is %q, want letters, digits, -, _ and . only", o.Stack))
	}
	if o.Today.IsZero() {
		mistakes = append(mistakes, errors.New("review: today is missing, want a day"))
	}
	if len(o.Rules) == 0 {
		mistakes = append(mistakes, errors.New("review: there are no rules, want those of the policy pack"))
	}
	if o.Estimate == nil {
		mistakes = append(mistakes, errors.New("review: there is nothing to estimate the cost with, want cost.Of"))
	}
	docs, err := url.Parse(o.Docs)
	if err != nil || docs.Fragment != "" || docs.Scheme != "" && docs.Scheme != "https" && docs.Scheme != "http" || strings.ContainsAny(o.Docs, " ()<>\"\\`|\n") {
		mistakes = append(mistakes, fmt.Errorf("review: docs is %q, want the http or https address of docs/policies.md", o.Docs))
	}
	return errors.Join(mistakes...)
}

// Build puts a log together for a reader.
func Build(l *Log, o Options) (Review, error) {
	if err := o.validate(); err != nil {
		return Review{}, err
	}
	if err := isOf(o.Stack, o.Dependencies); err != nil {
		return Review{}, err
	}
	if err := l.isOf(o.Stack); err != nil {
		return Review{}, err
	}
	r := Review{
		Stack:      o.Stack,
		Failed:     l.end.Result == apitype.OperationResultFailed,
		Errors:     l.failures(),
		Unreviewed: !l.packs[ourPack],
	}
	changes := l.changes()
	markStateful(changes)
	for _, c := range changes {
		r.Resources = append(r.Resources, c.Resource)
	}
	r.connect(o.Dependencies)
	rules := newCatalogue(o.Rules, o.Docs)
	r.Findings = l.findings(o.Stack, rules, o.Exemptions)
	for _, name := range rules.order {
		r.Rules = append(r.Rules, Rule{
			Name: name, Domain: rules.domain(name), Judged: l.judged[policy{ourPack, name}] && !r.Unreviewed,
		})
	}
	r.Domains = domains(r.Rules, r.Findings)
	r.Exemptions = lasting(o.Exemptions, o.Stack, o.Today)
	// A log of an engine that does not tell the result is of a failure all the same when it holds one.
	r.Failed = r.Failed || len(r.Errors) > 0 || len(r.Mandatory()) > 0
	r.BrokeOff = len(r.Errors) > 0 || r.Failed && len(r.Mandatory()) == 0
	if r.BrokeOff && len(r.Errors) == 0 {
		r.Errors = []string{"the preview failed and its log names no cause; the job's log has the message"}
	}
	if r.BrokeOff {
		// Half a stack has no price: it would read as money saved.
		return r, nil
	}
	before, after := costs(changes)
	var err, later error
	r.Before, err = o.Estimate(before)
	r.After, later = o.Estimate(after)
	if err := errors.Join(err, later); err != nil {
		return Review{}, fmt.Errorf("estimate the cost: %w", err)
	}
	concealBill(r.Before)
	concealBill(r.After)
	return r, nil
}

// concealBill guards the one place where inputs leave as more than names: what a position is, such as an instance's type.
func concealBill(e cost.Estimate) {
	for _, list := range [][]cost.Line{e.Lines, e.Unpriced, e.Usage} {
		for i := range list {
			list[i].What, list[i].Reason = conceal(list[i].What), conceal(list[i].Reason)
		}
	}
}

// isOf refuses the log of another stack: its report would overwrite this one's.
func (l *Log) isOf(stack string) error {
	others := map[string]bool{}
	for _, step := range l.steps {
		if name := string(urn.URN(step.URN).Stack()); name != stack {
			others[name] = true
		}
	}
	if len(others) == 0 {
		return nil
	}
	return fmt.Errorf("event log: it is of stack %q, want %q: name the stack that was previewed",
		slices.Sorted(maps.Keys(others))[0], stack)
}

// lasting are the exemptions of a stack, those that end first before the others.
func lasting(exemptions []pack.Exemption, stack string, today time.Time) []Exemption {
	var ours []Exemption
	for _, e := range exemptions {
		if !e.IsFor(stack) {
			continue
		}
		// An exemption whose last day cannot be read holds nothing, like one that has expired.
		days, err := e.DaysLeft(today)
		if err != nil {
			days = -1
		}
		ours = append(ours, Exemption{Exemption: e, DaysLeft: days})
	}
	slices.SortStableFunc(ours, func(a, b Exemption) int { return a.DaysLeft - b.DaysLeft })
	return ours
}
