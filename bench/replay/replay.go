// Package replay is what the bench hands to the bare program: one resource a line, in the order of registration.
package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Variable is the environment variable that names the file of resources.
const Variable = "BENCH_RESOURCES"

// Unknown stands for a value that a preview does not know yet. It is the engine's own sign for it, so an input that has it is as
// unknown to the engine as the program's is.
const Unknown = plugin.UnknownStringValue

// Resource is one registration. A resource that is not Custom is a component.
type Resource struct {
	Type     string         `json:"type"`
	Name     string         `json:"name"`
	Custom   bool           `json:"custom,omitempty"`
	Version  string         `json:"version,omitempty"`
	Provider string         `json:"provider,omitempty"` // the name of the provider resource of this list; empty means the engine's default one
	Inputs   map[string]any `json:"inputs"`
}

// Write writes resources one a line, so that a reader can register the first before it has read the last.
func Write(w io.Writer, resources []Resource) error {
	lines := json.NewEncoder(w)
	for _, r := range resources {
		if err := lines.Encode(r); err != nil {
			return fmt.Errorf("write resource %s: %w", r.Name, err)
		}
	}
	return nil
}

// Read hands over each resource as soon as it is read.
func Read(r io.Reader, each func(Resource) error) error {
	lines := json.NewDecoder(r)
	for {
		var resource Resource
		err := lines.Decode(&resource)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read resources: %w", err)
		}
		if err := each(resource); err != nil {
			return err
		}
	}
}
