// Package debian downloads Debian packages and unpacks them into a folder. It installs nothing: an installed containerd or nginx would start a server
// on the machine, and no maintainer script is ever run here.
package debian

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// format counts the ways in which this package laid a root out: a root that an older way made is made anew.
const format = "1"

// Set names packages that are unpacked together.
type Set struct {
	Name         string            // what the folder and the progress lines call it
	Suite        string            // a suite of the machine's mirror, "sid" say; empty: the machine's own release, with its security updates
	Packages     []string          // names of binary packages
	Dependencies bool              // what they depend on too, recommendations excepted
	Leave        []string          // packages left out, with what only they need; meaningful with Dependencies
	Links        map[string]string // symbolic links to make where the packages have none: path in the root -> target. Maintainer scripts would have made them
}

// Root is a folder that packages were unpacked into.
type Root struct {
	Dir      string            // absolute
	Versions map[string]string // package -> version
}

// Unpack gives the root of the set. It is made once: a root in the cache folder is used as it is, without any network, for as long as the set stays the same.
// Delete the folder to get the mirror's newer versions.
func Unpack(ctx context.Context, cache string, set Set, say func(format string, args ...any)) (Root, error) {
	here, err := thisMachine(ctx)
	if err != nil {
		return Root{}, fmt.Errorf("debian packages %s: %w", set.Name, err)
	}
	return unpack(ctx, here, cache, set, say)
}

func unpack(ctx context.Context, here machine, cache string, set Set, say func(format string, args ...any)) (Root, error) {
	fail := func(err error) (Root, error) { return Root{}, fmt.Errorf("debian packages %s: %w", set.Name, err) }
	key, err := set.key(here)
	if err != nil {
		return fail(err)
	}
	parent, err := filepath.Abs(filepath.Join(cache, "debian"))
	if err != nil {
		return fail(err)
	}
	final := filepath.Join(parent, set.Name+"-"+key)
	if root, err := open(final); err == nil {
		return root, nil
	}
	// A half-made root must never be taken for a whole one: it gets its name last.
	made, err := MakeIn(parent)
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(made)

	start := time.Now()
	say("Debian packages for %s: downloading %s with apt-get, usually 5 to 15 s", set.Name, strings.Join(set.Packages, " "))
	versions, err := fill(ctx, here, made, set)
	if err != nil {
		return fail(err)
	}
	text, err := json.MarshalIndent(versions, "", "  ")
	if err != nil {
		return fail(err)
	}
	if err := os.WriteFile(filepath.Join(made, "versions.json"), text, 0o644); err != nil {
		return fail(err)
	}
	if err := os.RemoveAll(final); err != nil {
		return fail(err)
	}
	if err := os.Rename(made, final); err != nil {
		return fail(err)
	}
	say("Debian packages for %s: %d unpacked in %s", set.Name, len(versions), time.Since(start).Round(time.Second))
	return open(final)
}

// fill puts the root of the set into dir/root and gives the versions of its packages.
func fill(ctx context.Context, here machine, dir string, set Set) (map[string]string, error) {
	work, err := newApt(filepath.Join(dir, "apt"), here, set)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work.dir)
	archives, err := work.download(ctx, set)
	if err != nil {
		return nil, err
	}
	root := filepath.Join(dir, "root")
	if err := skeleton(root); err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for _, archive := range archives {
		name, version, err := extract(ctx, archive, root)
		if err != nil {
			return nil, err
		}
		versions[name] = version
	}
	for path, target := range set.Links {
		if err := link(filepath.Join(root, path), target); err != nil {
			return nil, err
		}
	}
	return versions, nil
}

func open(dir string) (Root, error) {
	text, err := os.ReadFile(filepath.Join(dir, "versions.json"))
	if err != nil {
		return Root{}, err
	}
	root := Root{Dir: filepath.Join(dir, "root")}
	if err := json.Unmarshal(text, &root.Versions); err != nil {
		return Root{}, fmt.Errorf("%s: %w: delete it", dir, err)
	}
	return root, nil
}

// key tells sets apart. The mirror's address is no part of it: the same packages come from every mirror.
func (s Set) key(here machine) (string, error) {
	if s.Name == "" || s.Name != filepath.Base(s.Name) || strings.HasPrefix(s.Name, ".") {
		return "", fmt.Errorf("set: name is %q, want a plain folder name", s.Name)
	}
	if len(s.Packages) == 0 {
		return "", fmt.Errorf("set: packages is empty, want names of Debian packages")
	}
	for _, name := range append(append([]string{}, s.Packages...), s.Leave...) {
		if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789+-.") != "" || strings.HasPrefix(name, "-") {
			return "", fmt.Errorf("set: package is %q, want the name of a Debian package", name)
		}
	}
	suite := cmp.Or(s.Suite, here.codename)
	if strings.Trim(suite, "abcdefghijklmnopqrstuvwxyz0123456789-./") != "" {
		return "", fmt.Errorf("set: suite is %q, want a Debian suite", suite)
	}
	text, err := json.Marshal([]any{format, here.architecture, suite, s})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6]), nil
}
