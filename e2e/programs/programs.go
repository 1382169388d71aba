// Package programs builds what the end-to-end cluster runs: Kubernetes, etcd, CoreDNS, lnd and the rest, from Go modules alone. Each upstream module is pinned
// by a go.mod of its own, because their dependencies do not agree with each other. Every executable is static, for it goes into a container image, and comes
// out the same wherever it is built.
package programs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Built knows where the executables are.
type Built struct {
	paths    map[string]string
	versions map[string]string
}

// Path gives the absolute path of an executable: Path("kubelet").
func (b Built) Path(name string) (string, error) {
	return find(b.paths, name)
}

// Version gives an executable's version as its release is called, "v1.35.0" say. Programs of this repository have the version "own".
func (b Built) Version(name string) (string, error) {
	return find(b.versions, name)
}

// Paths gives the absolute path of every executable by its name.
func (b Built) Paths() map[string]string {
	return maps.Clone(b.paths)
}

// Versions gives the version of every executable by its name.
func (b Built) Versions() map[string]string {
	return maps.Clone(b.versions)
}

func find(values map[string]string, name string) (string, error) {
	value, ok := values[name]
	if !ok {
		return "", fmt.Errorf("program %s: is not built, want one of %s, or a line for it in the table of e2e/programs",
			name, strings.Join(slices.Sorted(maps.Keys(values)), ", "))
	}
	return value, nil
}
