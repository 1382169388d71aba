// Package review is what a reviewer of a merge request reads: what a preview would change, which policies it breaks, and what it costs.
package review

import (
	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// Review is a preview, put together for a reader. It holds names of properties and never a value of one.
type Review struct {
	// Stack is the stack's name.
	Stack string
	// Failed tells that the preview ended with an error; Errors say where and of which kind, in words of this package.
	Failed bool
	Errors []string
	// BrokeOff tells that the program did not run to its end: Resources and Domains are then not the whole stack, and no cost is known.
	BrokeOff bool
	// Unreviewed tells that this project's policy pack did not judge the preview, so that no finding means nothing.
	Unreviewed bool
	// Resources are all resources of the preview, parents before children, in the order of the event log.
	Resources []Resource
	// Findings are the policies', mandatory ones first, then advisory, undecided and exempt ones; each by severity, rule and resource.
	Findings []Finding
	// Domains are the verdict by domain of the CKS curriculum, in the curriculum's order; bitcoin follows, and pack, the pack's own
	// policies, is the last.
	Domains []Domain
	// Rules are the pack's rules in the curriculum's order, and the pack's own policies after them.
	Rules []Rule
	// Exemptions are those of the stack, those that end first before the others.
	Exemptions []Exemption
	// Cost is what the stack costs a month: as it was before, and as previewed. Both are empty when the preview broke off.
	Before, After cost.Estimate
}

// Op is what happens to a resource.
type Op string

// The operations, in the order in which a reader wants them.
const (
	Replace Op = "replace"
	Delete  Op = "delete"
	Update  Op = "update"
	Create  Op = "create"
	Import  Op = "import"
	Refresh Op = "refresh"
	Same    Op = "same"
)

// Resource is one resource of the preview.
type Resource struct {
	// URN identifies it; Type and Name are parts of it. Parent is its parent's URN, empty for the stack.
	URN, Type, Name, Parent string
	// Op is what happens to it.
	Op Op
	// Changed are the paths of the properties that differ, Replacing those of them that make a replacement necessary.
	Changed, Replacing []string
	// DependsOn are the URNs of the resources that it depends on, as far as the log says so: today's engine says nothing of it.
	DependsOn []string
	// Stateful tells that deleting or replacing it loses data: volumes, databases, keys, state. Loses says what, in one sentence.
	Stateful bool
	Loses    string
	// Retained tells that Pulumi forgets it instead of deleting it.
	Retained bool
	// Protected tells that Pulumi refuses to delete it.
	Protected bool
	// Component tells that it stands for its children and is nothing by itself.
	Component bool
}

// Finding is a violation of a rule, or a question that is undecided at preview.
type Finding struct {
	// Rule is the rule's name, Severity its severity, Domain the key of its CKS domain, URL where its description stands.
	Rule     string
	Severity pack.Severity
	Domain   string
	URL      string
	// URN is the resource; empty for a finding about the whole stack.
	URN string
	// Message says what is wrong, Fix how to mend it.
	Message, Fix string
	// Mandatory findings stop the preview. Exempted ones would, were they not accepted in policy/exemptions.yaml.
	Mandatory, Exempted bool
	// Undecided tells that the answer is known only after the creation.
	Undecided bool
	// Fingerprint is the same for the same finding in the next run: it follows from rule, resource and message, and from no file or line.
	Fingerprint string
}

// Rule is a rule of the policy pack, and whether it looked at something, with or without a finding.
type Rule struct {
	Name, Domain string
	Judged       bool
}

// Domain is the verdict on one domain.
type Domain struct {
	// Key is the domain's key, such as cluster-setup; Title its name in the curriculum.
	Key, Title string
	// Rules is how many rules the pack has there. Passed, Failed and so on count these rules by their worst finding.
	Rules, Passed, Failed, Advisory, Exempted, Undecided int
	// NotReviewed rules were disabled, had nothing to look at, or were not reached before the preview broke off.
	NotReviewed int
}

// Mandatory are the findings that stop the preview.
func (r Review) Mandatory() []Finding {
	var stopping []Finding
	for _, f := range r.Findings {
		if f.Mandatory {
			stopping = append(stopping, f)
		}
	}
	return stopping
}

// AtRisk are the resources whose data a replacement or a deletion loses.
func (r Review) AtRisk() []Resource {
	var lost []Resource
	for _, resource := range r.Resources {
		if resource.Stateful && (resource.Op == Replace || resource.Op == Delete) {
			lost = append(lost, resource)
		}
	}
	return lost
}

// Exemption is an accepted deviation, and how long it lasts.
type Exemption struct {
	pack.Exemption
	// DaysLeft counts the days after today up to the last one; negative when it has expired.
	DaysLeft int
}
