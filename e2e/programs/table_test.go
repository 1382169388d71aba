package programs

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const repository = "../.."

func TestTable_HasEveryFolderAndEveryToolOfThisOne(t *testing.T) {
	listed := map[string]module{}
	names := map[string]bool{}
	for _, m := range all() {
		require.False(t, names[m.name], "module %s is listed twice", m.name)
		names[m.name] = true
		listed[m.folder] = m
	}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	found := 0
	for _, entry := range entries {
		if _, err := os.Stat(filepath.Join(entry.Name(), "go.mod")); err != nil {
			continue
		}
		found++
		m, ok := listed[folders+entry.Name()]
		require.True(t, ok, "%s has a go.mod, want a line in the table", entry.Name())
		mod, err := readMod(entry.Name())
		require.NoError(t, err)
		require.Equal(t, "gitlab.com/thinkmassive/satkube/"+folders+entry.Name(), mod.Module.Mod.Path)
		packages := slices.DeleteFunc(slices.Sorted(maps.Values(m.programs)), func(name string) bool { return strings.HasPrefix(name, ".") })
		tools := []string{}
		for _, tool := range mod.Tool {
			tools = append(tools, tool.Path)
		}
		require.ElementsMatch(t, tools, packages, entry.Name())
	}
	require.GreaterOrEqual(t, found, 8)
	for folder, m := range listed {
		require.FileExists(t, filepath.Join(repository, folder, "go.mod"), "module %s", m.name)
		for _, source := range m.sources {
			require.DirExists(t, filepath.Join(repository, source))
		}
	}
}

func TestTable_ListsOurOwnCodeAsSources(t *testing.T) {
	for _, m := range all() {
		for name, from := range m.programs {
			if strings.HasPrefix(from, ".") {
				require.Contains(t, m.sources, filepath.Join(m.folder, from), "program %s would not be built again when its source changes", name)
			}
		}
	}
}

func TestTable_TakesVersionsFromTheModules(t *testing.T) {
	for _, m := range all() {
		version, err := m.version(repository)
		require.NoError(t, err, m.name)
		if m.pin == "" {
			require.Equal(t, own, version)
		} else {
			require.Regexp(t, `^v[0-9]+\.[0-9]+\.[0-9]+`, version, m.name)
		}
		require.NotContains(t, strings.Join(m.flags(version), " "), "{", "module %s has a stamp that nothing fills", m.name)
	}
}

func TestTable_GivesProgramsOfOneReleaseOneVersion(t *testing.T) {
	for _, m := range all() {
		if m.pin == "" {
			continue
		}
		mod, err := readMod(filepath.Join(repository, m.folder))
		require.NoError(t, err)
		versions := map[string]string{}
		for _, require := range mod.Require {
			versions[require.Mod.Path] = require.Mod.Version
		}
		for name, from := range m.programs {
			if version, ok := versions[from]; ok {
				require.Equal(t, versions[m.pin], version, "program %s would be said to have the version of %s", name, m.pin)
			}
		}
	}
}

func TestVersion_IsThatOfTheReplacement(t *testing.T) {
	cases := map[string]struct{ mod, want, err string }{
		"required":           {"require example.test/up v1.2.3\n", "v1.2.3", ""},
		"replaced":           {"require example.test/up v1.2.3\n\nreplace example.test/up => example.test/fork v1.2.3-f1\n", "v1.2.3-f1", ""},
		"another replaced":   {"require example.test/up v1.2.3\n\nreplace example.test/other => example.test/fork v9.9.9\n", "v1.2.3", ""},
		"another's version":  {"require example.test/up v1.2.3\n\nreplace example.test/up v1.0.0 => example.test/fork v9.9.9\n", "v1.2.3", ""},
		"not required":       {"", "", "m/go.mod: does not require example.test/up, want the version to build"},
		"replaced by folder": {"require example.test/up v1.2.3\n\nreplace example.test/up => ../up\n", "v1.2.3", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, "m/go.mod", "module example.test/m\n\ngo 1.26\n\n"+c.mod)
			version, err := module{folder: "m", pin: "example.test/up"}.version(root)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, version)
		})
	}
}

func TestFlags_TellTheVersionAsUpstreamDoes(t *testing.T) {
	m := module{stamps: []string{"a.v={version}", "a.n={number}", "a.major={major}", "a.minor={minor}"}, tags: "one,two"}
	require.Equal(t, []string{
		"-p", "2", "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -buildid= -X a.v=v1.35.0 -X a.n=1.35.0 -X a.major=1 -X a.minor=35", "-tags", "one,two",
	}, m.flags("v1.35.0"))
}

func TestPrometheusRelease_IsWrittenInTheMinorNumber(t *testing.T) {
	for module, release := range map[string]string{"v0.316.0": "v3.16.0", "v0.305.2": "v3.5.2", "v0.300.0-rc.1": "v3.0.0-rc.1", "v3.16.0": "v3.16.0", "v0.55.1": "v0.55.1"} {
		require.Equal(t, release, prometheusRelease(module))
	}
}

func TestKey_ChangesWithWhatIsBuilt(t *testing.T) {
	root, table := tiny(t)
	m := table[0]
	key := func(m module) string {
		t.Helper()
		key, err := m.key(t.Context(), root, "v1.0.0")
		require.NoError(t, err)
		return key
	}
	before := key(m)
	require.Regexp(t, "^[0-9a-f]{16}$", before)
	require.Equal(t, before, key(m))
	seen := map[string]string{before: "nothing changed"}
	changed := func(what string, m module) {
		t.Helper()
		now := key(m)
		require.NotContains(t, seen, now, "%s has the key of: %s", what, seen[now])
		seen[now] = what
	}

	other := m
	other.tags = "tag"
	changed("a build tag", other)
	other = m
	other.stamps = nil
	changed("the linker's flags", other)
	other = m
	other.programs = map[string]string{"first": ".", "second": "."}
	changed("a program more", other)
	other = m
	other.lacks = map[string]string{"page": "text"}
	changed("a file that upstream lacks", other)
	write(t, root, "one/go.mod", "module example.test/one\n\ngo 1.26\n\nrequire example.test/up v1.2.3\n")
	changed("a pin", m)
	write(t, root, "one/go.mod", "module example.test/one\n\ngo 1.26\n\nrequire example.test/up v1.2.4\n")
	changed("a newer pin", m)
	write(t, root, "one/go.sum", "sum\n")
	changed("a checksum", m)
	write(t, root, "one/deep/more.go", "package deep\n")
	changed("a source of our own", m)
	now := key(m)
	write(t, root, "one/main_test.go", "package main\n")
	write(t, root, "one/README.md", "text\n")
	require.Equal(t, now, key(m), "what is not compiled in counts")

	tools := t.TempDir()
	write(t, tools, "go", "#!/bin/sh\necho another version\n")
	require.NoError(t, os.Chmod(filepath.Join(tools, "go"), 0o755))
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	changed("another compiler", m)
}
