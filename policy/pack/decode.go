package pack

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
)

// errUndecodable replaces the decoder's own errors and panics, which may quote values.
var errUndecodable = errors.New("properties are not in the engine's wire form")

// decode reads properties from the engine into the tree that reviews work on: maps, lists, texts, numbers and bools, with Unknown and
// Secret values among them.
func decode(properties *structpb.Struct) (tree map[string]any, err error) {
	defer func() {
		if recover() != nil {
			tree, err = nil, errUndecodable
		}
	}()
	decoded, err := plugin.UnmarshalProperties(properties, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true,
	})
	if err != nil {
		return nil, errUndecodable
	}
	return object(decoded), nil
}

func object(properties resource.PropertyMap) map[string]any {
	tree := make(map[string]any, len(properties))
	for key, value := range properties {
		// Bridged providers note in every object which fields they defaulted; no program wrote that.
		if key != "__defaults" {
			tree[string(key)] = node(value)
		}
	}
	return tree
}

func node(value resource.PropertyValue) any {
	switch {
	case value.IsBool():
		return value.BoolValue()
	case value.IsNumber():
		return value.NumberValue()
	case value.IsString():
		return value.StringValue()
	case value.IsArray():
		list := make([]any, 0, len(value.ArrayValue()))
		for _, item := range value.ArrayValue() {
			list = append(list, node(item))
		}
		return list
	case value.IsObject():
		return object(value.ObjectValue())
	case value.IsComputed():
		return Unknown
	case value.IsSecret():
		return sealed(node(value.SecretValue().Element))
	case value.IsOutput():
		return output(value.OutputValue())
	case value.IsResourceReference():
		return reference(value.ResourceReferenceValue())
	case value.IsAsset():
		return map[string]any{"asset": true}
	case value.IsArchive():
		return map[string]any{"archive": true}
	}
	return nil
}

func output(o resource.Output) any {
	var inner any = Unknown
	if o.Known {
		inner = node(o.Element)
	}
	if o.Secret {
		return sealed(inner)
	}
	return inner
}

// sealed marks a value as secret once: reviews open one seal only.
func sealed(inner any) any {
	if _, already := inner.(secret); already {
		return inner
	}
	return Secret(inner)
}

// reference is a resource's id, as the program sees it, or its URN when it is a component and has none.
func reference(r resource.ResourceReference) any {
	switch {
	case r.ID.IsString():
		return r.ID.StringValue()
	case r.ID.IsComputed():
		return Unknown
	}
	return string(r.URN)
}

// secretTexts collects the secret texts of a tree.
func secretTexts(tree any, inSecret bool, found map[string]bool) {
	switch tree := tree.(type) {
	case secret:
		secretTexts(tree.inner, true, found)
	case map[string]any:
		for _, value := range tree {
			secretTexts(value, inSecret, found)
		}
	case []any:
		for _, value := range tree {
			secretTexts(value, inSecret, found)
		}
	case string:
		if inSecret {
			found[tree] = true
		}
	}
}

// withoutSecrets returns a copy of the tree whose secret values are unknown.
func withoutSecrets(tree any) any {
	switch tree := tree.(type) {
	case secret:
		return Secret(Unknown)
	case map[string]any:
		clean := make(map[string]any, len(tree))
		for key, value := range tree {
			clean[key] = withoutSecrets(value)
		}
		return clean
	case []any:
		clean := make([]any, 0, len(tree))
		for _, value := range tree {
			clean = append(clean, withoutSecrets(value))
		}
		return clean
	}
	return tree
}
