package standin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Call is one request about one resource, as the functions of a Kind see it. Reading an input notes whether the value was
// secret or not yet known, so that what is computed from it can be marked the same way.
type Call struct {
	// Context ends when the engine gives the request up.
	Context context.Context
	// URN, Type and Name identify the resource in the program.
	URN  resource.URN
	Type string
	Name string
	// ID is the provider id, empty until the object exists; use it in an Output through IDOf.
	ID string
	// Cloud is the record of what exists.
	Cloud *Cloud
	// Settings are the arguments that the calling provider instance was configured with.
	Settings resource.PropertyMap
	// Inputs are the checked inputs, secrets wrapped.
	Inputs resource.PropertyMap
	// Outputs are the outputs recorded before this call, nil for a new resource.
	Outputs resource.PropertyMap

	preview bool
	secret  bool
	unknown bool
}

// Preview tells whether the call only asks what would happen.
func (c *Call) Preview() bool { return c.preview }

// Stack is the name of the stack that the resource belongs to.
func (c *Call) Stack() string { return c.URN.Stack().Name().String() }

// IDOf returns the provider id and notes it as unknown when the object does not exist yet.
func (c *Call) IDOf() string {
	if c.ID == "" {
		c.unknown = true
	}
	return c.ID
}

// Value returns the input at a path, unwrapped at every step; null when there is none or when it is not known.
func (c *Call) Value(path ...string) resource.PropertyValue {
	return c.walk(resource.NewProperty(c.Inputs), path)
}

// Old returns the output recorded before this call, null for a new resource.
func (c *Call) Old(path ...string) resource.PropertyValue {
	return c.walk(resource.NewProperty(c.Outputs), path)
}

// Setting returns a value of the provider's configuration.
func (c *Call) Setting(path ...string) resource.PropertyValue {
	return c.walk(resource.NewProperty(c.Settings), path)
}

func (c *Call) walk(v resource.PropertyValue, path []string) resource.PropertyValue {
	v = c.open(v)
	for _, key := range path {
		if !v.IsObject() {
			return resource.NewNullProperty()
		}
		v = c.open(v.ObjectValue()[resource.PropertyKey(key)])
	}
	return v
}

func (c *Call) open(v resource.PropertyValue) resource.PropertyValue {
	for {
		switch {
		case v.IsSecret():
			c.secret = true
			v = v.SecretValue().Element
		case v.IsOutput():
			out := v.OutputValue()
			c.secret = c.secret || out.Secret
			if !out.Known {
				c.unknown = true
				return resource.NewNullProperty()
			}
			v = out.Element
		case v.IsComputed():
			c.unknown = true
			return resource.NewNullProperty()
		default:
			return v
		}
	}
}

// Has tells whether the program gave a value at the path.
func (c *Call) Has(path ...string) bool {
	v := c.Value(path...)
	return !v.IsNull()
}

// Given tells whether the program gave an input at all, known or not; unlike Has it leaves no note.
func (c *Call) Given(property string) bool {
	v, there := c.Inputs[resource.PropertyKey(property)]
	return there && !bare(v).IsNull()
}

// String returns the text at a path, empty when there is none.
func (c *Call) String(path ...string) string {
	if v := c.Value(path...); v.IsString() {
		return v.StringValue()
	}
	return ""
}

// Number returns the number at a path, and whether there is one.
func (c *Call) Number(path ...string) (float64, bool) {
	if v := c.Value(path...); v.IsNumber() {
		return v.NumberValue(), true
	}
	return 0, false
}

// Bool returns the truth value at a path, false when there is none.
func (c *Call) Bool(path ...string) bool {
	v := c.Value(path...)
	return v.IsBool() && v.BoolValue()
}

// List returns the elements at a path, each unwrapped.
func (c *Call) List(path ...string) []resource.PropertyValue {
	v := c.Value(path...)
	if !v.IsArray() {
		return nil
	}
	var out []resource.PropertyValue
	for _, e := range v.ArrayValue() {
		out = append(out, c.open(e))
	}
	return out
}

// Strings returns the texts of a list.
func (c *Call) Strings(path ...string) []string {
	var out []string
	for _, v := range c.List(path...) {
		if v.IsString() {
			out = append(out, v.StringValue())
		}
	}
	return out
}

// Plain returns the value at a path as plain Go values, notes included for everything below it.
func (c *Call) Plain(path ...string) any { return c.plain(c.Value(path...)) }

// PlainOf unwraps a value that was read from elsewhere, with the same notes.
func (c *Call) PlainOf(v resource.PropertyValue) any { return c.plain(v) }

func (c *Call) plain(v resource.PropertyValue) any {
	v = c.open(v)
	switch {
	case v.IsObject():
		m := map[string]any{}
		for k, e := range v.ObjectValue() {
			if p := c.plain(e); p != nil {
				m[string(k)] = p
			}
		}
		return m
	case v.IsArray():
		a := make([]any, 0, len(v.ArrayValue()))
		for _, e := range v.ArrayValue() {
			a = append(a, c.plain(e))
		}
		return a
	case v.IsString():
		return v.StringValue()
	case v.IsNumber():
		return v.NumberValue()
	case v.IsBool():
		return v.BoolValue()
	default:
		return nil
	}
}

// Hex returns n hexadecimal digits that follow from the object's id and a label: they look random and never change.
func (c *Call) Hex(label string, n int) string {
	sum := sha256.Sum256([]byte(string(c.URN.Stack()) + "\x00" + c.IDOf() + "\x00" + label))
	return hex.EncodeToString(sum[:])[:n]
}

// UUID returns an identifier of the form 8-4-4-4-12 that follows from the object's id and a label.
func (c *Call) UUID(label string) string {
	h := []byte(c.Hex(label, 32))
	// Version and variant digits, so that a strict parser takes it.
	h[12], h[16] = '4', "89ab"[h[16]%4]
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[0:8], h[8:12], h[12:16], h[16:20], h[20:32])
}

// decide runs f on a fresh set of notes and tells what it read.
func (c *Call) decide(f func(*Call)) (secret, unknown bool) {
	sub := *c
	sub.secret, sub.unknown = false, false
	f(&sub)
	return sub.secret, sub.unknown
}

// broken returns the refusals of those rules that could be decided.
func (c *Call) broken(rules []Rule) []error {
	var errs []error
	for _, rule := range rules {
		var err error
		if _, unknown := c.decide(func(sub *Call) { err = rule(sub) }); err != nil && !unknown {
			errs = append(errs, err)
		}
	}
	return errs
}
