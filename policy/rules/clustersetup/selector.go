package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

// namespaceDefault is where an object goes that names no namespace.
const namespaceDefault = "default"

// sameNamespace tells whether two objects stand in the same namespace.
func sameNamespace(a, b pack.Value) bool {
	return same(a, b) || inDefault(a) && inDefault(b)
}

func inDefault(namespace pack.Value) bool {
	return namespace.Known() && !namespace.Given() || namespace.Is(namespaceDefault)
}

// selectsAll tells whether a label selector is empty and so selects everything.
func selectsAll(selector pack.Value) bool {
	return selector.Absent() || selector.Known() && selector.At("matchLabels").Absent() && selector.At("matchExpressions").Absent() && onlySelects(selector)
}

// onlySelects tells whether an object holds nothing but what label selectors are made of. A text in its place does not.
func onlySelects(selector pack.Value) bool {
	keys := selector.Keys()
	for _, key := range keys {
		if key != "matchLabels" && key != "matchExpressions" {
			return false
		}
	}
	return len(keys) > 0
}

// selects tells whether a label selector matches the labels.
func selects(selector, labels pack.Value) bool {
	if selectsAll(selector) {
		return true
	}
	if !selector.Known() || !onlySelects(selector) {
		return false
	}
	wanted := selector.At("matchLabels")
	if !wanted.Known() && !assumed(wanted) {
		return false
	}
	for _, key := range wanted.Keys() {
		if !same(labels.At(key), wanted.At(key)) {
			return false
		}
	}
	expressions := selector.At("matchExpressions")
	if !expressions.Known() && !assumed(expressions) {
		return false
	}
	for _, e := range expressions.List() {
		if !holds(e, labels) {
			return false
		}
	}
	return true
}

// holds tells whether one of a selector's expressions holds for the labels.
func holds(expression, labels pack.Value) bool {
	key, operator, values := expression.At("key"), expression.At("operator"), expression.At("values")
	label := labels.At(key.Text())
	for _, v := range []pack.Value{key, operator, label} {
		if !v.Known() {
			return assumed(v)
		}
	}
	// An empty value is a label, too.
	there := label.Given() || label.Is("")
	switch operator.Text() {
	case "Exists":
		return there
	case "DoesNotExist":
		return !there
	case "In":
		return there && among(label, values)
	case "NotIn":
		if !values.Known() {
			return assumed(values)
		}
		return !there || !among(label, values)
	}
	return false
}

func among(label, values pack.Value) bool { return values.Contains(label.Text()) }
