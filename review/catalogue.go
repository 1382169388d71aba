package review

import (
	"net/url"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/cks"
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// ourPack is the name under which the engine knows this project's policy pack.
const ourPack = "satkube"

// ownDomain is the key of the pack's own policies, which stand for no line of the curriculum.
const ownDomain = "pack"

// catalogue is the policy pack's rules by name: what the log says of a rule is its name alone.
type catalogue struct {
	rules map[string]pack.Rule
	order []string
	docs  string
}

func newCatalogue(rules []pack.Rule, docs string) catalogue {
	c := catalogue{rules: map[string]pack.Rule{}, docs: docs}
	for _, list := range [][]pack.Rule{rules, pack.Own()} {
		for _, rule := range list {
			c.rules[rule.Name] = rule
			c.order = append(c.order, rule.Name)
		}
	}
	return c
}

// url is where a rule of the pack is explained; empty where no document was named.
func (c catalogue) url(rule string) string {
	if _, known := c.rules[rule]; !known || c.docs == "" {
		return ""
	}
	return c.docs + "#" + url.PathEscape(rule)
}

// domain is the key of a rule's domain; empty for a rule that the pack does not have.
func (c catalogue) domain(rule string) string {
	known, is := c.rules[rule]
	if !is {
		return ""
	}
	if known.CKS == "" {
		return ownDomain
	}
	return domainOf(known.CKS)
}

func domainOf(competency string) string {
	domain, _, _ := strings.Cut(competency, "/")
	return domain
}

// domainKeys are the domains in the curriculum's order, and the pack's own at the end.
func domainKeys() []string {
	var keys []string
	for _, c := range cks.Competencies() {
		if key := domainOf(c.Key); len(keys) == 0 || keys[len(keys)-1] != key {
			keys = append(keys, key)
		}
	}
	return append(keys, ownDomain)
}

// titleOf is the curriculum's wording, as the policy pack tells it to the engine.
func titleOf(domain string) string {
	if domain == ownDomain {
		return "The policy pack itself"
	}
	return pack.DomainTitle(domain)
}

// domains counts the rules by their worst finding.
func domains(rules []Rule, findings []Finding) []Domain {
	worst := map[string]int{}
	for _, f := range findings {
		if f.Domain == "" {
			continue // another pack's rule may have the same name
		}
		worst[f.Rule] = max(worst[f.Rule], weight(f))
	}
	var all []Domain
	for _, key := range domainKeys() {
		d := Domain{Key: key, Title: titleOf(key)}
		for _, rule := range rules {
			if rule.Domain == key {
				weight, found := worst[rule.Name]
				d.count(rule, weight, found)
			}
		}
		if d.Rules > 0 {
			all = append(all, d)
		}
	}
	return all
}

func (d *Domain) count(rule Rule, worst int, found bool) {
	d.Rules++
	switch {
	case !found && rule.Judged:
		d.Passed++
	case !found:
		d.NotReviewed++
	case worst == mandatory:
		d.Failed++
	case worst == advisory:
		d.Advisory++
	case worst == undecided:
		d.Undecided++
	default:
		d.Exempted++
	}
}

// The weights of a finding, from what is accepted to what stops the preview.
const (
	exempted = iota
	undecided
	advisory
	mandatory
)

func weight(f Finding) int {
	switch {
	case f.Mandatory:
		return mandatory
	case f.Exempted:
		return exempted
	case f.Undecided:
		return undecided
	}
	return advisory
}
