// Package release checks published files against SHA256SUMS, and SHA256SUMS against the signatures of several builders.
package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// File is a published file and the hash that the Containerfile pins.
type File struct {
	// Name is its name in SHA256SUMS.
	Name string `json:"name"`
	// SHA256 is its hash, 64 hex digits.
	SHA256 string `json:"sha256"`
}

// Key is a builder's public key.
type Key struct {
	// Builder is the name of the key's file, without .gpg.
	Builder string `json:"builder"`
	// Fingerprint is the whole fingerprint of the primary key: 40 upper-case hex digits.
	Fingerprint string `json:"fingerprint"`
}

// Policy says whose signatures make a release, and how many of them.
type Policy struct {
	// Minimum is how many different builders must have signed.
	Minimum int `json:"minimum"`
	// Keys are the builders whose signatures count.
	Keys []Key `json:"keys"`
}

var (
	fingerprintForm = regexp.MustCompile(`^[0-9A-F]{40}$`)
	sumForm         = regexp.MustCompile(`^([0-9a-f]{64}) [ *](\S+)$`)
)

// Mistakes are what is wrong with the policy itself.
func (p Policy) Mistakes() []error {
	var mistakes []error
	if p.Minimum < 2 || p.Minimum > len(p.Keys) {
		mistakes = append(mistakes, fmt.Errorf("minimum is %d, want 2 to %d, the number of keys", p.Minimum, len(p.Keys)))
	}
	seen := map[string]bool{}
	for _, key := range p.Keys {
		if !fingerprintForm.MatchString(key.Fingerprint) {
			mistakes = append(mistakes, fmt.Errorf("key of %s: fingerprint is %q, want 40 upper-case hex digits", key.Builder, key.Fingerprint))
		}
		if key.Builder == "" || seen[key.Builder] || seen[key.Fingerprint] {
			mistakes = append(mistakes, fmt.Errorf("key of %q: want a builder and a fingerprint that stand once", key.Builder))
		}
		seen[key.Builder], seen[key.Fingerprint] = true, true
	}
	return mistakes
}

// Published is what was downloaded.
type Published struct {
	// Sums and Signatures are SHA256SUMS and SHA256SUMS.asc.
	Sums, Signatures []byte
	// Keys are the builders' key files, by builder. One that is missing only cannot count.
	Keys map[string][]byte
}

// Verify returns the builders whose signatures count, sorted as in the policy. It fails when they are too few, when a signature of a
// pinned key does not fit, or when one of the files is not in the signed SHA256SUMS with its pinned hash. Keys must be valid at now.
func (p Policy) Verify(published Published, files []File, now time.Time) ([]string, error) {
	if err := errors.Join(p.Mistakes()...); err != nil {
		return nil, err
	}
	signers, err := p.signers(published, now)
	if err != nil {
		return nil, err
	}
	sums, err := parseSums(published.Sums)
	if err != nil {
		return nil, err
	}
	var mistakes []error
	if len(files) == 0 {
		mistakes = append(mistakes, errors.New("files is empty, want what is built from"))
	}
	for _, file := range files {
		signed, found := sums[file.Name]
		switch {
		case !found:
			mistakes = append(mistakes, fmt.Errorf("SHA256SUMS: %s is missing, want an entry", file.Name))
		case signed != file.SHA256:
			mistakes = append(mistakes, fmt.Errorf("SHA256SUMS: %s is %s, want the pinned %s", file.Name, signed, file.SHA256))
		}
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return signers, nil
}

// Check reads the file to its end and compares its hash with the pinned one.
func (f File) Check(content io.Reader) error {
	hash := sha256.New()
	if _, err := io.Copy(hash, content); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("%s: sha256 is %s, want the pinned %s", f.Name, got, f.SHA256)
	}
	return nil
}

func parseSums(raw []byte) (map[string]string, error) {
	sums := map[string]string{}
	for _, line := range strings.Split(string(bytes.TrimRight(raw, "\n")), "\n") {
		parts := sumForm.FindStringSubmatch(line)
		if parts == nil {
			return nil, fmt.Errorf("SHA256SUMS: line is %q, want a hash and a name", line)
		}
		if _, twice := sums[parts[2]]; twice {
			return nil, fmt.Errorf("SHA256SUMS: %s stands twice, want one hash", parts[2])
		}
		sums[parts[2]] = parts[1]
	}
	return sums, nil
}
