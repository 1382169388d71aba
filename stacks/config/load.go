package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Load reads the value of satkube:platform, which is JSON text, into a Platform whose gaps are filled from Defaults.
//
// Nothing is guessed: an unknown key, a value of another type, a required key that is absent and a value that breaks a
// rule are all refused. The error holds every mistake of the document, one line each, ordered by path, as
// "path is VALUE, want WANT".
func Load(raw string) (Platform, error) {
	if strings.TrimSpace(raw) == "" {
		return Platform{}, fmt.Errorf("satkube:%s is missing, want an object below config in Pulumi.<stack>.yaml (docs/configuration.md has examples)", Key)
	}
	given, err := parse(raw)
	if err != nil {
		return Platform{}, fmt.Errorf("satkube:%s is %s, want an object: %s", Key, short(raw), oneLine(err.Error()))
	}
	root, ok := given.(map[string]any)
	if !ok {
		return Platform{}, fmt.Errorf("satkube:%s is %s, want an object", Key, short(given))
	}

	known, err := knownTree()
	if err != nil {
		return Platform{}, err
	}
	var found mistakes
	p, err := rebuild(overlay("", known, root, &found))
	if err != nil {
		return Platform{}, err
	}
	if p.Cluster.Kind == KindExisting && p.Cluster.Existing == nil && found.clean("cluster.existing") {
		p.Cluster.Existing = Defaults().Cluster.Existing
	}
	p.validate(&found)
	if err := found.err(); err != nil {
		return Platform{}, err
	}
	return p, nil
}

// parse reads exactly one JSON value. Numbers stay as they were written, so that messages repeat them unchanged.
func parse(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more text follows the first value")
	}
	return value, nil
}

// knownTree is Defaults as a JSON tree: it knows every key, the type of its value and its default.
func knownTree() (map[string]any, error) {
	text, err := json.Marshal(Defaults())
	if err != nil {
		return nil, fmt.Errorf("satkube:%s: encode the defaults: %w", Key, err)
	}
	value, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("satkube:%s: read the defaults: %w", Key, err)
	}
	tree, _ := value.(map[string]any)
	return tree, nil
}

// rebuild turns a tree that overlay made, whose types are right, into a Platform.
func rebuild(tree any) (Platform, error) {
	text, err := json.Marshal(tree)
	if err != nil {
		return Platform{}, fmt.Errorf("satkube:%s: encode the settings: %w", Key, err)
	}
	var p Platform
	if err := json.Unmarshal(text, &p); err != nil {
		return Platform{}, fmt.Errorf("satkube:%s: read the settings: %w", Key, err)
	}
	return p, nil
}
