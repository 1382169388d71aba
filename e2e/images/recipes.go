package images

import (
	"debug/elf"
	"errors"
	"fmt"
	"path"

	"gitlab.com/thinkmassive/satkube/e2e/debian"
)

// recipe says what an image of Go programs holds.
type recipe struct {
	name       string            // in the lock; CoreDNS and pause are not locked, for no stack deploys them
	programs   map[string]string // executable -> where it lies in the image
	main       string            // the executable that the image is about, whose version it has
	tools      bool              // on top of a shell and the tools that our pods' scripts call
	entrypoint []string          // as upstream's image has it: our pods give arguments only
	reference  string            // of an image that is not locked, without the tag
	tag        string            // the tag of such an image; empty: the version without its v
	own        bool              // a program of this repository
}

// recipes are the images of Go programs. The paths and entry points are those of the upstream images' Dockerfiles.
func recipes() []recipe {
	return []recipe{
		{name: "lnd", main: "lnd", tools: true, entrypoint: []string{"lnd"}, programs: map[string]string{"lnd": "usr/bin/lnd", "lncli": "usr/bin/lncli"}},
		{name: "prometheus", main: "prometheus", entrypoint: []string{"/bin/prometheus"}, programs: map[string]string{"prometheus": "bin/prometheus"}},
		{name: "alertmanager", main: "alertmanager", entrypoint: []string{"/bin/alertmanager"}, programs: map[string]string{"alertmanager": "bin/alertmanager"}},
		{name: "node-exporter", main: "node_exporter", entrypoint: []string{"/bin/node_exporter"}, programs: map[string]string{"node_exporter": "bin/node_exporter"}},
		{
			name: "kube-state-metrics", main: "kube-state-metrics", entrypoint: []string{"/kube-state-metrics"},
			programs: map[string]string{"kube-state-metrics": "kube-state-metrics"},
		},
		{
			name: "coredns", main: "coredns", entrypoint: []string{"/coredns"}, programs: map[string]string{"coredns": "coredns"},
			reference: "docker.io/coredns/coredns",
		},
		{name: "pause", main: "pause", entrypoint: []string{"/pause"}, programs: map[string]string{"pause": "pause"}, reference: "satkube.local/pause", tag: "1", own: true},
	}
}

// tools are what the scripts of our pods call: a shell, cut, seq, base64, sync, cmp, grep, sed, awk, wget, jq. They are of the machine's own release. The two
// libraries are what an official bitcoind needs of a system.
func tools() debian.Set {
	return debian.Set{
		Name:         "tools",
		Packages:     []string{"bash", "dash", "coreutils", "diffutils", "grep", "sed", "mawk", "wget", "jq", "libstdc++6", "libgcc-s1"},
		Dependencies: true,
		Leave:        maintenance(),
		Links:        alternatives(),
	}
}

// knots is a bitcoind of Debian. Only its unstable suite has one: Bitcoin Knots, which speaks the same protocols and the same RPC as Bitcoin Core.
func knots() debian.Set {
	return debian.Set{
		Name:         "bitcoind",
		Suite:        "sid",
		Packages:     []string{"bitcoin-knots", "bash", "dash", "coreutils", "grep", "sed", "mawk"},
		Dependencies: true,
		Leave:        maintenance(),
		Links:        alternatives(),
	}
}

// maintenance are packages that install, configure and start others. Nothing is installed in an image.
func maintenance() []string {
	return []string{"base-files", "ca-certificates", "debconf", "debianutils", "dpkg", "install-info", "openssl-provider-legacy", "perl", "systemd"}
}

// alternatives are links that maintainer scripts make.
func alternatives() map[string]string {
	return map[string]string{"usr/bin/awk": "mawk", "usr/bin/sh": "dash"}
}

// base are the files that every image has. Pods run with user ids that no file knows; glibc's getpwuid and Go's user.Current can do with that, a missing file
// is slower to find out. Without nsswitch.conf glibc asks DNS before /etc/hosts.
func base() tree {
	t := tree{}
	t.write("etc/passwd", "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")
	t.write("etc/group", "root:x:0:\nnobody:x:65534:\n")
	t.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
	t.folder("tmp", stickyAll)
	return t
}

// layer gives the content of a recipe's own layer, or why there is none.
func (r recipe) layer(programs map[string]string) (tree, error) {
	t := base()
	for name, place := range r.programs {
		file := programs[name]
		if file == "" {
			return nil, errNotGiven{name}
		}
		if err := static(file); err != nil {
			return nil, fmt.Errorf("image %s: program %s: %w", r.name, name, err)
		}
		t.program(place, file)
	}
	return t, nil
}

// errNotGiven says that an image's executable was not built.
type errNotGiven struct{ program string }

func (e errNotGiven) Error() string {
	return fmt.Sprintf("no executable %s was given: it is built from its Go module, see e2e/programs", e.program)
}

// static refuses an executable that needs a C library: most images have none, and the others have not the one that it was linked with.
func static(file string) error {
	f, err := elf.Open(file)
	if err != nil {
		return fmt.Errorf("%s: %w: want a Linux executable", file, err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%s needs a loader, want a static executable: build it with CGO_ENABLED=0", file)
		}
	}
	return nil
}

// fits refuses an executable that needs a library which the root does not have.
func fits(file string, root debian.Root) error {
	f, err := elf.Open(file)
	if err != nil {
		return fmt.Errorf("%s: %w: want a Linux executable", file, err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	var mistakes []error
	for _, name := range libraries {
		if !root.HasLibrary(name) {
			mistakes = append(mistakes, fmt.Errorf("%s needs %s, want an official release's %s, which needs the C and C++ libraries only", file, name, path.Base(file)))
		}
	}
	return errors.Join(mistakes...)
}
