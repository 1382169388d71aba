// Package pack is the rule engine of the policy pack: rules are values, reviewed over plain resources. It knows no rule.
package pack

import (
	"slices"
	"strings"
)

// Severity says how bad a violation is. Critical and high ones are mandatory by default, medium and low ones advisory unless the
// pack's configuration says otherwise.
type Severity string

// The severities.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Report takes one violation as a sentence. The sentence names paths and what is wanted, never a value: values may be secret.
type Report func(message string)

// StackReport takes one violation of a stack rule and the resource that it is about.
type StackReport func(about Resource, message string)

// Rule is one policy: what must hold, why, how to mend it, the check, and samples that prove the check. Its tests and its
// documentation are made from it.
type Rule struct {
	// Name is unique, in kebab case, and never used again for another rule.
	Name string
	// Types are the resources that the rule looks at; of a stack rule, the ones that it may report.
	Types Types
	// Severity is how bad a violation is.
	Severity Severity
	// CKS is the key of the competency in Competencies, such as "cluster-setup/network-policies".
	CKS string
	// Must says what has to hold, in one sentence. Why says what happens otherwise. Fix says what to change.
	Must, Why, Fix string
	// Refs are the rule's sources: benchmark ids, documents.
	Refs []string
	// Settings are the values that the pack's configuration may change, with their defaults: strings, numbers, bools or lists of strings.
	Settings map[string]any
	// Check looks at one resource; exactly one of Check and CheckStack is set.
	Check func(r Resource, violate Report)
	// CheckStack looks at all resources together.
	CheckStack func(s Stack, violate StackReport)
	// Pass and Fail are samples that the rule accepts and refuses, two of each at least where it makes sense.
	Pass, Fail Cases
}

// Cases are samples by what they show.
type Cases map[string]Case

// Case is a sample: one resource, or several for a stack rule.
type Case []Object

// Object is a resource of a sample. Unknown stands for a value that is not known at preview, Secret(v) for a secret one.
type Object struct {
	Type, Name string
	Props      map[string]any
	Protect    bool
}

// One is the sample of a single resource.
func One(token string, props map[string]any) Case {
	return Case{{Type: token, Name: "sample", Props: props}}
}

// Types says which resources a rule looks at. Twins count: a rule for Pod also sees PodPatch, and each item of a PodList.
type Types struct {
	any    bool
	tokens []string
	kinds  []string
}

// Tokens are types by their full token, such as aws:ec2/vpc:Vpc.
func Tokens(tokens ...string) Types { return Types{tokens: tokens} }

// Kinds are Kubernetes kinds of any API group and version, such as StatefulSet.
func Kinds(kinds ...string) Types { return Types{kinds: kinds} }

// Anything is every resource.
func Anything() Types { return Types{any: true} }

// PodCarriers are the Kubernetes kinds that hold a pod's specification.
func PodCarriers() Types {
	return Kinds("Pod", "PodTemplate", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob")
}

// And joins two sets of types.
func (t Types) And(other Types) Types {
	return Types{any: t.any || other.any, tokens: slices.Concat(t.tokens, other.tokens), kinds: slices.Concat(t.kinds, other.kinds)}
}

// Match tells whether a resource of that token is one of these types.
func (t Types) Match(token string) bool {
	if t.any || slices.Contains(t.tokens, token) {
		return true
	}
	kind, kubernetes := kindOf(token)
	return kubernetes && slices.Contains(t.kinds, kind)
}

// kindOf returns the Kubernetes kind of a token, without the twin's ending.
func kindOf(token string) (string, bool) {
	rest, kubernetes := strings.CutPrefix(token, "kubernetes:")
	module, kind, _ := strings.Cut(rest, ":")
	if !kubernetes || module == rest || strings.Contains(kind, ":") {
		return "", false
	}
	group, _, _ := strings.Cut(module, "/")
	if strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io") {
		// A custom resource has no twins, whatever its name ends with.
		return kind, true
	}
	kind, _ = strings.CutSuffix(kind, "Patch")
	kind, _ = strings.CutSuffix(kind, "List")
	return kind, true
}
