package review

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"

	"gitlab.com/thinkmassive/satkube/cost"
)

// opOf is the operation as a reader sees it: the engine's several steps of one replacement are one.
func opOf(step apitype.StepEventMetadata) (Op, bool) {
	switch step.Op {
	case apitype.OpReplace, apitype.OpCreateReplacement, apitype.OpDeleteReplaced, apitype.OpImportReplacement, apitype.OpRemovePendingReplace:
		return Replace, true
	case apitype.OpDelete:
		if step.Old != nil && step.Old.Delete {
			// An update was broken off in the middle of a replacement, and this one takes away what it left.
			return Replace, true
		}
		return Delete, true
	case apitype.OpUpdate:
		return Update, true
	case apitype.OpCreate:
		return Create, true
	case apitype.OpImport:
		return Import, true
	case apitype.OpRefresh, apitype.OpRead, apitype.OpReadReplacement, apitype.OpReadDiscard, apitype.OpDiscardReplaced:
		return Refresh, true
	case apitype.OpSame:
		return Same, true
	}
	return "", false
}

// ops are the operations as the constants stand, the one first that a reader must not miss.
func ops() []Op { return []Op{Replace, Delete, Update, Create, Import, Refresh, Same} }

// prevails tells which of two operations on one resource tells more. That it was read says less than that it stays the same.
func prevails(op, over Op) bool {
	order := []Op{Replace, Delete, Update, Create, Import, Same, Refresh}
	return over == "" || slices.Index(order, op) < slices.Index(order, over)
}

// change is all steps of one resource.
type change struct {
	Resource
	old, new *apitype.StepEventStateMetadata
}

// changes puts the steps together, one change a resource, parents before children.
func (l *Log) changes() []change {
	byURN := map[string]*change{}
	var order []string
	for _, step := range l.steps {
		if automatic(step) {
			continue
		}
		c, seen := byURN[step.URN]
		if !seen {
			c = &change{Resource: Resource{URN: step.URN, Type: string(urn.URN(step.URN).Type()), Name: urn.URN(step.URN).Name()}}
			byURN[step.URN] = c
			order = append(order, step.URN)
		}
		c.add(step)
	}
	var sorted []change
	placed := map[string]bool{}
	var place func(id string)
	place = func(id string) {
		c, known := byURN[id]
		if !known || placed[id] {
			return
		}
		placed[id] = true
		place(c.Parent)
		sorted = append(sorted, *c)
	}
	for _, id := range order {
		place(id)
	}
	return sorted
}

// automatic tells a provider that the engine makes by itself and counts nowhere.
func automatic(step apitype.StepEventMetadata) bool {
	return strings.HasPrefix(step.Type, "pulumi:providers:") && strings.HasPrefix(urn.URN(step.URN).Name(), "default")
}

func (c *change) add(step apitype.StepEventMetadata) {
	op, _ := opOf(step)
	if prevails(op, c.Op) {
		c.Op = op
	}
	if step.Old != nil {
		c.old = step.Old
	}
	if step.New != nil {
		c.new = step.New
	}
	now := c.new
	if now == nil {
		now = c.old
	}
	c.Parent, c.Component = now.Parent, !now.Custom
	// What keeps a resource is what the state says that the engine would delete.
	before := c.old
	if before == nil {
		before = now
	}
	c.Protected, c.Retained = before.Protect || now.Protect, before.RetainOnDelete
	var changed, replacing []string
	for path, diff := range step.DetailedDiff {
		changed = append(changed, path)
		if strings.HasSuffix(string(diff.Kind), "-replace") {
			replacing = append(replacing, path)
		}
	}
	if len(step.DetailedDiff) == 0 {
		changed = append(changed, step.Diffs...)
	}
	if len(changed) == 0 && op == Update && step.Old != nil && step.New != nil {
		changed = differing(step.Old.Inputs, step.New.Inputs)
	}
	c.Changed = union(c.Changed, changed, step.Keys)
	c.Replacing = union(c.Replacing, replacing, step.Keys)
}

// differing are the names of inputs that differ: the engine gives no difference of a component.
func differing(before, after map[string]any) []string {
	var names []string
	for name := range after {
		if !reflect.DeepEqual(before[name], after[name]) {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, still := after[name]; !still {
			names = append(names, name)
		}
	}
	return names
}

func union(lists ...[]string) []string {
	set := map[string]bool{}
	for _, list := range lists {
		for _, text := range list {
			set[text] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// costs are the resources as they were, and as they are previewed, with the inputs that a price follows from.
func costs(changes []change) (before, after []cost.Resource) {
	for _, c := range changes {
		priced := func(state *apitype.StepEventStateMetadata) cost.Resource {
			return cost.Resource{URN: c.URN, Type: c.Type, Name: c.Name, Parent: state.Parent, Inputs: state.Inputs}
		}
		if c.old != nil && !c.old.External && c.Op != Create && c.Op != Import {
			before = append(before, priced(c.old))
		}
		if c.new != nil && !c.new.External && c.Op != Delete {
			after = append(after, priced(c.new))
		}
	}
	return before, after
}
