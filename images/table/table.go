// Package table reads images.yaml: which images SatKube builds itself, from what, and for whom.
package table

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/images/release"
)

// Table is the file.
type Table struct {
	// Images are built here.
	Images []Image `json:"images"`
	// Resolved are upstream's images, by name, whose digest the pipeline looks up.
	Resolved []string `json:"resolved"`
}

// Image is one image that is built here.
type Image struct {
	// Name is the image's entry in the lock file and its folder.
	Name string `json:"name"`
	// Version is its tag.
	Version string `json:"version"`
	// Source is the repository's address.
	Source string `json:"source"`
	// Commit is the whole commit that is built; empty for a release that is taken as published.
	Commit string `json:"commit"`
	// Platforms are os/architecture pairs.
	Platforms []string `json:"platforms"`
	// User is who it runs as.
	User User `json:"user"`
	// Release is where the published files come from; nil for what is built from source.
	Release *Release `json:"release"`
	// Blocked says why the image cannot be built yet; empty when it can.
	Blocked string `json:"blocked"`
}

// User is a numeric user, which is its group too.
type User struct {
	// ID is 10000 or more: no account of a node has it.
	ID int `json:"id"`
	// File and Constant are where the component that runs the image says the same; empty while no component does.
	File     string `json:"file"`
	Constant string `json:"constant"`
}

// Release is a set of published files and the builders whose signatures make it one.
type Release struct {
	// URL is the folder that holds the files, SHA256SUMS and SHA256SUMS.asc.
	URL string `json:"url"`
	// KeysURL is the folder that holds the builders' public keys as BUILDER.gpg.
	KeysURL string `json:"keysURL"`
	// Files are the files that are built from.
	Files []release.File `json:"files"`
	release.Policy
}

var (
	nameForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	versionForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	commitForm  = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// Read reads the table at path. It reports every mistake at once.
func Read(path string) (Table, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Table{}, err
	}
	var t Table
	if err := yaml.UnmarshalStrict(raw, &t); err != nil {
		return Table{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := t.validate(); err != nil {
		return Table{}, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Image returns the image of that name. It fails for one that is not built here, or not yet.
func (t Table) Image(name string) (Image, error) {
	for _, image := range t.Images {
		if image.Name != name {
			continue
		}
		if image.Blocked != "" {
			return Image{}, fmt.Errorf("image %s cannot be built yet: %s", name, image.Blocked)
		}
		return image, nil
	}
	return Image{}, fmt.Errorf("image is %q, want one of %s", name, strings.Join(t.names(), ", "))
}

// IsResolved tells whether the image is upstream's own, of which only the digest is looked up.
func (t Table) IsResolved(name string) bool { return slices.Contains(t.Resolved, name) }

func (t Table) names() []string {
	var names []string
	for _, image := range t.Images {
		names = append(names, image.Name)
	}
	return names
}

func (t Table) validate() error {
	var mistakes []error
	if len(t.Images) == 0 {
		mistakes = append(mistakes, errors.New("images is empty, want at least one"))
	}
	seen := map[string]bool{}
	for _, name := range append(t.names(), t.Resolved...) {
		if seen[name] {
			mistakes = append(mistakes, fmt.Errorf("image %s stands twice", name))
		}
		seen[name] = true
	}
	for _, image := range t.Images {
		for _, err := range image.mistakes() {
			mistakes = append(mistakes, fmt.Errorf("image %s: %w", image.Name, err))
		}
	}
	return errors.Join(mistakes...)
}

func (i Image) mistakes() []error {
	var mistakes []error
	if !nameForm.MatchString(i.Name) {
		mistakes = append(mistakes, fmt.Errorf("name is %q, want lower-case letters, digits and dashes", i.Name))
	}
	if !versionForm.MatchString(i.Version) || i.Version == "latest" {
		mistakes = append(mistakes, fmt.Errorf("version is %q, want a tag that does not move", i.Version))
	}
	if !strings.HasPrefix(i.Source, "https://") {
		mistakes = append(mistakes, fmt.Errorf("source is %q, want an https address", i.Source))
	}
	if len(i.Platforms) == 0 {
		mistakes = append(mistakes, errors.New("platforms is empty, want os/architecture pairs"))
	}
	if i.User.ID < 10000 {
		mistakes = append(mistakes, fmt.Errorf("user is %d, want 10000 or more, which no account of a node has", i.User.ID))
	}
	if (i.Commit == "") == (i.Release == nil) {
		mistakes = append(mistakes, errors.New("want either a commit or a release"))
	}
	if i.Commit != "" && !commitForm.MatchString(i.Commit) {
		mistakes = append(mistakes, fmt.Errorf("commit is %q, want 40 hex digits", i.Commit))
	}
	if i.Release == nil {
		return mistakes
	}
	for what, url := range map[string]string{"release url": i.Release.URL, "release keysURL": i.Release.KeysURL} {
		if !strings.HasPrefix(url, "https://") {
			mistakes = append(mistakes, fmt.Errorf("%s is %q, want an https address", what, url))
		}
	}
	return append(mistakes, i.Release.Policy.Mistakes()...)
}
