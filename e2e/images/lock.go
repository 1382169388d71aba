package images

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// locked is an image as the platform's lock names it. The lock belongs to another module, so its form is read here once more.
type locked struct {
	Name      string `json:"name"`
	Reference string `json:"reference"` // registry/repository:tag
	Digest    string `json:"digest"`    // empty while nobody has resolved it
	Evidence  string `json:"evidence"`
}

var (
	referenceForm = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9._-]+)+:[A-Za-z0-9_][A-Za-z0-9._-]*$`)
	digestForm    = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// readLock reads internal/images/images.lock.json and gives its text, too.
func readLock(path string) ([]locked, []byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("image lock: %w", err)
	}
	var all []locked
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&all); err != nil {
		return nil, nil, fmt.Errorf("image lock %s: %w", path, err)
	}
	var mistakes []error
	seen := map[string]bool{}
	for _, l := range all {
		if l.Name == "" || seen[l.Name] {
			mistakes = append(mistakes, fmt.Errorf("image lock %s: name is %q, want one that no other image has", path, l.Name))
		}
		seen[l.Name] = true
		if !referenceForm.MatchString(l.Reference) {
			mistakes = append(mistakes, fmt.Errorf("image lock %s: %s: reference is %q, want registry/repository:tag", path, l.Name, l.Reference))
		}
		if l.Digest != "" && !digestForm.MatchString(l.Digest) {
			mistakes = append(mistakes, fmt.Errorf("image lock %s: %s: digest is %q, want sha256: and 64 hex digits, or nothing", path, l.Name, l.Digest))
		}
	}
	return all, text, errors.Join(mistakes...)
}

// names are the names that containerd must know the image by. Its CRI looks name:tag@digest up as name@digest, and name:tag as it is (ParseDockerRef in
// reference/docker of containerd 1.6, called by localResolve in pkg/cri/server). Either is only a key there: nobody compares it with the content.
func (l locked) names() []string {
	if l.Digest == "" {
		return []string{l.Reference}
	}
	repository := l.Reference[:strings.LastIndex(l.Reference, ":")]
	return []string{repository + "@" + l.Digest, l.Reference}
}

func (l locked) tag() string { return l.Reference[strings.LastIndex(l.Reference, ":")+1:] }

func lockedTag(lock []locked, name string) string {
	for _, l := range lock {
		if l.Name == name {
			return l.tag()
		}
	}
	return ""
}

func lockedNames(lock []locked, name string) ([]string, error) {
	for _, l := range lock {
		if l.Name == name {
			return l.names(), nil
		}
	}
	return nil, fmt.Errorf("image lock: it has no image %s, which is assembled here: take it out of the recipes", name)
}
