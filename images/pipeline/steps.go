package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gitlab.com/thinkmassive/satkube/images/engine"
	"gitlab.com/thinkmassive/satkube/images/proposal"
	"gitlab.com/thinkmassive/satkube/images/table"
	"gitlab.com/thinkmassive/satkube/internal/images"
)

// tokenVariable holds the project access token that may open merge requests. A job's own token may not.
const tokenVariable = "SATKUBE_PROPOSE_TOKEN"

// job is one run of one step.
type job struct {
	image, folder, work string

	getenv         func(string) string
	now            time.Time
	stdout, stderr io.Writer
	client         *http.Client
	// pause is how long a download waits before it is tried again.
	pause time.Duration
}

func (j job) table() (table.Table, error) { return table.Read(filepath.Join(j.folder, "images.yaml")) }

func (j job) entry() (table.Image, error) {
	t, err := j.table()
	if err != nil {
		return table.Image{}, err
	}
	return t.Image(j.image)
}

// file is a result's place: artifacts/images/NAME and what kind it is.
func (j job) file(kind string) string { return filepath.Join(j.work, j.image+kind) }

func (j job) sbomFile(platform string) string {
	return j.file("." + strings.ReplaceAll(platform, "/", "-") + ".spdx.json")
}

// need reads variables that GitLab sets.
func (j job) need(names ...string) (map[string]string, error) {
	values := map[string]string{}
	var mistakes []error
	for _, name := range names {
		values[name] = j.getenv(name)
		if values[name] == "" {
			mistakes = append(mistakes, fmt.Errorf("%s is empty, want what GitLab sets in a job", name))
		}
	}
	return values, errors.Join(mistakes...)
}

// run runs commands with the registry's account at hand, and takes the account away again.
func (j job) run(ctx context.Context, commands ...engine.Command) (err error) {
	login := engine.Login{Registry: j.getenv("CI_REGISTRY"), User: j.getenv("CI_REGISTRY_USER"), Password: j.getenv("CI_REGISTRY_PASSWORD")}
	environment, remove, err := login.Write()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	for _, command := range commands {
		fmt.Fprintln(j.stderr, strings.Join(command, " "))
		if err := command.Run(ctx, environment, j.stdout, j.stderr); err != nil {
			return err
		}
	}
	return nil
}

// build checks a release before it is built: there is no way around it.
func (j job) build(ctx context.Context) error {
	image, err := j.entry()
	if err != nil {
		return err
	}
	set, err := j.need("CI_REGISTRY_IMAGE")
	if err != nil {
		return err
	}
	if image.Release != nil {
		if err := j.verify(ctx, image); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(j.work, 0o755); err != nil {
		return err
	}
	reference := set["CI_REGISTRY_IMAGE"] + "/" + image.Name + ":" + image.Version
	metadata := j.file(".metadata.json")
	if err := j.run(ctx, engine.Build(j.folder, image, reference, metadata)); err != nil {
		return err
	}
	digest, err := engine.Metadata(metadata)
	if err != nil {
		return err
	}
	fmt.Fprintf(j.stdout, "%s@%s\n", reference, digest)
	return engine.Built{Name: image.Name, Reference: reference, Digest: digest}.Save(j.file(".json"))
}

// built is the image and what build left.
func (j job) built() (table.Image, engine.Built, error) {
	image, err := j.entry()
	if err != nil {
		return table.Image{}, engine.Built{}, err
	}
	built, err := engine.Load(j.file(".json"))
	if err == nil && built.Name != image.Name {
		err = fmt.Errorf("%s: name is %q, want %q", j.file(".json"), built.Name, image.Name)
	}
	return image, built, err
}

func (j job) scan(ctx context.Context) error {
	image, built, err := j.built()
	if err != nil {
		return err
	}
	var commands []engine.Command
	for _, platform := range image.Platforms {
		commands = append(commands, engine.Scan(built, platform))
	}
	return j.run(ctx, commands...)
}

func (j job) sbom(ctx context.Context) error {
	image, built, err := j.built()
	if err != nil {
		return err
	}
	var commands []engine.Command
	for _, platform := range image.Platforms {
		commands = append(commands, engine.SBOM(built, platform, j.sbomFile(platform)))
	}
	return j.run(ctx, commands...)
}

// sign signs, attests and then verifies as a stranger would, so that the identity in the evidence is one that was checked.
func (j job) sign(ctx context.Context) error {
	image, built, err := j.built()
	if err != nil {
		return err
	}
	set, err := j.need("SIGSTORE_ID_TOKEN", "CI_SERVER_URL", "CI_PROJECT_URL", "CI_CONFIG_PATH", "CI_COMMIT_BRANCH")
	if err != nil {
		return err
	}
	identity := fmt.Sprintf("%s//%s@refs/heads/%s", set["CI_PROJECT_URL"], set["CI_CONFIG_PATH"], set["CI_COMMIT_BRANCH"])
	commands := []engine.Command{engine.Sign(built)}
	for _, platform := range image.Platforms {
		file := j.sbomFile(platform)
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("sbom is missing, run sbom before: %w", err)
		}
		commands = append(commands, engine.Attest(built, file))
	}
	if err := j.run(ctx, append(commands, engine.Verify(built, identity, set["CI_SERVER_URL"]))...); err != nil {
		return err
	}
	built.Identity = identity
	return built.Save(j.file(".json"))
}

func (j job) propose(ctx context.Context) error {
	t, err := j.table()
	if err != nil {
		return err
	}
	set, err := j.need("CI_API_V4_URL", "CI_PROJECT_ID", "CI_PIPELINE_URL", "CI_DEFAULT_BRANCH", tokenVariable)
	if err != nil {
		return err
	}
	gitlab, err := proposal.NewGitLab(set["CI_API_V4_URL"], set["CI_PROJECT_ID"], set[tokenVariable])
	if err != nil {
		return err
	}
	entry, err := j.proposed(ctx, t, gitlab, set)
	if err != nil {
		return err
	}
	outcome, address, err := gitlab.Propose(ctx, set["CI_DEFAULT_BRANCH"], entry)
	if err != nil {
		return err
	}
	fmt.Fprintf(j.stdout, "%s: %s %s\n", entry.Name, outcome, address)
	return nil
}

// proposed is the entry to propose: a build's that was signed, or upstream's with the digest that the registry gives now.
func (j job) proposed(ctx context.Context, t table.Table, gitlab proposal.GitLab, set map[string]string) (images.Image, error) {
	day := j.now.UTC().Format(time.DateOnly)
	if t.IsResolved(j.image) {
		entry, err := gitlab.Entry(ctx, set["CI_DEFAULT_BRANCH"], images.Name(j.image))
		if err != nil {
			return images.Image{}, err
		}
		var answer bytes.Buffer
		if err := engine.Digest(entry.Reference).Run(ctx, nil, &answer, j.stderr); err != nil {
			return images.Image{}, err
		}
		entry.Digest = strings.TrimSpace(answer.String())
		entry.Evidence = fmt.Sprintf("the registry's answer to %s on %s", set["CI_PIPELINE_URL"], day)
		return entry, nil
	}
	_, built, err := j.built()
	if err != nil {
		return images.Image{}, err
	}
	if built.Identity == "" {
		return images.Image{}, fmt.Errorf("%s: identity is empty, want a signed image: run sign before", j.file(".json"))
	}
	return images.Image{
		Name: images.Name(built.Name), Reference: built.Reference, Digest: built.Digest,
		Evidence: fmt.Sprintf("built by %s on %s, signed by %s", set["CI_PIPELINE_URL"], day, built.Identity),
	}, nil
}
