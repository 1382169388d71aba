package page

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/review"
)

// kind is what a finding means for the change.
type kind struct {
	// Class is used by the style sheet and by the filter.
	Class, Word, Sign string
}

func kinds() []kind {
	return []kind{
		{"kind-stops", "stops the preview", "✕"},
		{"kind-advice", "advisory", "i"},
		{"kind-exempted", "exempted", "✓"},
		{"kind-undecided", "undecided", "?"},
	}
}

// kindOf is the weakest that holds: an exempted finding does not stop anything, whatever its level, and an undecided one is no violation yet.
func kindOf(f review.Finding) kind {
	all := kinds()
	switch {
	case f.Undecided:
		return all[3]
	case f.Exempted:
		return all[2]
	case f.Mandatory:
		return all[0]
	}
	return all[1]
}

// severity is how a severity is shown.
type severity struct {
	Class, Word string
}

func severities() []severity {
	return []severity{
		{"severity-critical", string(pack.Critical)},
		{"severity-high", string(pack.High)},
		{"severity-medium", string(pack.Medium)},
		{"severity-low", string(pack.Low)},
	}
}

func severityOf(s pack.Severity) severity {
	all := severities()
	if i := slices.IndexFunc(all, func(known severity) bool { return known.Word == string(s) }); i >= 0 {
		return all[i]
	}
	return severity{"severity-other", string(s)}
}

// finding is a finding as it is shown.
type finding struct {
	review.Finding
	Kind  kind
	Level severity
	// DomainTitle is the domain's name, or its key when the review has no such domain.
	DomainTitle string
	// Resource is nil for the stack as a whole, and for a resource that the review does not have.
	Resource *node
}

// shortFingerprint is how many characters of a fingerprint are shown: enough to find it again in another report.
const shortFingerprint = 12

// Short is the beginning of the fingerprint.
func (f finding) Short() string {
	runes := []rune(f.Fingerprint)
	return string(runes[:min(len(runes), shortFingerprint)])
}

func findingsOf(r review.Review, f forest) []finding {
	var list []finding
	for _, found := range r.Findings {
		shown := finding{Finding: found, Kind: kindOf(found), Level: severityOf(found.Severity), DomainTitle: found.Domain, Resource: f.byURN[found.URN]}
		if i := slices.IndexFunc(r.Domains, func(d review.Domain) bool { return d.Key == found.Domain }); i >= 0 {
			shown.DomainTitle = r.Domains[i].Title
		}
		list = append(list, shown)
	}
	return list
}

// card is what a rule says in the same words of one or more resources.
type card struct {
	finding
	Places []finding
}

// cardsOf puts findings together that differ in the resource alone: ten volumes without protection are one thing to read.
func cardsOf(list []finding) []card {
	var cards []card
	at := map[review.Finding]int{}
	for _, f := range list {
		same := f.Finding
		same.URN, same.Fingerprint = "", ""
		i, known := at[same]
		if !known {
			i = len(cards)
			at[same] = i
			cards = append(cards, card{finding: f})
		}
		cards[i].Places = append(cards[i].Places, f)
	}
	return cards
}

// choice is one position of the filter.
type choice struct {
	Class, Word string
	Count       int
}

func kindChoices(list []finding) []choice {
	var choices []choice
	for _, k := range kinds() {
		choices = append(choices, choice{k.Class, k.Word, matching(list, func(f finding) bool { return f.Kind == k })})
	}
	return choices
}

func severityChoices(list []finding) []choice {
	var choices []choice
	for _, s := range severities() {
		choices = append(choices, choice{s.Class, s.Word, matching(list, func(f finding) bool { return f.Level == s })})
	}
	return choices
}

func matching(list []finding, which func(finding) bool) int {
	n := 0
	for _, f := range list {
		if which(f) {
			n++
		}
	}
	return n
}

// brokenRules counts the rules that have a finding of that kind.
func brokenRules(list []finding, class string) int {
	rules := map[string]bool{}
	for _, f := range list {
		if f.Kind.Class == class {
			rules[f.Rule] = true
		}
	}
	return len(rules)
}
