package standin

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// object is what the record keeps of the call's resource.
func (c *Call) object(kind *Kind) Object {
	o := Object{Type: c.Type, ID: c.ID, URN: string(c.URN), SHA256: fingerprint(c.Inputs)}
	if kind.Claims != nil {
		secret, _ := c.decide(func(sub *Call) { o.Claims = kind.Claims(sub) })
		if secret {
			o.Claims = hashed(o.Claims)
		}
	}
	for name, fact := range kind.Facts {
		var v any
		if secret, unknown := c.decide(func(sub *Call) { v = fact(sub) }); secret || unknown {
			continue
		}
		if text, ok := v.(string); ok && text != "" {
			if o.Facts == nil {
				o.Facts = map[string]string{}
			}
			o.Facts[name] = text
		}
	}
	return o
}

// outputs are the inputs plus what the kind computes. What rests on an unknown value is unknown, and for an object that does not
// exist yet so is everything that only its creation decides.
func (c *Call) outputs(kind *Kind) resource.PropertyMap {
	out := resource.PropertyMap{}
	for k, v := range c.Inputs {
		if !strings.HasPrefix(string(k), "__") {
			out[k] = v
		}
	}
	isNew := c.preview && c.ID == ""
	compute := func(name string, f Output) {
		key := resource.PropertyKey(name)
		if _, input := c.Inputs[key]; isNew && !input {
			out[key] = resource.MakeComputed(resource.NewProperty(""))
			return
		}
		var v any
		secret, unknown := c.decide(func(sub *Call) { v = f(sub) })
		switch {
		case unknown:
			out[key] = resource.MakeComputed(resource.NewProperty(""))
		case v != nil:
			out[key] = value(v, secret)
		}
	}
	for name, f := range kind.Defaults {
		if v, given := c.Inputs[resource.PropertyKey(name)]; !given || bare(v).IsNull() {
			compute(name, f)
		}
	}
	for name, f := range kind.Outputs {
		compute(name, f)
	}
	for _, name := range kind.Kept {
		key := resource.PropertyKey(name)
		if v, known := c.Outputs[key]; known {
			out[key] = v
		} else if isNew {
			out[key] = resource.MakeComputed(resource.NewProperty(""))
		}
	}
	for _, name := range kind.Secret {
		if v, there := out[resource.PropertyKey(name)]; there && !v.IsSecret() {
			out[resource.PropertyKey(name)] = resource.MakeSecret(v)
		}
	}
	return out
}

// Later returns what f computes, or an unknown in a preview of an object that does not exist yet; for values inside a larger one
// that is otherwise known.
func (c *Call) Later(f func() any) any {
	if c.preview && c.ID == "" {
		return resource.MakeComputed(resource.NewProperty(""))
	}
	return f()
}

func value(v any, secret bool) resource.PropertyValue {
	p := resource.NewPropertyValue(v)
	if secret {
		return resource.MakeSecret(p)
	}
	return p
}

// hashed replaces names that came from secrets, so that they can be compared but not read.
func hashed(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "sha256:" + fingerprint(resource.PropertyMap{"name": resource.NewProperty(n)})
	}
	return out
}
