package clusterhardening

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// access is a set of requests that a role may allow: any of the verbs on any of the resources in one API group.
type access struct {
	// group is the API group; empty is the core group.
	group string
	// resources are plural names, with the subresource after a slash.
	resources []string
	// verbs are what is done; none stands for any verb.
	verbs []string
}

// refuse reports each rule of a Role or ClusterRole that allows any of these. The text says what such a rule does.
func refuse(r pack.Resource, violate pack.Report, does string, asked ...access) {
	for _, rule := range r.At("rules").List() {
		if slices.ContainsFunc(asked, func(a access) bool { return allows(rule, a) }) {
			violate(rule.Path() + " " + does)
		}
	}
}

// allows tells whether a rule of a role allows it. Wildcards count: whoever exempts a role from the rule about wildcards still
// gets to read what the wildcard opens.
func allows(rule pack.Value, a access) bool {
	groups := rule.At("apiGroups")
	return (len(a.verbs) == 0 || has(rule.At("verbs"), a.verbs...)) &&
		(groups.Absent() || has(groups, a.group)) &&
		has(rule.At("resources"), withSubresources(a.resources)...)
}

// has tells whether the list has the wildcard or one of the texts.
func has(list pack.Value, texts ...string) bool {
	return list.Contains("*") || slices.ContainsFunc(texts, list.Contains)
}

// withSubresources adds the form */exec to pods/exec. There is no form pods/*: the API server knows none.
func withSubresources(resources []string) []string {
	all := slices.Clone(resources)
	for _, resource := range resources {
		if _, sub, is := strings.Cut(resource, "/"); is {
			all = append(all, "*/"+sub)
		}
	}
	return all
}
