package debian

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mirror makes a signed mirror in a folder, with three packages: a needs b, b needs c; a's maintainer script leaves a trace if it is ever run.
func mirror(t *testing.T) (here machine, trace string) {
	t.Helper()
	for _, program := range []string{"apt-get", "apt-config", "dpkg", "dpkg-deb", "dpkg-scanpackages", "gpg", "tar"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not here: this test makes a Debian mirror of its own", program)
		}
	}
	dir := t.TempDir()
	trace = filepath.Join(dir, "trace")
	run := func(in, name string, args ...string) string {
		t.Helper()
		command := exec.Command(name, args...)
		command.Dir, command.Env = in, append(os.Environ(), "GNUPGHOME="+filepath.Join(dir, "gpg"), "LC_ALL=C")
		out, err := command.Output()
		require.NoError(t, err, "%s %v", name, args)
		return string(out)
	}
	write := func(path, text string, mode os.FileMode) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
	}
	architecture := strings.TrimSpace(run(dir, "dpkg", "--print-architecture"))
	// a ships /lib as a folder of its own, as packages do that are older than the merged /usr.
	for name, p := range map[string]struct{ depends, file string }{"a": {"b", "lib/old"}, "b": {"c (>= 1)", "usr/lib/new"}, "c": {"", "usr/bin/c"}} {
		tree := filepath.Join(dir, "tree", name)
		control := fmt.Sprintf("Package: %s\nVersion: 1.%s\nArchitecture: %s\nMaintainer: nobody <nobody@example.invalid>\nDescription: a test\n", name, name, architecture)
		if p.depends != "" {
			control += "Depends: " + p.depends + "\n"
		}
		write(filepath.Join(tree, "DEBIAN", "control"), control, 0o644)
		write(filepath.Join(tree, "DEBIAN", "postinst"), "#!/bin/sh\ntouch "+trace+"\n", 0o755)
		write(filepath.Join(tree, p.file), name, 0o644)
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "mirror", "pool"), 0o755))
		run(dir, "dpkg-deb", "--root-owner-group", "--build", tree, filepath.Join(dir, "mirror", "pool"))
	}
	suite := filepath.Join(dir, "mirror", "dists", "house")
	packages := run(filepath.Join(dir, "mirror"), "dpkg-scanpackages", "pool")
	write(filepath.Join(suite, "main", "binary-"+architecture, "Packages"), packages, 0o644)
	sum := strings.Fields(run(suite, "sha256sum", filepath.Join("main", "binary-"+architecture, "Packages")))
	write(filepath.Join(suite, "Release"), fmt.Sprintf("Codename: house\nSuite: house\nArchitectures: %s\nComponents: main\nDate: Sat, 01 Jan 2022 00:00:00 UTC\nSHA256:\n %s %d %s\n",
		architecture, sum[0], len(packages), sum[1]), 0o644)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "gpg"), 0o700))
	run(dir, "gpg", "--batch", "--passphrase", "", "--quick-generate-key", "mirror@example.invalid", "rsa2048", "sign", "never")
	run(dir, "gpg", "--batch", "--clearsign", "--output", filepath.Join(suite, "InRelease"), filepath.Join(suite, "Release"))
	run(dir, "gpg", "--batch", "--export", "--output", filepath.Join(dir, "keys.gpg"))
	return machine{
		architecture: architecture, codename: "house", keyring: filepath.Join(dir, "keys.gpg"),
		sources: []source{{uris: []string{"file:" + filepath.Join(dir, "mirror")}, suites: []string{"house"}, components: []string{"main"}}},
	}, trace
}

func TestUnpack_TakesWhatTheSetSays(t *testing.T) {
	here, trace := mirror(t)
	cases := map[string]struct {
		set      Set
		versions map[string]string
	}{
		"with dependencies":    {Set{Name: "all", Packages: []string{"a"}, Dependencies: true}, map[string]string{"a": "1.a", "b": "1.b", "c": "1.c"}},
		"without dependencies": {Set{Name: "one", Packages: []string{"a"}}, map[string]string{"a": "1.a"}},
		"one left out":         {Set{Name: "left", Packages: []string{"a"}, Dependencies: true, Leave: []string{"c"}}, map[string]string{"a": "1.a", "b": "1.b"}},
		"with what only it needs": {
			Set{Name: "leaves", Packages: []string{"a"}, Dependencies: true, Leave: []string{"b"}, Links: map[string]string{"usr/bin/awk": "mawk", "lib/old": "x"}},
			map[string]string{"a": "1.a"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			cache := t.TempDir()
			root, err := unpack(t.Context(), here, cache, c.set, t.Logf)
			require.NoError(t, err)
			require.Equal(t, c.versions, root.Versions)
			text, err := os.ReadFile(filepath.Join(root.Dir, "usr", "lib", "old"))
			require.NoError(t, err, "the merged /usr is kept")
			require.Equal(t, "a", string(text), "a link never replaces a file")
			for path, target := range c.set.Links {
				if path != "lib/old" {
					got, err := os.Readlink(filepath.Join(root.Dir, path))
					require.NoError(t, err)
					require.Equal(t, target, got)
				}
			}
			require.NoFileExists(t, trace, "no maintainer script runs")

			offline := here
			offline.sources = nil
			again, err := unpack(t.Context(), offline, cache, c.set, func(format string, args ...any) { t.Errorf(format, args...) })
			require.NoError(t, err, "a cached root needs no mirror")
			require.Equal(t, root, again)
			left, err := os.ReadDir(filepath.Join(cache, "debian"))
			require.NoError(t, err)
			require.Len(t, left, 1, "nothing half-made stays")
		})
	}
}

func TestUnpack_RefusesAndLeavesNothing(t *testing.T) {
	here, _ := mirror(t)
	stranger, _ := mirror(t)
	cases := map[string]struct {
		change func(*machine, *Set)
		want   string
	}{
		"a mirror signed by somebody else": {func(m *machine, _ *Set) { m.keyring = stranger.keyring }, "not signed"},
		"an archive that was changed": {func(m *machine, _ *Set) {
			archives, err := filepath.Glob(filepath.Join(strings.TrimPrefix(m.sources[0].uris[0], "file:"), "pool", "c_*.deb"))
			require.NoError(t, err)
			require.Len(t, archives, 1)
			text, err := os.ReadFile(archives[0])
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, os.WriteFile(archives[0], text, 0o644)) })
			changed := append([]byte{}, text...)
			changed[len(changed)-1] ^= 1
			require.NoError(t, os.WriteFile(archives[0], changed, 0o644))
		}, "apt-get install"},
		"a package that is not there":    {func(_ *machine, s *Set) { s.Packages = []string{"nothing"} }, "Unable to locate package nothing"},
		"a mirror that is not there":     {func(m *machine, _ *Set) { m.sources[0].uris = []string{"file:/nowhere"} }, "apt-get update"},
		"no mirror":                      {func(m *machine, _ *Set) { m.sources = nil }, "this needs a Debian mirror"},
		"a name that leaves the cache":   {func(_ *machine, s *Set) { s.Name = "../x" }, "want a plain folder name"},
		"an option instead of a package": {func(_ *machine, s *Set) { s.Packages = []string{"--yes"} }, "want the name of a Debian package"},
		"no package":                     {func(_ *machine, s *Set) { s.Packages = nil }, "packages is empty"},
		"a line break in the suite":      {func(_ *machine, s *Set) { s.Suite = "sid\nTrusted: yes" }, "want a Debian suite"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			cache, m, set := t.TempDir(), here, Set{Name: "all", Packages: []string{"a"}, Dependencies: true}
			m.sources = append([]source{}, here.sources...)
			c.change(&m, &set)
			_, err := unpack(t.Context(), m, cache, set, t.Logf)
			require.ErrorContains(t, err, c.want)
			left, err := filepath.Glob(filepath.Join(cache, "debian", "*"))
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

func TestMakeIn_DeletesWhatKilledRunsLeft(t *testing.T) {
	parent := t.TempDir()
	old, recent := filepath.Join(parent, ".making-1"), filepath.Join(parent, ".making-2")
	whole := filepath.Join(parent, "host-1")
	for _, dir := range []string{old, recent, whole} {
		require.NoError(t, os.Mkdir(dir, 0o755))
	}
	for _, dir := range []string{old, whole} {
		require.NoError(t, os.Chtimes(dir, time.Now().Add(-2*time.Hour), time.Now().Add(-2*time.Hour)))
	}
	made, err := MakeIn(parent)
	require.NoError(t, err)
	require.NoDirExists(t, old)
	require.DirExists(t, recent, "another run may be at it")
	require.DirExists(t, whole)
	require.DirExists(t, made)
}

// TestHost_ItsProgramsRun needs Debian's mirror, so it runs only where it is asked for.
func TestHost_ItsProgramsRun(t *testing.T) {
	if os.Getenv("SATKUBE_E2E") == "" {
		t.Skip("SATKUBE_E2E is not set: this test downloads Debian packages")
	}
	root, err := Unpack(t.Context(), t.TempDir(), Host(), t.Logf)
	require.NoError(t, err)
	for program, want := range map[string]string{
		"iptables":        "(nf_tables)",
		"iptables-legacy": "(legacy)",
		"iptables-save":   "nf_tables",
		"ipset":           "ipset v",
		"containerd":      root.Versions["containerd"],
		"ctr":             "ctr ",
		"runc":            "libseccomp",
		"conntrack":       "conntrack v",
		"ip":              "iproute2",
	} {
		t.Run(program, func(t *testing.T) {
			flag := map[string]string{"ip": "-Version"}[program]
			if flag == "" {
				flag = "--version"
			}
			command := exec.Command("/usr/bin/env", program, flag)
			command.Env = root.Environment("/usr/bin:/bin")
			out, err := command.CombinedOutput()
			require.NoError(t, err, string(out))
			require.Contains(t, string(out), want)
		})
	}
	for _, plugin := range []string{"ptp", "host-local", "portmap", "loopback"} {
		require.FileExists(t, filepath.Join(root.Dir, CNI, plugin))
	}
	// The modules of iptables are found: -j without one fails at once, whether or not the caller may change rules.
	command := exec.Command("/usr/bin/env", "iptables", "-m", "set", "--help")
	command.Env = root.Environment("/usr/bin:/bin")
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--match-set")
	_, err = root.Command("/usr/sbin/ipset")
	require.ErrorContains(t, err, "take the package libc6 into the set")
}
