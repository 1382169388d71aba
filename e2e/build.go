package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gitlab.com/thinkmassive/satkube/e2e/cluster"
	"gitlab.com/thinkmassive/satkube/e2e/debian"
	"gitlab.com/thinkmassive/satkube/e2e/images"
	"gitlab.com/thinkmassive/satkube/e2e/live"
	"gitlab.com/thinkmassive/satkube/e2e/programs"
)

// bitcoindVariable names a bitcoind of the user's own, an official release of Bitcoin Core for example, with bitcoin-cli beside it.
const bitcoindVariable = "E2E_BITCOIND"

// build makes what the cluster is made of, or finds it in the cache.
func build(ctx context.Context) (cluster.Parts, images.Result, error) {
	fail := func(err error) (cluster.Parts, images.Result, error) { return cluster.Parts{}, images.Result{}, err }
	say := say(time.Now())
	root, err := repository()
	if err != nil {
		return fail(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return fail(fmt.Errorf("the cache has no place: %w", err))
	}
	cache = filepath.Join(cache, "satkube", "e2e")
	built, err := programs.Build(ctx, root, cache, say)
	if err != nil {
		return fail(err)
	}
	host, err := debian.Unpack(ctx, cache, debian.Host(), say)
	if err != nil {
		return fail(err)
	}
	assembled, err := images.Assemble(ctx, images.Input{
		Lock:     filepath.Join(root, "internal", "images", "images.lock.json"),
		Programs: built.Paths(), Versions: built.Versions(),
		Bitcoind: os.Getenv(bitcoindVariable),
		Cache:    cache,
	}, say)
	if err != nil {
		return fail(err)
	}
	self, err := os.Executable()
	if err != nil {
		return fail(err)
	}
	parts := cluster.Parts{Folder: folder(), Root: host.Dir, Programs: built.Paths(), Images: assembled.Tar, Self: self}
	for _, image := range assembled.Images {
		switch image.Name {
		case "coredns":
			parts.DNSImage = image.References[0]
		case "pause":
			parts.PauseImage = image.References[0]
		}
	}
	return parts, assembled, nil
}

// repository is the folder that this program's bin/ is in.
func repository() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	root := filepath.Dir(filepath.Dir(self))
	if _, err := os.Stat(filepath.Join(root, "Pulumi.yaml")); err != nil {
		return "", errors.New("this program is not in the bin/ of the repository: run it through make e2e-up")
	}
	return root, nil
}

// keepImages leaves what is in the images, and what is in none, for the tests and the closing table.
func keepImages(assembled images.Result) error {
	data, err := json.MarshalIndent(assembled, "", "  ")
	if err != nil {
		return err
	}
	for _, image := range assembled.Images {
		if err := (live.Row{Part: live.Images, Name: image.Name, Result: image.Holds}).Write(folder()); err != nil {
			return err
		}
	}
	return os.WriteFile(live.ImagesFile(folder()), data, 0o600)
}
