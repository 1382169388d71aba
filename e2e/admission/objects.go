// Package admission puts every Kubernetes object of a stack before a real API server, which judges it as it would on the
// day of the deployment: server-side apply with strict fields, Pod Security, limits and quotas. Nothing of it runs.
package admission

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// Object is one Kubernetes object of a stack, as the engine hands it to the provider.
type Object struct {
	// Stack is the name of the stack, as in its URN.
	Stack string
	// Content is the object itself, every secret in clear.
	Content *unstructured.Unstructured
	// Patch says that the object belongs to somebody else, such as EKS, and that the stack sets some fields of it.
	Patch bool
	// Confidential says that the object holds a secret: nothing that the API server says of it is repeated but field paths.
	Confidential bool
}

// What the engine puts where a plain value would stand, from sdk/go/common/resource of Pulumi.
const (
	signature        = "4dabf18193072939515e22adb298388d"
	secretSignature  = "1b47061264138c4ac30d75fd1eb44270"
	unknownValue     = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	engineKeyPrefix  = "__"
	engineDefaults   = "__defaults"
	kubernetesPrefix = "kubernetes:"
	patchSuffix      = "Patch"
)

// state is the part of a stack's export that is read here.
type state struct {
	Deployment struct {
		Resources []resource `json:"resources"`
	} `json:"deployment"`
}

type resource struct {
	URN      string          `json:"urn"`
	Type     string          `json:"type"`
	Custom   bool            `json:"custom"`
	External bool            `json:"external"`
	Delete   bool            `json:"delete"`
	Inputs   json.RawMessage `json:"inputs"`
}

// Objects reads the Kubernetes objects, in the order in which they were made, from what
// `pulumi stack export --show-secrets` prints.
func Objects(export []byte) ([]Object, error) {
	var s state
	if err := json.Unmarshal(export, &s); err != nil {
		return nil, errors.New("stack export: is not JSON of the engine, want the output of stack export --show-secrets")
	}
	var objects []Object
	var mistakes []error
	for _, r := range s.Deployment.Resources {
		// A component only groups objects that are listed themselves; an external one was only read; a deleted one goes.
		if !strings.HasPrefix(r.Type, kubernetesPrefix) || !r.Custom || r.External || r.Delete {
			continue
		}
		o, err := r.object()
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %w", r.URN, err))
			continue
		}
		objects = append(objects, o)
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	if len(objects) == 0 {
		return nil, errors.New("stack export: kubernetes objects are 0, want 1 at least: bring the stack up first")
	}
	return objects, nil
}

func (r resource) object() (Object, error) {
	parts := strings.Split(r.URN, "::")
	if len(parts) < 4 {
		return Object{}, errors.New("urn names no stack, want urn:pulumi:STACK::PROJECT::TYPE::NAME")
	}
	// This decoder keeps whole numbers whole, as the API server wants them.
	var inputs map[string]any
	if err := utiljson.Unmarshal(r.Inputs, &inputs); err != nil {
		return Object{}, errors.New("inputs are no object, want one")
	}
	o := Object{
		Stack: strings.TrimPrefix(parts[0], "urn:pulumi:"),
		Patch: strings.HasSuffix(r.Type, patchSuffix),
	}
	for key := range inputs {
		// Kubernetes names no field of an object so; deeper, such a key may be a file in a ConfigMap.
		if strings.HasPrefix(key, engineKeyPrefix) {
			delete(inputs, key)
		}
	}
	content, secret, err := plain(inputs)
	if err != nil {
		return Object{}, err
	}
	fields, isObject := content.(map[string]any)
	if !isObject {
		return Object{}, errors.New("inputs are no object, want one")
	}
	o.Content = &unstructured.Unstructured{Object: fields}
	o.Confidential = secret || o.Content.GetKind() == "Secret"
	if o.Content.GetAPIVersion() == "" || o.Content.GetKind() == "" || o.Content.GetName() == "" {
		return Object{}, errors.New("apiVersion, kind or metadata.name is empty, want all three: only plain objects can be checked")
	}
	return o, nil
}

// plain takes the engine's wrappings off a value, and says whether there was a secret in it.
func plain(v any) (content any, secret bool, err error) {
	switch v := v.(type) {
	case string:
		if v == unknownValue {
			return nil, false, errors.New("a value is unknown, want all known: export after an update, not a preview")
		}
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			inner, hides, err := plain(element)
			if err != nil {
				return nil, false, err
			}
			list[i], secret = inner, secret || hides
		}
		return list, secret, nil
	case map[string]any:
		if kind, wrapped := v[signature]; wrapped {
			content, err := unwrap(kind, v)
			return content, true, err
		}
		fields := maps.Clone(v)
		delete(fields, engineDefaults)
		for key, element := range fields {
			inner, hides, err := plain(element)
			if err != nil {
				return nil, false, err
			}
			fields[key], secret = inner, secret || hides
		}
		return fields, secret, nil
	}
	return v, false, nil
}

func unwrap(kind any, wrapping map[string]any) (any, error) {
	if kind != secretSignature {
		return nil, errors.New("a value is an asset, a resource or an output, want plain values and secrets only")
	}
	text, shown := wrapping["plaintext"].(string)
	if !shown {
		return nil, errors.New("a secret is encrypted, want it in clear: export with --show-secrets")
	}
	var inner any
	if err := utiljson.Unmarshal([]byte(text), &inner); err != nil {
		// The error would quote the secret.
		return nil, errors.New("a secret is no JSON, want JSON: export with --show-secrets")
	}
	content, _, err := plain(inner)
	return content, err
}
