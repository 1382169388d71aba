package page

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/review"
)

// stackType is the type of the one resource that stands for the stack.
const stackType = "pulumi:pulumi:Stack"

// manyCreated is how many created resources are too many to be spread out: the first preview of a stack creates everything, and then a
// component that is new as a whole is folded.
const manyCreated = 60

// node is a resource in the tree.
type node struct {
	review.Resource
	// ID is its anchor on the page.
	ID       int
	Shown    operation
	Paths    []path
	Children []*node
	Needs    []need
	// Tally counts it and everything below it.
	Tally tally
	Open  bool

	parent *node
}

// path is a property that differs. Forces tells that it makes the replacement necessary.
type path struct {
	Path   string
	Forces bool
}

// need is a resource that another one depends on. ID is its anchor, or negative when the review does not have it.
type need struct {
	URN string
	ID  int
}

// Short is the end of the URN, which names the resource.
func (n need) Short() string {
	if i := strings.LastIndex(n.URN, "::"); i >= 0 {
		return n.URN[i+len("::"):]
	}
	return n.URN
}

// forest is all resources as a tree.
type forest struct {
	Roots []*node
	all   []*node
	byURN map[string]*node
}

// newForest builds the tree. Every resource is in it once, also one whose parent is missing or below itself.
func newForest(resources []review.Resource) forest {
	f := forest{byURN: make(map[string]*node, len(resources))}
	for i, r := range resources {
		n := &node{Resource: r, ID: i + 1, Shown: operationOf(r.Op), Paths: pathsOf(r), Tally: tally{r.Op: 1}}
		f.all = append(f.all, n)
		if f.byURN[r.URN] == nil {
			f.byURN[r.URN] = n
		}
	}
	f.plant()
	for _, n := range f.all {
		for _, urn := range n.DependsOn {
			n.Needs = append(n.Needs, need{urn, f.id(urn)})
		}
	}
	spread := f.tally()[review.Create] <= manyCreated
	for _, root := range f.Roots {
		root.finish(spread, root.Type == stackType)
	}
	return f
}

// plant hangs every node below its parent.
func (f *forest) plant() {
	rooted := make(map[*node]bool, len(f.all))
	for _, n := range f.all {
		n.parent = f.byURN[n.Parent]
	}
	for _, n := range f.all {
		climbed := map[*node]bool{}
		for at := n; at != nil && !rooted[at]; at = at.parent {
			climbed[at] = true
			if climbed[at.parent] {
				at.parent = nil
			}
		}
		for at := range climbed {
			rooted[at] = true
		}
	}
	for _, n := range f.all {
		if n.parent == nil {
			f.Roots = append(f.Roots, n)
			continue
		}
		n.parent.Children = append(n.parent.Children, n)
	}
}

// id is the anchor of a resource, -1 when there is none.
func (f *forest) id(urn string) int {
	if n := f.byURN[urn]; n != nil {
		return n.ID
	}
	return -1
}

func (f *forest) tally() tally {
	t := tally{}
	for _, n := range f.all {
		t[n.Op]++
	}
	return t
}

// finish sums up what is below a node, and opens it when there is a change to see.
func (n *node) finish(spread, top bool) {
	for _, child := range n.Children {
		child.finish(spread, false)
		n.Tally.add(child.Tally)
	}
	size, changes := n.Tally.total(), n.Tally.Changes()
	n.Open = top || (changes > 0 && len(n.Children) > 0 && (spread || n.Tally[review.Create] < size))
}

// AtRisk tells that the resource's data would be lost.
func (n *node) AtRisk() bool {
	return n.Stateful && (n.Op == review.Replace || n.Op == review.Delete)
}

// Stray is the URN of the parent when the tree does not show it there: it is missing, or below the node itself.
func (n *node) Stray() string {
	if n.parent == nil {
		return n.Parent
	}
	return ""
}

// Size is how many resources the node and what is below it are.
func (n *node) Size() int { return n.Tally.total() }

// fewIdle is how many unchanged children are left between the others; more are folded, or nobody finds what changes.
const fewIdle = 3

// Shows are the children that are shown one by one.
func (n *node) Shows() []*node {
	if !n.folds() {
		return n.Children
	}
	return slices.DeleteFunc(slices.Clone(n.Children), (*node).idle)
}

// Folds are the other children, which are folded together because nothing changes in them.
func (n *node) Folds() []*node {
	if !n.folds() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.Children), func(child *node) bool { return !child.idle() })
}

// folds tells whether the unchanged children are folded. Those of the stack are its components, which a reader wants to see.
func (n *node) folds() bool {
	idle := 0
	for _, child := range n.Children {
		if child.idle() {
			idle++
		}
	}
	return n.Type != stackType && idle > fewIdle && idle < len(n.Children)
}

func (n *node) idle() bool { return n.Tally.Changes() == 0 }

// component is the topmost component that the node belongs to, nil when it belongs to none.
func (n *node) component() *node {
	top := n
	for top.parent != nil && top.parent.Type != stackType {
		top = top.parent
	}
	if !top.Resource.Component || top.Type == stackType {
		return nil
	}
	return top
}

func pathsOf(r review.Resource) []path {
	var paths []path
	for _, p := range r.Replacing {
		paths = append(paths, path{p, true})
	}
	for _, p := range r.Changed {
		if !slices.Contains(r.Replacing, p) {
			paths = append(paths, path{p, false})
		}
	}
	return paths
}
