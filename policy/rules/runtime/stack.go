package runtime

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

const (
	nameLabel      = "app.kubernetes.io/name"
	componentLabel = "app.kubernetes.io/component"
)

// clusters returns the stack's EKS control planes: what AWS itself gets, also where pulumi-eks makes it.
func clusters(s pack.Stack) []pack.Resource { return s.All(pack.Tokens("aws:eks/cluster:Cluster")) }

// equal tells whether two values are the same text. One that is not known leaves it undecided.
func equal(a, b pack.Value) bool {
	if !b.Known() {
		a, b = b, a
	}
	return a.Is(b.Text())
}

// sameNamespace tells whether two objects stand in one namespace. None named is the namespace default.
func sameNamespace(a, b pack.Resource) bool {
	x, y := a.Namespace(), b.Namespace()
	if !y.Known() {
		x, y = y, x
	}
	name := y.Text()
	if name == "" {
		name = "default"
	}
	return x.Is(name) || name == "default" && x.Absent()
}

// selects tells whether a label selector matches the labels. An empty one matches everything.
func selects(selector, labels pack.Value) bool {
	fails := func(e pack.Value) bool { return !meets(labels, e) }
	return contains(labels, selector.At("matchLabels")) && !selector.At("matchExpressions").Some(fails)
}

// contains tells whether all wanted labels are among the labels.
func contains(labels, wanted pack.Value) bool {
	return !slices.ContainsFunc(wanted.Keys(), func(key string) bool { return !equal(labels.At(key), wanted.At(key)) })
}

// meets tells whether the labels meet one expression of a selector.
func meets(labels, expression pack.Value) bool {
	key, operator := expression.At("key"), expression.At("operator")
	if !key.Known() {
		return !key.Absent()
	}
	label := labels.At(key.Text())
	listed := func() bool {
		return expression.At("values").Some(func(v pack.Value) bool { return equal(label, v) })
	}
	switch {
	case operator.Is("In"):
		return listed()
	case operator.Is("NotIn"):
		return !listed()
	case operator.Is("Exists"):
		return carries(labels, label, key.Text())
	case operator.Is("DoesNotExist"):
		return !carries(labels, label, key.Text())
	}
	return false
}

// carries tells whether there is a label of that key, be it empty.
func carries(labels, label pack.Value, key string) bool {
	if !labels.Known() {
		return !label.Absent()
	}
	return slices.Contains(labels.Keys(), key)
}
