package pack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Level says what a violation does: a mandatory one stops a preview or update, an advisory one is shown.
type Level string

// The levels. A disabled rule is not reviewed.
const (
	Mandatory Level = "mandatory"
	Advisory  Level = "advisory"
	Disabled  Level = "disabled"
)

// Level is the level of a rule of that severity where the configuration says nothing.
func (s Severity) Level() Level {
	if s == Critical || s == High {
		return Mandatory
	}
	return Advisory
}

// Verdict is a finding with its consequence, as people read it.
type Verdict struct {
	// Rule is a rule of the pack, or one of the pack's own.
	Rule *Rule
	// URN is the resource that it is about; empty for the stack as a whole.
	URN string
	// Message says what is wrong and how to mend it. It holds no value of a resource.
	Message string
	// Level is mandatory or advisory.
	Level Level
}

// Own returns the pack's own policies, which need no check: that exemptions hold, and that resources can be reviewed at all.
func Own() []Rule {
	return []Rule{exemptionsHold, resourcesAreReviewed}
}

var exemptionsHold = Rule{
	Name:     "exemptions",
	Severity: High,
	Must:     "Every exemption has a reason, an owner and a day on which it ends, and is still needed.",
	Why:      "A deviation that nobody answers for, or that nobody needs any more, is a hole that stays open.",
	Fix:      "Mend what the exemption was for and remove it from policy/exemptions.yaml, or renew it with its owner.",
}

var resourcesAreReviewed = Rule{
	Name:     "reviewable",
	Severity: Critical,
	Must:     "The pack can read and review every resource.",
	Why:      "What is not reviewed may break any rule.",
	Fix:      "Use the pulumi CLI that tools/go.mod pins; if it is that one, report the resource's type as a fault of the pack.",
}

// Judge reviews a whole stack with the exemptions and default levels: what the server does, without an engine.
func Judge(rules []Rule, inputs []Input, exemptions []Exemption, stack string) []Verdict {
	o := newOffice(rules, exemptions, time.Now())
	level := defaults(rules).level
	return append(o.verdicts(conceal(Review(rules, inputs, nil), inputs), level), o.audit(stack, level)...)
}

// office turns findings into verdicts, and remembers which exemptions were needed. It may be used concurrently.
type office struct {
	exemptions []Exemption
	// mistakes are what keeps each exemption from holding.
	mistakes []error
	today    time.Time

	mu   sync.Mutex
	used []bool
}

func newOffice(rules []Rule, exemptions []Exemption, today time.Time) *office {
	o := &office{exemptions: exemptions, today: today, used: make([]bool, len(exemptions)), mistakes: make([]error, len(exemptions))}
	for i, e := range exemptions {
		o.mistakes[i] = e.validate(rules, today)
		if o.mistakes[i] == nil && slices.ContainsFunc(exemptions[:i], e.repeats) {
			o.mistakes[i] = fmt.Errorf("another entry exempts the same resources from the same rule")
		}
	}
	return o
}

// repeats tells whether both exemptions are for the same rule and resources, in one stack at least.
func (e Exemption) repeats(other Exemption) bool {
	return e.Rule == other.Rule && e.Resource == other.Resource &&
		(len(e.Stacks) == 0 || slices.ContainsFunc(e.Stacks, other.IsFor) || len(other.Stacks) == 0)
}

// verdicts are the consequences of findings: what one rule found on one resource is told together.
func (o *office) verdicts(findings []Finding, level func(rule string) Level) []Verdict {
	type subject struct {
		rule, urn string
		undecided bool
	}
	var verdicts []Verdict
	seen := map[subject]int{}
	for _, f := range findings {
		about := subject{f.Rule.Name, f.URN, f.Undecided}
		if i, again := seen[about]; again {
			verdicts[i].Message += "\n" + f.Message
			continue
		}
		seen[about] = len(verdicts)
		verdicts = append(verdicts, Verdict{Rule: f.Rule, URN: f.URN, Message: f.Message})
	}
	for about, i := range seen {
		o.pronounce(&verdicts[i], about.undecided, level(about.rule))
	}
	return verdicts
}

// pronounce sets the level of a verdict, the rule's own unless it is undecided or exempt, and says so.
func (o *office) pronounce(v *Verdict, undecided bool, level Level) {
	exemption := o.cover(v.Rule.Name, v.URN)
	v.Level = Advisory
	switch {
	case undecided && exemption == nil:
		v.Message = "undecided: " + v.Message
	case undecided:
		v.Message = fmt.Sprintf("undecided: %s\nShould it turn out to be a violation, it is exempt: %s", v.Message, o.terms(exemption))
	case exemption != nil:
		v.Message = fmt.Sprintf("exempt: %s\n%s", v.Message, o.terms(exemption))
	default:
		v.Level = level
		v.Message = fmt.Sprintf("%s\nFix: %s", v.Message, v.Rule.Fix)
	}
}

func (o *office) terms(e *Exemption) string {
	days, _ := e.DaysLeft(o.today)
	return fmt.Sprintf("%s (owner %s, expires %s, %d days left)", strings.TrimSpace(e.Reason), e.Owner, e.Expires, days)
}

// cover returns the exemption that holds for that rule on that resource, nil when there is none.
func (o *office) cover(rule, urn string) *Exemption {
	var first *Exemption
	for i := range o.exemptions {
		if o.mistakes[i] != nil || !o.exemptions[i].covers(rule, urn) {
			continue
		}
		o.mu.Lock()
		o.used[i] = true
		o.mu.Unlock()
		if first == nil {
			first = &o.exemptions[i]
		}
	}
	return first
}

// audit returns the exemptions that do not hold or were not needed, once everything has been judged. An empty stack is one whose name
// is not known: whether an exemption is for it cannot be told then. level gives the level of each policy.
func (o *office) audit(stack string, level func(rule string) Level) []Verdict {
	o.mu.Lock()
	defer o.mu.Unlock()
	var verdicts []Verdict
	say := func(i int, at Level, what string) {
		e := o.exemptions[i]
		verdicts = append(verdicts, Verdict{
			Rule: &exemptionsHold, Level: at,
			Message: fmt.Sprintf("Exemption %d, of rule %s for %s: %s.\nFix: %s", i+1, e.Rule, e.Resource, what, exemptionsHold.Fix),
		})
	}
	own := level(exemptionsHold.Name)
	if own == Disabled {
		return nil
	}
	for i, e := range o.exemptions {
		switch {
		case o.mistakes[i] != nil:
			say(i, own, strings.ReplaceAll(o.mistakes[i].Error(), "\n", "; "))
		case o.used[i] || stack != "" && !e.IsFor(stack):
		case level(e.Rule) == Disabled:
			say(i, Advisory, "its rule is disabled, so it could not be seen whether it is needed")
		case stack == "":
			say(i, Advisory, "nothing here needs it, but it may be for another stack")
		default:
			say(i, own, "nothing in this stack needs it")
		}
	}
	return verdicts
}

// conceal takes secret texts of the resources out of what rules said. Rules are tested to repeat no value; a log that holds a seed
// cannot be taken back, though.
func conceal(findings []Finding, inputs []Input) []Finding {
	if len(findings) == 0 {
		return nil
	}
	secrets := map[string]bool{}
	for _, input := range inputs {
		secretTexts(input.Props, false, secrets)
	}
	// Longest first, so that one secret inside another leaves nothing of it.
	texts := slices.SortedFunc(maps.Keys(secrets), func(a, b string) int { return len(b) - len(a) })
	for i := range findings {
		for _, text := range texts {
			// A shorter text is no secret worth the name, and would tear ordinary words apart.
			if len(text) >= 6 {
				findings[i].Message = strings.ReplaceAll(findings[i].Message, text, "[secret]")
			}
		}
	}
	return findings
}
