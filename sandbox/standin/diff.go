package standin

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// comparison collects the differences between two sets of inputs.
type comparison struct {
	immutable map[string]bool
	mutable   map[string]bool
	found     map[string]*pulumirpc.PropertyDiff
	replaces  []string
}

func compare(kind *Kind, olds, news resource.PropertyMap) *comparison {
	d := &comparison{
		immutable: set(kind.Immutable), mutable: set(kind.Mutable),
		found: map[string]*pulumirpc.PropertyDiff{},
	}
	d.objects(nil, "", olds, news)
	slices.Sort(d.replaces)
	return d
}

func set(paths []string) map[string]bool {
	m := make(map[string]bool, len(paths))
	for _, p := range paths {
		m[p] = true
	}
	return m
}

// objects walks two maps. keys is the path without array indexes, by which immutability is looked up; shown is the path as the
// engine prints it.
func (d *comparison) objects(keys []string, shown string, olds, news resource.PropertyMap) {
	all := slices.Collect(maps.Keys(olds))
	for k := range news {
		if _, both := olds[k]; !both {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	for _, k := range all {
		if strings.HasPrefix(string(k), "__") {
			continue
		}
		d.values(append(slices.Clone(keys), string(k)), join(shown, string(k)), olds[k], news[k])
	}
}

func (d *comparison) values(keys []string, shown string, old, new resource.PropertyValue) {
	old, new = bare(old), bare(new)
	switch {
	case old.IsNull() && new.IsNull():
	case old.IsNull():
		d.note(keys, shown, new, pulumirpc.PropertyDiff_ADD, pulumirpc.PropertyDiff_ADD_REPLACE)
	case new.IsNull():
		d.note(keys, shown, old, pulumirpc.PropertyDiff_DELETE, pulumirpc.PropertyDiff_DELETE_REPLACE)
	case old.IsObject() && new.IsObject():
		d.objects(keys, shown, old.ObjectValue(), new.ObjectValue())
	case old.IsArray() && new.IsArray():
		o, n := old.ArrayValue(), new.ArrayValue()
		for i := range max(len(o), len(n)) {
			var ov, nv resource.PropertyValue
			if i < len(o) {
				ov = o[i]
			}
			if i < len(n) {
				nv = n[i]
			}
			d.values(keys, shown+"["+strconv.Itoa(i)+"]", ov, nv)
		}
	case !old.DeepEquals(new):
		d.note(keys, shown, new, pulumirpc.PropertyDiff_UPDATE, pulumirpc.PropertyDiff_UPDATE_REPLACE)
	}
}

func (d *comparison) note(keys []string, shown string, v resource.PropertyValue, plain, replace pulumirpc.PropertyDiff_Kind) {
	kind := plain
	if d.fixed(keys) || d.holdsFixed(keys, v) {
		kind = replace
		d.replaces = append(d.replaces, shown)
	}
	d.found[shown] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: true}
}

// fixed tells whether a path lies at or below an immutable one.
func (d *comparison) fixed(keys []string) bool {
	for n := len(keys); n > 0; n-- {
		path := strings.Join(keys[:n], ".")
		if d.mutable[path] {
			return false
		}
		if d.immutable[path] {
			return true
		}
	}
	return false
}

// holdsFixed tells whether a value that came or went as a whole contains an immutable property.
func (d *comparison) holdsFixed(keys []string, v resource.PropertyValue) bool {
	v = bare(v)
	if v.IsArray() {
		return slices.ContainsFunc(v.ArrayValue(), func(e resource.PropertyValue) bool { return d.holdsFixed(keys, e) })
	}
	if !v.IsObject() {
		return false
	}
	for k, e := range v.ObjectValue() {
		below := append(slices.Clone(keys), string(k))
		if d.fixed(below) || d.holdsFixed(below, e) {
			return true
		}
	}
	return false
}

// bare removes secret and output wrappers from the top of a value: marking a value secret does not change it for the provider.
func bare(v resource.PropertyValue) resource.PropertyValue {
	for {
		switch {
		case v.IsSecret():
			v = v.SecretValue().Element
		case v.IsOutput() && v.OutputValue().Known:
			v = v.OutputValue().Element
		case v.IsOutput():
			return resource.MakeComputed(resource.NewProperty(""))
		default:
			return v
		}
	}
}

func join(shown, key string) string {
	if strings.ContainsAny(key, `."[]`) {
		return shown + `["` + strings.ReplaceAll(key, `"`, `\"`) + `"]`
	}
	if shown == "" {
		return key
	}
	return shown + "." + key
}
