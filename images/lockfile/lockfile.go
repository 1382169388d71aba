// Package lockfile changes one entry of images.lock.json and leaves every other byte as it is, so that a reviewer sees the change alone.
package lockfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"gitlab.com/thinkmassive/satkube/internal/images"
)

// Path is where the lock file is in the repository.
const Path = "internal/images/images.lock.json"

var (
	digestForm    = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	referenceForm = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z]+/[a-z0-9./_-]+:[A-Za-z0-9._-]+$`)
)

// Find returns the entry of that name.
func Find(raw []byte, name images.Name) (images.Image, error) {
	_, _, found, err := locate(raw, name)
	return found, err
}

// Rewrite returns the file with the entry of the same name replaced. It refuses a name that has no entry, and a malformed entry.
func Rewrite(raw []byte, to images.Image) ([]byte, error) {
	if err := validate(to); err != nil {
		return nil, fmt.Errorf("images.lock.json: %s: %w", to.Name, err)
	}
	start, end, _, err := locate(raw, to.Name)
	if err != nil {
		return nil, err
	}
	var entry bytes.Buffer
	encoder := json.NewEncoder(&entry)
	// Evidence is text for people: < and & stay what they are.
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("  ", "  ")
	if err := encoder.Encode(to); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Write(raw[:start])
	out.Write(bytes.TrimRight(entry.Bytes(), "\n"))
	out.Write(raw[end:])
	return out.Bytes(), nil
}

func validate(image images.Image) error {
	var mistakes []error
	if !digestForm.MatchString(image.Digest) {
		mistakes = append(mistakes, fmt.Errorf("digest is %q, want sha256: and 64 hex digits", image.Digest))
	}
	if !referenceForm.MatchString(image.Reference) || strings.HasSuffix(image.Reference, ":latest") {
		mistakes = append(mistakes, fmt.Errorf("reference is %q, want registry/repository:tag with a tag that does not move", image.Reference))
	}
	if image.Evidence == "" {
		mistakes = append(mistakes, errors.New("evidence is missing, want where the digest comes from"))
	}
	return errors.Join(mistakes...)
}

// locate finds the entry and where its bytes begin and end.
func locate(raw []byte, name images.Name) (start, end int, found images.Image, err error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if first, err := decoder.Token(); err != nil || first != json.Delim('[') {
		return 0, 0, found, errors.New("images.lock.json: want a list")
	}
	for decoder.More() {
		var entry json.RawMessage
		if err := decoder.Decode(&entry); err != nil {
			return 0, 0, found, fmt.Errorf("images.lock.json: %w", err)
		}
		// An entry with a field that is not known here would lose it.
		strict := json.NewDecoder(bytes.NewReader(entry))
		strict.DisallowUnknownFields()
		var image images.Image
		if err := strict.Decode(&image); err != nil {
			return 0, 0, found, fmt.Errorf("images.lock.json: %w", err)
		}
		if image.Name != name {
			continue
		}
		if end > 0 {
			return 0, 0, found, fmt.Errorf("images.lock.json: %s stands twice", name)
		}
		end = int(decoder.InputOffset())
		start, found = end-len(entry), image
	}
	if end == 0 {
		return 0, 0, found, fmt.Errorf("images.lock.json: %q is missing, want the name of an entry", name)
	}
	return start, end, found, nil
}
