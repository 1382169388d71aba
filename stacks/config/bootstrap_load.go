package config

import (
	"encoding/json"
	"fmt"
	"strings"
)

// LoadBootstrap reads the value of satkube:bootstrap as strictly as Load reads that of satkube:platform, and reports mistakes alike.
func LoadBootstrap(raw string) (Bootstrap, error) {
	var none Bootstrap
	if strings.TrimSpace(raw) == "" {
		return none, fmt.Errorf("satkube:%s is missing, want an object below config in Pulumi.<stack>.yaml (docs/runbooks/bootstrap.md has an example)", BootstrapKey)
	}
	given, err := parse(raw)
	if err != nil {
		return none, fmt.Errorf("satkube:%s is %s, want an object: %s", BootstrapKey, short(raw), oneLine(err.Error()))
	}
	root, ok := given.(map[string]any)
	if !ok {
		return none, fmt.Errorf("satkube:%s is %s, want an object", BootstrapKey, short(given))
	}
	known, err := bootstrapTree()
	if err != nil {
		return none, err
	}
	var found mistakes
	text, err := json.Marshal(overlay("", known, root, &found))
	if err != nil {
		return none, fmt.Errorf("satkube:%s: encode the settings: %w", BootstrapKey, err)
	}
	var b Bootstrap
	if err := json.Unmarshal(text, &b); err != nil {
		return none, fmt.Errorf("satkube:%s: read the settings: %w", BootstrapKey, err)
	}
	for path, want := range bootstrapRequired() {
		if !stands(root, path) {
			found.missing(path, want)
		}
	}
	b.validate(&found)
	if err := found.err(); err != nil {
		return none, err
	}
	return b.filled(), nil
}

// filled puts in what depends on another value.
func (b Bootstrap) filled() Bootstrap {
	if len(b.Regions) == 0 {
		b.Regions = []string{b.Region}
	}
	if b.GitLab.Audience == "" {
		b.GitLab.Audience = b.GitLab.URL
	}
	return b
}

// bootstrapTree is BootstrapDefaults as a JSON tree, like knownTree.
func bootstrapTree() (map[string]any, error) {
	text, err := json.Marshal(BootstrapDefaults())
	if err != nil {
		return nil, fmt.Errorf("satkube:%s: encode the defaults: %w", BootstrapKey, err)
	}
	value, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("satkube:%s: read the defaults: %w", BootstrapKey, err)
	}
	tree, _ := value.(map[string]any)
	return tree, nil
}

// stands tells whether the user wrote anything at the path. What is above it and no object is a mistake of its own.
func stands(root map[string]any, path string) bool {
	for {
		key, rest, deeper := strings.Cut(path, ".")
		value, ok := root[key]
		if !deeper {
			return ok
		}
		if !ok {
			return false
		}
		below, isObject := value.(map[string]any)
		if !isObject {
			return true
		}
		root, path = below, rest
	}
}
