package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"

	"gitlab.com/thinkmassive/satkube/bench/replay"
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// recording is what one preview said on the engine's wire.
type recording struct {
	resources []replay.Resource
	// inputs are what a policy pack reviews, in the order of registration: the same resources and the stack, with parents and secrets.
	inputs []pack.Input
	// checks and creates are how often the engine asked a provider.
	checks, creates int
}

// registration is a request to register a resource, as PULUMI_DEBUG_GRPC records it. That log is used rather than the engine's event
// log because it has the inputs as the program sent them: the events show them after the provider's check, with tags and names
// added and secrets cut to a word.
type registration struct {
	Type     string         `json:"type"`
	Name     string         `json:"name"`
	Custom   bool           `json:"custom"`
	Version  string         `json:"version"`
	Provider string         `json:"provider"`
	Object   map[string]any `json:"object"`

	Parent       string   `json:"parent"`
	Protect      bool     `json:"protect"`
	Dependencies []string `json:"dependencies"`
}

// readRecording makes the list for the bare program out of a log of calls: providers first, every name unique in its type.
func readRecording(log io.Reader) (recording, error) {
	var found recording
	var order []string
	byURN := map[string]registration{}
	lines := bufio.NewReader(log)
	for number := 1; ; number++ {
		// Not a Scanner: a call may be longer than its buffer.
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			urn, request, err := found.read(line)
			if err != nil {
				return found, fmt.Errorf("recording line %d: %w", number, err)
			}
			if urn != "" {
				if _, twice := byURN[urn]; !twice {
					order = append(order, urn)
				}
				// A remote component is registered twice: by its provider without inputs, then answered to the program that gave them.
				byURN[urn] = request
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return found, fmt.Errorf("recording: %w", err)
		}
	}
	found.resources = flatten(order, byURN)
	var err error
	found.inputs, err = reviewable(order, byURN)
	return found, err
}

// reviewable decodes registrations as the policy pack's server does.
func reviewable(order []string, byURN map[string]registration) ([]pack.Input, error) {
	inputs := make([]pack.Input, 0, len(order))
	for _, urn := range order {
		r := byURN[urn]
		object, err := structpb.NewStruct(r.Object)
		if err != nil {
			return nil, fmt.Errorf("recording of %s: %w", urn, err)
		}
		properties, err := plugin.UnmarshalProperties(object, plugin.MarshalOptions{
			KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true,
		})
		if err != nil {
			return nil, fmt.Errorf("recording of %s: %w", urn, err)
		}
		inputs = append(inputs, pack.Input{
			Type: r.Type, Name: r.Name, URN: urn, Parent: r.Parent, Protect: r.Protect, Dependencies: r.Dependencies, Props: pack.Properties(properties),
		})
	}
	return inputs, nil
}

// read counts one call, and returns the registration that it completes and the URN that the engine gave it.
func (r *recording) read(line []byte) (string, registration, error) {
	var call struct {
		Method   string          `json:"method"`
		Progress string          `json:"progress"`
		Request  json.RawMessage `json:"request"`
		Response struct {
			URN string `json:"urn"`
		} `json:"response"`
	}
	var request registration
	if err := json.Unmarshal(line, &call); err != nil {
		return "", request, err
	}
	if call.Progress != "response_completed" {
		return "", request, nil
	}
	switch call.Method {
	case "/pulumirpc.ResourceProvider/Check":
		r.checks++
	case "/pulumirpc.ResourceProvider/Create":
		r.creates++
	case "/pulumirpc.ResourceMonitor/RegisterResource":
		err := json.Unmarshal(call.Request, &request)
		return call.Response.URN, request, err
	}
	return "", request, nil
}

// flatten turns a tree of resources into a list. The stack is left out: the SDK of every program registers it by itself.
func flatten(order []string, byURN map[string]registration) []replay.Resource {
	var providers, others []replay.Resource
	names := map[string]string{}
	taken := map[string]bool{}
	for i, urn := range order {
		r := byURN[urn]
		if r.Type == "pulumi:pulumi:Stack" {
			continue
		}
		name := r.Name
		// Without parents, two resources of one type and name would be one.
		if taken[r.Type+" "+name] {
			name = fmt.Sprintf("%s-%d", name, i)
		}
		taken[r.Type+" "+name] = true
		names[urn] = name
		flat := replay.Resource{Type: r.Type, Name: name, Custom: r.Custom, Version: r.Version, Inputs: plainObject(r.Object, false)}
		if strings.HasPrefix(r.Type, "pulumi:providers:") {
			providers = append(providers, flat)
			continue
		}
		if cut := strings.LastIndex(r.Provider, "::"); r.Custom && cut > 0 {
			// The reference is the provider's URN and its id.
			flat.Provider = names[r.Provider[:cut]]
		}
		others = append(others, flat)
	}
	return append(providers, others...)
}

func plainObject(object map[string]any, secret bool) map[string]any {
	plain := make(map[string]any, len(object))
	for key, value := range object {
		plain[key] = plainValue(value, secret)
	}
	return plain
}

// plainValue strips the wire's wrappings. A secret becomes a placeholder of its size, whatever is unknown stays unknown.
func plainValue(value any, secret bool) any {
	switch value := value.(type) {
	case string:
		if secret && value != replay.Unknown {
			return strings.Repeat("x", len(value))
		}
		return value
	case []any:
		plain := make([]any, len(value))
		for i, element := range value {
			plain[i] = plainValue(element, secret)
		}
		return plain
	case map[string]any:
		signature, wrapped := value[resource.SigKey].(string)
		if !wrapped {
			return plainObject(value, secret)
		}
		inner, known := value["value"]
		switch {
		case signature == resource.SecretSig && known:
			return plainValue(inner, true)
		case signature == resource.OutputValueSig && known:
			marked, _ := value["secret"].(bool)
			return plainValue(inner, secret || marked)
		case signature == resource.ResourceReferenceSig && value["id"] != nil && value["id"] != "":
			return value["id"]
		default:
			// An unknown output, or a reference to a component, which has no id.
			return replay.Unknown
		}
	default:
		return value
	}
}
