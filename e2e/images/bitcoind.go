package images

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"gitlab.com/thinkmassive/satkube/e2e/debian"
)

// remedy is how a user gets the real thing into the cluster.
const remedy = "set E2E_BITCOIND=/path/to/bitcoind, an official release's, with bitcoin-cli beside it"

// bitcoind is where the image's Bitcoin node comes from.
type bitcoind struct {
	root  debian.Root       // of Debian's, or of the tools that an own one is put on
	files map[string]string // the user's own: path in the image -> file
	holds string
	why   string // why there is none, one line; empty: there is one

	daemon, client []string // command lines for this machine
}

// findBitcoind takes the user's, or else Debian's. That the mirror has none is no error: everything else can be assembled without.
func findBitcoind(ctx context.Context, in Input, shell debian.Root, say func(format string, args ...any)) (bitcoind, error) {
	if in.Bitcoind != "" {
		return ownBitcoind(in.Bitcoind, shell)
	}
	root, err := debian.Unpack(ctx, in.Cache, knots(), say)
	if ctx.Err() != nil {
		return bitcoind{}, ctx.Err()
	}
	if err != nil {
		return bitcoind{why: fmt.Sprintf("Debian's bitcoind could not be had (%v): %s", err, remedy)}, nil
	}
	b := bitcoind{root: root, holds: fmt.Sprintf("Bitcoin Knots %s of Debian, not the Bitcoin Core that is locked", root.Versions["bitcoin-knots"])}
	if b.daemon, err = root.Command("/usr/bin/bitcoind"); err != nil {
		return bitcoind{}, err
	}
	b.client, err = root.Command("/usr/bin/bitcoin-cli")
	return b, err
}

func ownBitcoind(path string, shell debian.Root) (bitcoind, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return bitcoind{}, fmt.Errorf("bitcoind: %w", err)
	}
	client := filepath.Join(filepath.Dir(path), "bitcoin-cli")
	for _, file := range []string{path, client} {
		info, err := os.Stat(file)
		if err != nil {
			return bitcoind{}, fmt.Errorf("bitcoind: %w: %s", err, remedy)
		}
		if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
			return bitcoind{}, fmt.Errorf("bitcoind: %s is not an executable file: %s", file, remedy)
		}
		if err := fits(file, shell); err != nil {
			return bitcoind{}, fmt.Errorf("bitcoind: %w: %s", err, remedy)
		}
	}
	return bitcoind{
		root:   shell,
		files:  map[string]string{"usr/bin/bitcoind": path, "usr/bin/bitcoin-cli": client},
		holds:  fmt.Sprintf("the bitcoind that was given (%s), with a shell and tools of Debian", path),
		daemon: []string{path}, client: []string{client},
	}, nil
}

// assemble makes the image: Debian's root as it is, or the tools with the user's files on top.
func (b bitcoind) assemble(work string, lock []locked, toolsLayer layer) (named, error) {
	references, err := lockedNames(lock, "bitcoind")
	if err != nil {
		return named{}, err
	}
	lower := toolsLayer
	if b.files == nil {
		if lower, err = rootLayer(work, b.root.Dir); err != nil {
			return named{}, err
		}
	}
	t := base()
	for place, file := range b.files {
		t.program(place, file)
	}
	upper, err := writeLayer(work, t)
	if err != nil {
		return named{}, err
	}
	return finish(Image{Name: "bitcoind", References: references, Holds: b.holds}, []string{"bitcoind"}, []v1.Layer{lower, upper}...)
}
