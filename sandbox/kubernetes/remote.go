package kubernetes

import (
	"encoding/base64"
	"strings"

	apiresource "k8s.io/apimachinery/pkg/api/resource"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"gitlab.com/thinkmassive/satkube/sandbox/kubernetes/live"
	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// remote sends the kind's operations to a real API server.
func (o object) remote(cluster *live.Cluster) *standin.Remote {
	return &standin.Remote{
		Apply: func(c *standin.Call, dryRun bool) (resource.PropertyMap, error) {
			obj, _ := c.Plain().(map[string]any)
			delete(obj, "__defaults")
			if metadata, ok := obj["metadata"].(map[string]any); ok && o.namespace(c) != "" {
				metadata["namespace"] = o.namespace(c)
			}
			applied, err := cluster.Apply(c.Context, obj, dryRun)
			if err != nil {
				return nil, err
			}
			if dryRun {
				return o.foreseen(c, applied), nil
			}
			err = cluster.Await(c.Context, obj)
			// What exists belongs in the state, ready or not; and what became ready has a status by now.
			if ready, found, errRead := o.read(c, cluster, o.id(c)); errRead == nil && found {
				applied = ready
			}
			return o.outputs(c, applied), err
		},
		Read: func(c *standin.Call) (resource.PropertyMap, resource.PropertyMap, bool, error) {
			found, exists, err := o.read(c, cluster, c.ID)
			if err != nil || !exists {
				return nil, nil, false, err
			}
			outputs := o.outputs(c, found)
			if c.Inputs == nil {
				inputs := outputs.Copy()
				delete(inputs, "status")
				return inputs, outputs, true, nil
			}
			seen := observed(resource.NewProperty(c.Inputs), resource.NewProperty(outputs)).ObjectValue()
			return o.unfold(c.Inputs, seen, outputs), outputs, true, nil
		},
		Delete: func(c *standin.Call) error {
			namespace, name := splitID(c.ID)
			if o.patch {
				return o.relinquish(c, cluster)
			}
			return cluster.Delete(c.Context, o.apiVersion, o.name, namespace, name)
		},
	}
}

// relinquish gives up the fields that a patch set: an apply without them leaves them to their other owners.
func (o object) relinquish(c *standin.Call, cluster *live.Cluster) error {
	_, exists, err := o.read(c, cluster, c.ID)
	if err != nil || !exists {
		return err
	}
	namespace, name := splitID(c.ID)
	metadata := map[string]any{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	_, err = cluster.Apply(c.Context, map[string]any{"apiVersion": o.apiVersion, "kind": o.name, "metadata": metadata}, false)
	return err
}

func (o object) read(c *standin.Call, cluster *live.Cluster, id string) (map[string]any, bool, error) {
	namespace, name := splitID(id)
	return cluster.Read(c.Context, o.apiVersion, o.name, namespace, name)
}

func splitID(id string) (namespace, name string) {
	if namespace, name, found := strings.Cut(id, "/"); found {
		return namespace, name
	}
	return "", id
}

// outputs are the object as the API server has it, secret where the inputs were.
func (o object) outputs(c *standin.Call, obj map[string]any) resource.PropertyMap {
	if metadata, ok := obj["metadata"].(map[string]any); ok {
		delete(metadata, "managedFields")
	}
	out := secretLike(resource.NewProperty(c.Inputs), resource.NewPropertyValue(obj)).ObjectValue()
	if o.name == "Secret" {
		if texts, given := c.Inputs["stringData"]; given {
			out["stringData"] = texts
		}
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if v, there := out[key]; there && !v.IsSecret() {
				out[key] = resource.MakeSecret(v)
			}
		}
	}
	return out
}

// foreseen are the outputs of a dry run without what it only pretends to know.
func (o object) foreseen(c *standin.Call, obj map[string]any) resource.PropertyMap {
	out := o.outputs(c, obj)
	later := resource.MakeComputed(resource.NewProperty(""))
	unsure := []resource.PropertyKey{"resourceVersion", "generation"}
	if c.ID == "" {
		unsure = append(unsure, "uid", "creationTimestamp")
		out["status"] = later
	}
	if metadata := out["metadata"]; metadata.IsObject() {
		for _, key := range unsure {
			metadata.ObjectValue()[key] = later
		}
	}
	return out
}

// secretLike marks in out what is secret in the inputs.
func secretLike(in, out resource.PropertyValue) resource.PropertyValue {
	switch {
	case in.IsSecret():
		if out.IsNull() {
			return out
		}
		return resource.MakeSecret(out)
	case in.IsObject() && out.IsObject():
		m := out.ObjectValue().Copy()
		for key, v := range in.ObjectValue() {
			if there, found := m[key]; found {
				m[key] = secretLike(v, there)
			}
		}
		return resource.NewProperty(m)
	case in.IsArray() && out.IsArray():
		a := append([]resource.PropertyValue{}, out.ArrayValue()...)
		for i, v := range in.ArrayValue() {
			if i < len(a) {
				a[i] = secretLike(v, a[i])
			}
		}
		return resource.NewProperty(a)
	default:
		return out
	}
}

// observed reduces the live object to the fields that the program set, so that a refresh shows what someone changed and not what
// the API server filled in.
func observed(in, now resource.PropertyValue) resource.PropertyValue {
	if in.IsSecret() {
		return resource.MakeSecret(observed(in.SecretValue().Element, now))
	}
	if now.IsSecret() {
		now = now.SecretValue().Element
	}
	switch {
	case in.IsObject() && now.IsObject():
		m := resource.PropertyMap{}
		for key, v := range in.ObjectValue() {
			there, found := now.ObjectValue()[key]
			if found || empty(v) || strings.HasPrefix(string(key), "__") {
				m[key] = v
			}
			if found {
				m[key] = observed(v, there)
			}
		}
		return resource.NewProperty(m)
	case in.IsArray() && now.IsArray() && len(in.ArrayValue()) == len(now.ArrayValue()):
		a := make([]resource.PropertyValue, len(in.ArrayValue()))
		for i, v := range in.ArrayValue() {
			a[i] = observed(v, now.ArrayValue()[i])
		}
		return resource.NewProperty(a)
	case sameQuantity(in, now):
		return in
	default:
		return now
	}
}

// empty tells whether the API server leaves a value out because it says nothing.
func empty(v resource.PropertyValue) bool {
	switch {
	case v.IsNull():
		return true
	case v.IsObject():
		return len(v.ObjectValue()) == 0
	case v.IsArray():
		return len(v.ArrayValue()) == 0
	case v.IsString():
		return v.StringValue() == ""
	case v.IsBool():
		return !v.BoolValue()
	case v.IsNumber():
		return v.NumberValue() == 0
	}
	return false
}

// sameQuantity: the API server writes 1000m as 1.
func sameQuantity(a, b resource.PropertyValue) bool {
	if !a.IsString() || !b.IsString() {
		return false
	}
	x, errX := apiresource.ParseQuantity(a.StringValue())
	y, errY := apiresource.ParseQuantity(b.StringValue())
	return errX == nil && errY == nil && x.Cmp(y) == 0
}

// unfold gives a Secret its stringData back as far as the live data still says the same: the API server keeps only data.
func (o object) unfold(in, seen, outputs resource.PropertyMap) resource.PropertyMap {
	texts, given := in["stringData"]
	if o.name != "Secret" || !given {
		return seen
	}
	data := outputs["data"]
	if data.IsSecret() {
		data = data.SecretValue().Element
	}
	if texts.IsSecret() {
		texts = texts.SecretValue().Element
	}
	if !texts.IsObject() || !data.IsObject() {
		return seen
	}
	kept := resource.PropertyMap{}
	for key, text := range texts.ObjectValue() {
		if text.IsSecret() {
			text = text.SecretValue().Element
		}
		now := data.ObjectValue()[key]
		switch {
		case !now.IsString() || !text.IsString():
		case now.StringValue() == base64.StdEncoding.EncodeToString([]byte(text.StringValue())):
			kept[key] = text
		default:
			if plain, err := base64.StdEncoding.DecodeString(now.StringValue()); err == nil {
				kept[key] = resource.NewProperty(string(plain))
			}
		}
	}
	seen["stringData"] = resource.MakeSecret(resource.NewProperty(kept))
	return seen
}
