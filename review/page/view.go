package page

import (
	"fmt"
	"html/template"
	"strings"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/review"
)

// view is what the templates show. All text in it is plain: they escape it.
type view struct {
	review.Review
	Style  template.CSS
	Policy string

	// Outcome is the preview in one sentence.
	Outcome string
	// Refused tells that the preview ended because a rule is broken, and for no other reason.
	Refused bool
	// Operations count all resources, Components those of them that only stand for others.
	Operations tally
	Components int
	AtRisk     []*node
	List       []finding
	Cards      []card
	Sum        review.Domain
	Kinds      []choice
	Severities []choice
	Terms      []term
	Bill       bill
	Forest     forest
	Groups     []group
	Picture    *picture
}

func newView(r review.Review) view {
	f := newForest(r.Resources)
	v := view{Review: r, Forest: f, Operations: f.tally(), Bill: newBill(r.Before, r.After, f), Groups: groupsOf(f)}
	v.Picture = draw(v.Groups)
	v.List = findingsOf(r, f)
	v.Cards = cardsOf(v.List)
	v.Kinds, v.Severities = kindChoices(v.List), severityChoices(v.List)
	for _, n := range f.all {
		if n.Resource.Component {
			v.Components++
		}
		if n.AtRisk() {
			v.AtRisk = append(v.AtRisk, n)
		}
	}
	for _, d := range r.Domains {
		v.Sum.Rules += d.Rules
		v.Sum.Passed += d.Passed
		v.Sum.Failed += d.Failed
		v.Sum.Advisory += d.Advisory
		v.Sum.Exempted += d.Exempted
		v.Sum.Undecided += d.Undecided
		v.Sum.NotReviewed += d.NotReviewed
	}
	for _, e := range r.Exemptions {
		v.Terms = append(v.Terms, term{e})
	}
	v.Refused = r.Failed && !r.BrokeOff && brokenRules(v.List, "kind-stops") > 0
	v.Outcome = v.outcome()
	return v
}

// ComponentName is the topmost component that the resource belongs to.
func (n *node) ComponentName() string {
	if top := n.component(); top != nil {
		return top.Name
	}
	return outside
}

// outcome is the preview in one sentence: what it changes, breaks and costs.
func (v view) outcome() string {
	change := "would change nothing"
	if n := v.Operations.Changes(); n > 0 {
		change = "would change " + count(n, "resource")
	}
	rules := "breaks no rule"
	switch n := brokenRules(v.List, "kind-stops"); {
	case n > 0:
		rules = "breaks " + count(n, "rule")
	case v.Unreviewed:
		rules = "was judged by no policy"
	}
	price := v.Bill.outcome()
	if v.BrokeOff {
		price = "and its cost is not known"
	}
	sentence := fmt.Sprintf("%s, %s, %s.", change, rules, price)
	switch {
	case v.BrokeOff:
		return "The preview broke off. As far as it came, it " + sentence
	case v.Refused:
		return "The policies refuse this preview. It " + sentence
	case v.Failed:
		return "The preview failed. It " + sentence
	}
	return strings.ToUpper(sentence[:1]) + sentence[1:]
}

// outcome is the difference in words.
func (b bill) outcome() string {
	change := b.Total.Difference()
	// Less than half a cent is nothing to a reader who sees cents.
	same := change.String() == cost.Money(0).String()
	switch {
	case same && b.Empty():
		return "and nothing of it is on the bill"
	case same:
		return "and costs the same"
	case change > 0:
		return "and costs " + change.String() + " more a month"
	}
	return "and costs " + (-change).String() + " less a month"
}

// verdict says in words how a domain came off, so that no colour has to.
func verdict(d review.Domain) string {
	switch {
	case d.Failed > 0:
		return count(d.Failed, "rule") + " broken"
	case d.Advisory > 0:
		return "holds, with advice"
	case d.Exempted > 0:
		return "holds, with exemptions"
	case d.Undecided > 0:
		return "open until created"
	case d.Passed == 0:
		return "not reviewed"
	}
	return "holds"
}

// soonDays is how many days before its end an exemption is marked.
const soonDays = 30

// term is an exemption as it is shown.
type term struct{ review.Exemption }

// Soon tells that the exemption ends soon, Over that it has ended.
func (t term) Soon() bool { return t.DaysLeft >= 0 && t.DaysLeft < soonDays }

// Over tells that it has ended.
func (t term) Over() bool { return t.DaysLeft < 0 }

// Left is the rest of its time in words.
func (t term) Left() string {
	switch {
	case t.DaysLeft < 0:
		return "expired " + count(-t.DaysLeft, "day") + " ago"
	case t.DaysLeft == 0:
		return "ends today"
	}
	return count(t.DaysLeft, "day") + " left"
}

// moves is the sign of the difference for the style sheet.
func moves(m cost.Money) string {
	switch {
	case m > 0:
		return "more"
	case m < 0:
		return "less"
	}
	return "even"
}
