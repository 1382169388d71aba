package review

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// severities orders them, the worst first.
func severities() []pack.Severity {
	return []pack.Severity{pack.Critical, pack.High, pack.Medium, pack.Low}
}

// findings turns the log's violations into findings, mandatory ones first.
func (l *Log) findings(stack string, rules catalogue, exemptions []pack.Exemption) []Finding {
	type found struct {
		Finding
		pack, resource string
	}
	var all []found
	for _, event := range l.violations {
		f := Finding{Rule: cmp.Or(plain(event.PolicyName), "unnamed"), Severity: pack.Severity(event.Severity), URN: event.ResourceURN}
		// The engine writes advisory; apitype documents warning and none. Anything else stops the preview.
		f.Mandatory = !slices.Contains([]string{"advisory", "warning", "none"}, event.EnforcementLevel)
		// What another pack says may hold values: nobody here has tested that it does not.
		said := sentence{text: "It breaks a policy of the pack " + event.PolicyPackName + "; the job's log has the message."}
		if event.PolicyPackName == ourPack {
			said = take(event.Message, f.Mandatory, reasonsFor(f.Rule, exemptions))
			f.Domain, f.URL = rules.domain(f.Rule), rules.url(f.Rule)
			if rule, known := rules.rules[f.Rule]; known {
				// The rule's own words, whatever the log holds.
				f.Severity, said.fix = rule.Severity, rule.Fix
			}
		}
		f.Message, f.Fix = conceal(said.text), conceal(said.fix)
		f.Exempted, f.Undecided = said.exempted, said.undecided
		if !slices.Contains(severities(), f.Severity) {
			f.Severity = pack.Medium
		}
		id, err := urn.Parse(f.URN)
		if err != nil || id.Type() == "pulumi:pulumi:Stack" {
			// The engine lays what is about the whole stack upon the stack's own resource.
			f.URN = ""
		}
		resource := ""
		if f.URN != "" {
			resource = string(id.Type()) + "::" + id.Name()
		}
		all = append(all, found{f, event.PolicyPackName, resource})
	}
	slices.SortStableFunc(all, func(a, b found) int {
		return cmp.Or(
			weight(b.Finding)-weight(a.Finding),
			slices.Index(severities(), a.Severity)-slices.Index(severities(), b.Severity),
			strings.Compare(a.Rule, b.Rule), strings.Compare(a.URN, b.URN), strings.Compare(a.Message, b.Message),
		)
	})
	var findings []Finding
	taken := map[string]bool{}
	for _, f := range all {
		for repeated := 0; ; repeated++ {
			f.Fingerprint = fingerprint(stack, f.pack, f.Finding, f.resource, repeated)
			if !taken[f.Fingerprint] {
				break
			}
		}
		taken[f.Fingerprint] = true
		findings = append(findings, f.Finding)
	}
	return findings
}
