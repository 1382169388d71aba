package pack

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// Exemption is one accepted deviation from a rule. While it lasts, what the rule finds on these resources is advisory.
type Exemption struct {
	// Rule is the rule's name.
	Rule string `json:"rule"`
	// Resource says which resources, as type::name, with * for any text: kubernetes:apps/v1:DaemonSet::node-exporter*.
	Resource string `json:"resource"`
	// Reason says why the deviation is accepted, Owner who answers for it.
	Reason string `json:"reason"`
	Owner  string `json:"owner"`
	// Expires is its last day, as YYYY-MM-DD, in UTC.
	Expires string `json:"expires"`
	// Stacks are the stacks that it is for; all when there is none.
	Stacks []string `json:"stacks,omitempty"`
}

// ParseExemptions reads exemptions from YAML. It refuses what it does not know; whether the entries hold is for the review to say.
func ParseExemptions(text []byte) ([]Exemption, error) {
	var exemptions []Exemption
	if err := yaml.UnmarshalStrict(text, &exemptions); err != nil {
		return nil, fmt.Errorf("exemptions: %w", err)
	}
	return exemptions, nil
}

// covers tells whether the exemption is about that rule on that resource.
func (e Exemption) covers(rule, urn string) bool {
	id := identify(urn)
	return e.Rule == rule && matches(e.Resource, id.token+"::"+id.name) && e.IsFor(id.stack)
}

// IsFor tells whether the exemption is for that stack.
func (e Exemption) IsFor(stack string) bool {
	return len(e.Stacks) == 0 || slices.Contains(e.Stacks, stack)
}

// DaysLeft is how many days remain, today not counted; negative once it has expired.
func (e Exemption) DaysLeft(today time.Time) (int, error) {
	last, err := time.Parse(time.DateOnly, e.Expires)
	if err != nil {
		return 0, fmt.Errorf("expires is %q, want YYYY-MM-DD", e.Expires)
	}
	return int(last.Sub(today.UTC().Truncate(24*time.Hour)) / (24 * time.Hour)), nil
}

// validate returns what keeps the exemption from holding today.
func (e Exemption) validate(rules []Rule, today time.Time) error {
	var mistakes []error
	for _, field := range []struct{ name, value string }{{"reason", e.Reason}, {"owner", e.Owner}, {"expires", e.Expires}} {
		if strings.TrimSpace(field.value) == "" {
			mistakes = append(mistakes, fmt.Errorf("%s is missing", field.name))
		}
	}
	if !strings.Contains(e.Resource, "::") {
		mistakes = append(mistakes, fmt.Errorf("resource is %q, want type::name", e.Resource))
	}
	if !slices.ContainsFunc(rules, func(r Rule) bool { return r.Name == e.Rule }) {
		mistakes = append(mistakes, fmt.Errorf("rule is %q, want the name of a rule", e.Rule))
	}
	if days, err := e.DaysLeft(today); e.Expires != "" && err != nil {
		mistakes = append(mistakes, err)
	} else if err == nil && days < 0 {
		mistakes = append(mistakes, fmt.Errorf("it expired on %s, %d days ago", e.Expires, -days))
	}
	return errors.Join(mistakes...)
}

// identity is what a URN tells about its resource.
type identity struct{ stack, token, name string }

// identify takes a URN apart: urn:pulumi:stack::project::parentType$type::name.
func identify(urn string) identity {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) != 4 {
		return identity{}
	}
	token := parts[2][strings.LastIndex(parts[2], "$")+1:]
	return identity{stack: strings.TrimPrefix(parts[0], "urn:pulumi:"), token: token, name: parts[3]}
}

// matches tells whether the whole text fits the pattern, in which * stands for any text.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, fits := strings.CutPrefix(text, parts[0])
	if !fits {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[last])
}
