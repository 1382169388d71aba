package pack

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

type unknown struct{}

type secret struct{ inner any }

// Unknown stands in a sample for a value that is known only after the deployment.
var Unknown any = unknown{}

// Secret stands in a sample for a secret value.
func Secret(v any) any { return secret{v} }

// evaluation is one run of one check. What is asked of unknown values is answered by choices, and the check runs once for every
// combination of answers: what is reported each time is a violation, whatever the values turn out to be; what is reported sometimes
// is undecided.
type evaluation struct {
	// choices are the answers of this run; a question that is not among them is answered with beyond, and added.
	choices []choice
	beyond  bool
	// open are the resources in which the check met something unknown that no answer covers, such as a list of unknown length.
	open     map[string]bool
	settings map[string]any
	matched  memory
}

// choice is the answer to a question about an unknown value. It is kept by question: a check need not ask in the same order each time.
type choice struct {
	question string
	yes      bool
}

func (e *evaluation) remembered() memory {
	if e == nil {
		return memory{}
	}
	return e.matched
}

// leaveOpen notes that a check met something unknown in the resource that no answer covers.
func (e *evaluation) leaveOpen(urn string) {
	if e.open == nil {
		e.open = map[string]bool{}
	}
	e.open[urn] = true
}

// answer returns the run's answer to a question about an unknown value.
func (e *evaluation) answer(question string) bool {
	if e == nil {
		return false
	}
	for _, c := range e.choices {
		if c.question == question {
			return c.yes
		}
	}
	e.choices = append(e.choices, choice{question, e.beyond})
	return e.beyond
}

// Value is a property or the lack of one. Its methods never panic, whatever the shape.
type Value struct {
	node any
	// parent is the path of what the value stands in, and name its name there. They are joined when somebody asks, as nearly all
	// values are looked at and never told of: a quarter of what the review of a stack allocates.
	parent, name string
	secret       bool
	// owner is the URN of the resource, patch says that it sets some fields of an object that somebody else made: what is absent is unknown.
	owner string
	patch bool
	run   *evaluation
}

// Path is where the value stands, such as spec.containers[0].image. It holds no value.
func (v Value) Path() string {
	if v.name == "" {
		return v.parent
	}
	return join(v.parent, v.name)
}

// At returns the value below: names for objects, numbers for lists.
func (v Value) At(steps ...any) Value {
	for _, step := range steps {
		next := Value{parent: v.Path(), run: v.run, secret: v.secret, owner: v.owner, patch: v.patch}
		switch step := step.(type) {
		case string:
			if next.name = step; step == "" {
				next.parent = join(next.parent, step)
			}
			switch node := v.node.(type) {
			case unknown:
				next.node = unknown{}
			case map[string]any:
				next.node = node[step]
			}
		case int:
			next.parent += "[" + strconv.Itoa(step) + "]"
			switch node := v.node.(type) {
			case unknown:
				next.node = unknown{}
			case []any:
				if step >= 0 && step < len(node) {
					next.node = node[step]
				}
			}
		}
		if s, marked := next.node.(secret); marked {
			next.node, next.secret = s.inner, true
		}
		if next.node == nil && v.patch {
			next.node = unknown{}
		}
		v = next
	}
	return v
}

func join(path, step string) string {
	if !plain(step) {
		return path + "[" + strconv.Quote(step) + "]"
	}
	if path == "" {
		return step
	}
	return path + "." + step
}

// plain tells whether a name needs no quotes in a path. It is asked at every step of every rule, so it looks at bytes.
func plain(step string) bool {
	for i := range len(step) {
		switch step[i] {
		case '.', '/', '[', ']', '"':
			return false
		}
	}
	return true
}

// Known tells whether the value, or its absence, is known now.
func (v Value) Known() bool {
	_, is := v.node.(unknown)
	return !is
}

// Given tells whether there is a value, known or not. An empty string, list or object is none.
func (v Value) Given() bool {
	switch node := v.node.(type) {
	case nil:
		return false
	case string:
		return node != ""
	case []any:
		return len(node) > 0
	case map[string]any:
		return len(node) > 0
	}
	return true
}

// Marked tells whether the value is marked as a Pulumi secret, by itself or by what it stands in.
func (v Value) Marked() bool { return v.secret }

// decide answers a question: by the value when it is known, else by the choice of this run, for which the question is put into words.
func (v Value) decide(question func() string, known func(node any) bool) bool {
	if !v.Known() {
		return v.run.answer(v.owner + " " + v.Path() + " " + question())
	}
	return known(v.node)
}

// Is tells whether the value equals want: a string, bool or number. A number in text equals the number, "true" equals true.
func (v Value) Is(want any) bool {
	return v.decide(func() string { return "is " + scalar(want) }, func(node any) bool { return node != nil && scalar(node) == scalar(want) })
}

// In tells whether the value is one of the texts.
func (v Value) In(texts ...string) bool {
	return v.decide(func() string { return "in " + strings.Join(texts, " ") }, func(node any) bool {
		text, is := node.(string)
		return is && slices.Contains(texts, text)
	})
}

// Matches tells whether the value is a text that the expression matches.
func (v Value) Matches(expression *regexp.Regexp) bool {
	return v.decide(func() string { return "matches " + expression.String() }, func(node any) bool {
		text, is := node.(string)
		return is && v.run.remembered().of(expression, text)
	})
}

// HasPrefix tells whether the value is a text that begins with one of the prefixes.
func (v Value) HasPrefix(prefixes ...string) bool {
	return v.decide(func() string { return "begins " + strings.Join(prefixes, " ") }, func(node any) bool {
		text, is := node.(string)
		return is && slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(text, p) })
	})
}

// AtLeast and AtMost compare a number, or a number in text. What is no number is neither.
func (v Value) AtLeast(bound float64) bool {
	return v.decide(func() string { return "at least " + scalar(bound) }, func(node any) bool {
		n, is := number(node)
		return is && n >= bound
	})
}

// AtMost tells whether the value is a number up to the bound.
func (v Value) AtMost(bound float64) bool {
	return v.decide(func() string { return "at most " + scalar(bound) }, func(node any) bool {
		n, is := number(node)
		return is && n <= bound
	})
}

// Absent tells whether there is no value. Empty ones count as absent.
func (v Value) Absent() bool {
	return v.decide(func() string { return "absent" }, func(any) bool { return !v.Given() })
}

// List returns the elements of a list. For a list that is not known stands one element that is not known either: there may be one that
// is as asked, and one that is not. It leaves the check open besides.
func (v Value) List() []Value {
	v.look()
	if !v.Known() {
		return []Value{v.At(0)}
	}
	node, _ := v.node.([]any)
	var list []Value
	for i := range node {
		list = append(list, v.At(i))
	}
	return list
}

// Each returns the elements of a list, or the one value that stands where a list could: IAM policies take both.
func (v Value) Each() []Value {
	if list := v.List(); len(list) > 0 || !v.Given() {
		return list
	}
	return []Value{v}
}

// Some tells whether an element of a list is as asked. A list that is not known may have one.
func (v Value) Some(is func(Value) bool) bool {
	if !v.Known() {
		return !v.Absent()
	}
	return slices.ContainsFunc(v.List(), is)
}

// Keys returns the names in an object, sorted. They are as untold as values: do not put them into messages.
func (v Value) Keys() []string {
	v.look()
	node, _ := v.node.(map[string]any)
	return slices.Sorted(maps.Keys(node))
}

// Text returns the text of a value, for checks that have to take it apart; empty when it is none.
func (v Value) Text() string {
	v.look()
	text, _ := v.node.(string)
	return text
}

// JSON returns what stands in a text of JSON, such as an IAM policy; absent when it is none.
func (v Value) JSON() Value {
	text := v.Text()
	parsed := Value{run: v.run, parent: v.parent, name: v.name, secret: v.secret, owner: v.owner, patch: v.patch}
	if !v.Known() {
		parsed.node = unknown{}
	} else if object, is := v.node.(map[string]any); is {
		parsed.node = object
	} else if json.Unmarshal([]byte(text), &parsed.node) != nil {
		parsed.node = nil
	}
	return parsed
}

// Contains tells whether a list has the text among its elements. Unknown elements decide as assumed.
func (v Value) Contains(text string) bool {
	return v.decide(func() string { return "contains " + text }, func(node any) bool {
		list, _ := node.([]any)
		for i := range list {
			if v.At(i).Is(text) {
				return true
			}
		}
		return false
	})
}

// look marks the run as open when what is about to be taken apart is not known.
func (v Value) look() {
	if !v.Known() && v.run != nil {
		v.run.leaveOpen(v.owner)
	}
}

func scalar(node any) string {
	switch node := node.(type) {
	case string:
		return node
	case bool:
		return strconv.FormatBool(node)
	}
	if n, is := number(node); is {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return fmt.Sprintf("%T", node)
}

func number(node any) (float64, bool) {
	switch node := node.(type) {
	case float64:
		return node, true
	case int:
		return float64(node), true
	case string:
		n, err := strconv.ParseFloat(node, 64)
		return n, err == nil
	}
	return 0, false
}
