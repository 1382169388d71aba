package debian

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Command is the command line that runs a program of the root on this machine, without chroot: the root's own loader with the root's own libraries. It works
// whatever release the machine is of, for a root that has libc6. The program is a path inside the root, "/usr/bin/bitcoind" say; arguments are appended.
func (r Root) Command(program string) ([]string, error) {
	path := filepath.Join(r.Dir, program)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("program of the unpacked packages: %w", err)
	}
	// The loader's usual path, /lib64, can be an absolute link, which would lead to the machine's own.
	loaders, err := filepath.Glob(filepath.Join(r.Dir, "usr", "lib", "*-linux-gnu*", "ld-linux-*.so.*"))
	if err != nil {
		return nil, err
	}
	if len(loaders) != 1 {
		return nil, fmt.Errorf("%s: it has %d loaders, want one: take the package libc6 into the set", r.Dir, len(loaders))
	}
	return []string{loaders[0], "--library-path", strings.Join(r.libraries(), ":"), "--argv0", filepath.Base(program), path}, nil
}

// Environment is what a process of this machine needs so that it, and everything it starts, finds the root's programs by name and these find their libraries:
// PATH (with the given one behind), LD_LIBRARY_PATH and XTABLES_LIBDIR, where iptables looks for its modules (iptables(8), ENVIRONMENT). It is for a root
// of the machine's own release without libc6: the machine's own then loads the rest.
func (r Root) Environment(path string) []string {
	var xtables string
	for _, dir := range r.libraries() {
		xtables = filepath.Join(dir, "xtables")
	}
	return []string{
		"PATH=" + strings.Join([]string{filepath.Join(r.Dir, "usr", "sbin"), filepath.Join(r.Dir, "usr", "bin"), path}, ":"),
		"LD_LIBRARY_PATH=" + strings.Join(r.libraries(), ":"),
		"XTABLES_LIBDIR=" + xtables,
	}
}

// libraries are the folders of shared libraries: Debian has one, named after the architecture.
func (r Root) libraries() []string {
	// The pattern is a constant: it cannot be malformed.
	dirs, _ := filepath.Glob(filepath.Join(r.Dir, "usr", "lib", "*-linux-gnu*"))
	return dirs
}

// HasLibrary says whether the root has a shared library, "libstdc++.so.6" say.
func (r Root) HasLibrary(name string) bool {
	for _, dir := range r.libraries() {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}
