// Package engine runs the tools that make, scan, describe and sign an image. What they are called with is data, so that it can be read
// and tested where no container engine runs.
package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"gitlab.com/thinkmassive/satkube/images/table"
)

// epoch is the time that every file and the image itself carry, in seconds: 2026-01-01. Any fixed number makes builds repeatable.
const epoch = "1767225600"

var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// Command is a program and its arguments.
type Command []string

// Run runs the command, with these variables (NAME=VALUE) added to the environment.
func (c Command) Run(ctx context.Context, environment []string, stdout, stderr io.Writer) error {
	command := exec.CommandContext(ctx, c[0], c[1:]...)
	command.Env = append(os.Environ(), environment...)
	command.Stdout, command.Stderr = stdout, stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w", c[0], err)
	}
	return nil
}

// Built is what later steps know of a build; it is kept as a JSON file between jobs.
type Built struct {
	// Name is the image's name in images.yaml.
	Name string `json:"name"`
	// Reference is registry/repository:tag.
	Reference string `json:"reference"`
	// Digest is the index's.
	Digest string `json:"digest"`
	// Identity is who signed it; empty before.
	Identity string `json:"identity,omitempty"`
}

// Pinned is the image by its digest, which is all that the tools are given: a tag could be moved between two steps.
func (b Built) Pinned() string {
	return b.Reference[:strings.LastIndex(b.Reference, ":")] + "@" + b.Digest
}

// Build builds the image for all its platforms and pushes it. BuildKit writes the index's digest to the metadata file.
//
// rewrite-timestamp gives every file of every layer the epoch. There is no provenance attestation: it would put the time of the run
// into the index, and so a new digest on the same image. The signature says which pipeline built it.
func Build(folder string, image table.Image, reference, metadata string) Command {
	context := filepath.Join(folder, image.Name)
	return Command{
		"buildctl-daemonless.sh", "build",
		"--frontend", "dockerfile.v0",
		"--local", "context=" + context,
		"--local", "dockerfile=" + context,
		"--opt", "filename=Containerfile",
		"--opt", "platform=" + strings.Join(image.Platforms, ","),
		"--opt", "build-arg:SOURCE_DATE_EPOCH=" + epoch,
		"--output", "type=image,name=" + reference + ",push=true,oci-mediatypes=true,rewrite-timestamp=true",
		"--metadata-file", metadata,
	}
}

// Scan fails when a critical vulnerability has a fix. What nobody has fixed yet cannot be helped by a build.
func Scan(built Built, platform string) Command {
	return Command{
		"trivy", "image", "--platform", platform, "--scanners", "vuln,secret", "--severity", "CRITICAL", "--ignore-unfixed",
		"--exit-code", "1", "--no-progress", built.Pinned(),
	}
}

// SBOM writes what is in the image, for one platform, as SPDX.
func SBOM(built Built, platform, file string) Command {
	return Command{"syft", "scan", "registry:" + built.Pinned(), "--platform", platform, "--output", "spdx-json=" + file}
}

// Sign signs the digest with the job's identity (SIGSTORE_ID_TOKEN): no key exists.
func Sign(built Built) Command {
	return Command{"cosign", "sign", "--yes", "--recursive", built.Pinned()}
}

// Attest signs the SBOM and puts it beside the image.
func Attest(built Built, file string) Command {
	return Command{"cosign", "attest", "--yes", "--type", "spdxjson", "--predicate", file, built.Pinned()}
}

// Verify checks that the identity signed it, as whoever deploys it would.
func Verify(built Built, identity, issuer string) Command {
	return Command{"cosign", "verify", "--certificate-identity", identity, "--certificate-oidc-issuer", issuer, built.Pinned()}
}

// Digest asks the registry for the digest of an image that is not built here.
func Digest(reference string) Command { return Command{"crane", "digest", reference} }

// Metadata reads the digest from BuildKit's metadata file.
func Metadata(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var metadata struct {
		Digest string `json:"containerimage.digest"`
	}
	if err := json.Unmarshal(raw, &metadata); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if !digestForm.MatchString(metadata.Digest) {
		return "", fmt.Errorf("%s: containerimage.digest is %q, want sha256: and 64 hex digits", path, metadata.Digest)
	}
	return metadata.Digest, nil
}

// Load reads what an earlier job kept.
func Load(path string) (Built, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Built{}, err
	}
	var built Built
	if err := json.Unmarshal(raw, &built); err != nil {
		return Built{}, fmt.Errorf("%s: %w", path, err)
	}
	if built.Name == "" || !strings.Contains(built.Reference, ":") || !digestForm.MatchString(built.Digest) {
		return Built{}, fmt.Errorf("%s: %w", path, errors.New("want a name, a reference with a tag and a digest: run build before"))
	}
	return built, nil
}

// Save keeps it for the next job.
func (b Built) Save(path string) error {
	raw, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644)
}
