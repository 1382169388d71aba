// Package images assembles the container images of the end-to-end cluster where there is no container registry: from Go executables and Debian packages.
//
// READ THIS FIRST: the images carry the names and digests of internal/images/images.lock.json, and their content is NOT what those digests stand for. Each is a
// stand-in: the same program, built here, under the locked name, so that pods that ask for the locked image run on a machine that can reach no registry.
// containerd takes a name of an imported image as a key and compares it with nothing. They must never be pushed anywhere; Image.Holds says what is in each.
package images

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"gitlab.com/thinkmassive/satkube/e2e/debian"
)

// stickyAll are the permissions of /tmp.
const stickyAll = fs.ModeSticky | 0o777

// Input is what the images are made of.
type Input struct {
	Lock     string            // path of images.lock.json
	Programs map[string]string // name of a static executable -> its path: lnd, lncli, prometheus, alertmanager, node_exporter, kube-state-metrics, coredns, pause
	Versions map[string]string // name of an executable -> version of its Go module, "v0.21.3-beta" say
	Bitcoind string            // path of an official Bitcoin Core bitcoind, with bitcoin-cli beside it; empty: Debian's Bitcoin Knots
	Cache    string            // folder that everything is kept in
}

// Image is one image of the archive.
type Image struct {
	Name       string   // in the lock, or "coredns", "pause"
	References []string // the names that containerd knows it by after the import
	Holds      string   // what it is in truth, for people
	Digest     string   // of its real manifest
}

// Missing is an image of the lock that could not be assembled.
type Missing struct {
	Name string
	Why  string // one line
}

// Result is what was assembled.
type Result struct {
	Tar     string // OCI image layout as a tar file, for `ctr -n k8s.io images import`
	Images  []Image
	Missing []Missing

	// Command lines that run the image's bitcoind and bitcoin-cli on this machine, outside of any container; arguments are appended. Nil when it is missing.
	Bitcoind, BitcoinCLI []string
}

// named is an image with its content.
type named struct {
	Image
	content v1.Image
}

// Assemble makes the archive, or gives the one that the same inputs made before. The newest archive is kept, older ones are deleted.
func Assemble(ctx context.Context, in Input, say func(format string, args ...any)) (Result, error) {
	lock, text, err := readLock(in.Lock)
	if err != nil {
		return Result{}, err
	}
	shell, err := debian.Unpack(ctx, in.Cache, tools(), say)
	if err != nil {
		return Result{}, err
	}
	daemon, err := findBitcoind(ctx, in, shell, say)
	if err != nil {
		return Result{}, err
	}
	parent, err := filepath.Abs(filepath.Join(in.Cache, "images"))
	if err != nil {
		return Result{}, err
	}
	key, err := key(in, text, shell.Versions, daemon)
	if err != nil {
		return Result{}, err
	}
	final := filepath.Join(parent, key)
	if result, err := load(final, daemon); err == nil {
		return result, nil
	}

	start := time.Now()
	say("container images: assembling them, usually 5 to 20 s")
	made, err := debian.MakeIn(parent)
	if err != nil {
		return Result{}, fmt.Errorf("container images: %w", err)
	}
	defer os.RemoveAll(made)
	result, err := assemble(made, lock, in, shell.Dir, daemon)
	if err != nil {
		return Result{}, fmt.Errorf("container images: %w", err)
	}
	if err := save(made, final, result); err != nil {
		return Result{}, fmt.Errorf("container images: %w", err)
	}
	say("container images: %d assembled in %s, %d missing", len(result.Images), time.Since(start).Round(time.Second), len(result.Missing))
	return load(final, daemon)
}

// assemble writes the archive into the folder.
func assemble(dir string, lock []locked, in Input, shell string, daemon bitcoind) (Result, error) {
	work, err := os.MkdirTemp(dir, "layers-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(work)
	toolsLayer, err := rootLayer(work, shell)
	if err != nil {
		return Result{}, err
	}
	var all []named
	missing := map[string]string{}
	for _, r := range recipes() {
		image, err := r.assemble(work, lock, in, toolsLayer)
		var notGiven errNotGiven
		switch {
		case errors.As(err, &notGiven):
			missing[r.name] = notGiven.Error()
		case err != nil:
			return Result{}, err
		default:
			all = append(all, image)
		}
	}
	if daemon.why == "" {
		image, err := daemon.assemble(work, lock, toolsLayer)
		if err != nil {
			return Result{}, err
		}
		all = append(all, image)
	} else {
		missing["bitcoind"] = daemon.why
	}
	result := Result{Missing: listMissing(lock, all, missing)}
	for _, image := range all {
		result.Images = append(result.Images, image.Image)
	}
	return result, writeArchive(filepath.Join(dir, archiveName), all)
}

// assemble makes the image of a recipe.
func (r recipe) assemble(work string, lock []locked, in Input, toolsLayer layer) (named, error) {
	t, err := r.layer(in.Programs)
	if err != nil {
		return named{}, err
	}
	version := in.Versions[r.main]
	if version == "" {
		return named{}, fmt.Errorf("image %s: version of %s is empty, want that of its Go module", r.name, r.main)
	}
	references, err := r.names(lock, version)
	if err != nil {
		return named{}, err
	}
	own, err := writeLayer(work, t)
	if err != nil {
		return named{}, err
	}
	layers, holds := []v1.Layer{own}, fmt.Sprintf("%s %s built from its Go module", r.main, version)
	if tag := lockedTag(lock, r.name); tag != "" && tag != version {
		holds += ", not the " + tag + " that is locked"
	}
	if r.own {
		holds = r.main + " of this repository"
	}
	if r.tools {
		layers, holds = []v1.Layer{toolsLayer, own}, holds+", with a shell and tools of Debian"
	}
	return finish(Image{Name: r.name, References: references, Holds: holds}, r.entrypoint, layers...)
}

func (r recipe) names(lock []locked, version string) ([]string, error) {
	if r.reference == "" {
		return lockedNames(lock, r.name)
	}
	tag := r.tag
	if tag == "" {
		tag = strings.TrimPrefix(version, "v")
	}
	return []string{r.reference + ":" + tag}, nil
}

// rootLayer packs an unpacked root.
func rootLayer(work, dir string) (layer, error) {
	t := tree{}
	if err := t.root(dir); err != nil {
		return layer{}, err
	}
	return writeLayer(work, t)
}

func finish(image Image, entrypoint []string, layers ...v1.Layer) (named, error) {
	content, err := newImage(entrypoint, layers...)
	if err != nil {
		return named{}, fmt.Errorf("image %s: %w", image.Name, err)
	}
	digest, err := content.Digest()
	if err != nil {
		return named{}, fmt.Errorf("image %s: %w", image.Name, err)
	}
	image.Digest = digest.String()
	return named{image, content}, nil
}
