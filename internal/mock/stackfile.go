package mock

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// StackFile returns the configuration of Pulumi.STACK.yaml in the repository's root, as Run takes it: objects in JSON.
func StackFile(root, stack string) (map[string]string, error) {
	name := "Pulumi." + stack + ".yaml"
	raw, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return nil, err
	}
	var file struct {
		Config map[string]json.RawMessage `json:"config"`
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("stack file %s: %w", name, err)
	}
	settings := map[string]string{}
	for key, value := range file.Config {
		settings[key] = string(value)
	}
	return settings, nil
}
