package programs

import (
	"context"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tiny is a repository with one module of one program that needs no network.
func tiny(t *testing.T) (root string, table []module) {
	t.Helper()
	root = t.TempDir()
	write(t, root, "one/go.mod", "module example.test/one\n\ngo 1.26\n")
	write(t, root, "one/go.sum", "")
	write(t, root, "one/main.go", "package main\n\nimport \"net\"\n\nvar version = \"none\"\n\nfunc main() { print(version, net.ParseIP(\"::1\").String()) }\n")
	return root, []module{{
		name: "one", folder: "one", usual: "1 second", programs: map[string]string{"first": "."}, stamps: []string{"main.version={version}"}, sources: []string{"one"},
	}}
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return text
}

// heard collects progress lines.
func heard(lines *[]string) func(string, ...any) {
	return func(format string, args ...any) { *lines = append(*lines, fmt.Sprintf(format, args...)) }
}

// cached gives what is in the cache, the lock excepted.
func cached(t *testing.T, cache string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(cache, "programs"))
	require.NoError(t, err)
	names := []string{}
	for _, entry := range entries {
		if entry.Name() != ".lock" {
			names = append(names, entry.Name())
		}
	}
	return names
}

func TestBuild_GivesAStaticReproducibleExecutableThatKnowsItsVersion(t *testing.T) {
	root, table := tiny(t)
	var said []string
	built, err := build(t.Context(), root, t.TempDir(), table, heard(&said))
	require.NoError(t, err)

	path, err := built.Path("first")
	require.NoError(t, err)
	out, err := exec.Command(path).CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "own::1", string(out))
	version, err := built.Version("first")
	require.NoError(t, err)
	require.Equal(t, "own", version)
	require.Equal(t, "building one own from its Go module (first): usually 1 second the first time", said[0])
	// Package net would ask for a C library where it can.
	file, err := elf.Open(path)
	require.NoError(t, err)
	defer file.Close()
	for _, part := range file.Progs {
		require.NotEqual(t, elf.PT_INTERP, part.Type, "it is linked dynamically")
	}

	elsewhere, table := tiny(t)
	again, err := build(t.Context(), elsewhere, t.TempDir(), table, heard(&said))
	require.NoError(t, err)
	copied, err := again.Path("first")
	require.NoError(t, err)
	require.Equal(t, content(t, path), content(t, copied), "it comes out the same wherever the repository is")

	_, err = built.Path("second")
	require.ErrorContains(t, err, "program second: is not built, want one of first")
	_, err = built.Version("second")
	require.ErrorContains(t, err, "program second: is not built, want one of first")
}

func TestBuild_RunsNoCompilerTheSecondTime(t *testing.T) {
	root, table := tiny(t)
	cache := t.TempDir()
	first, err := build(t.Context(), root, cache, table, heard(&[]string{}))
	require.NoError(t, err)

	// A go command that can say its version and nothing else.
	genuine, err := exec.LookPath("go")
	require.NoError(t, err)
	tools := t.TempDir()
	write(t, tools, "go", "#!/bin/sh\n[ \"$*\" = version ] && exec "+genuine+" version\nexit 9\n")
	require.NoError(t, os.Chmod(filepath.Join(tools, "go"), 0o755))
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))

	var said []string
	second, err := build(t.Context(), root, cache, table, heard(&said))
	require.NoError(t, err)
	require.Equal(t, first, second)
	require.Empty(t, said)

	// The same go command fails a build: the test above would notice one.
	write(t, root, "one/main.go", "package main\n\nfunc main() {}\n")
	_, err = build(t.Context(), root, cache, table, heard(&said))
	require.ErrorContains(t, err, "exit status 9")
}

func TestBuild_ThatFailsLeavesNothingAndShowsTheCompilersWords(t *testing.T) {
	root, table := tiny(t)
	cache := t.TempDir()
	write(t, root, "one/main.go", "package main\n\nfunc main() { undefinedName() }\n")
	_, err := build(t.Context(), root, cache, table, heard(&[]string{}))
	require.ErrorContains(t, err, "program one, pinned in one/go.mod: go build in ")
	require.ErrorContains(t, err, "undefined: undefinedName")
	require.Empty(t, cached(t, cache))
}

func TestBuild_ThatWasKilledIsClearedAway(t *testing.T) {
	root, table := tiny(t)
	cache := t.TempDir()
	write(t, cache, "programs/"+making+"one-123/first", "half")
	built, err := build(t.Context(), root, cache, table, heard(&[]string{}))
	require.NoError(t, err)
	path, err := built.Path("first")
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Base(filepath.Dir(path))}, cached(t, cache))
}

func TestBuild_DeletesWhatOlderPinsMadeAndNothingElse(t *testing.T) {
	root, table := tiny(t)
	cache := t.TempDir()
	_, err := build(t.Context(), root, cache, table, heard(&[]string{}))
	require.NoError(t, err)
	old := cached(t, cache)
	write(t, cache, "programs/one-more-0123456789abcdef/other", "of another module")
	write(t, root, "one/go.sum", "\n")

	built, err := build(t.Context(), root, cache, table, heard(&[]string{}))
	require.NoError(t, err)
	path, err := built.Path("first")
	require.NoError(t, err)
	now := filepath.Base(filepath.Dir(path))
	require.NotContains(t, old, now)
	require.ElementsMatch(t, []string{now, "one-more-0123456789abcdef"}, cached(t, cache))
}

func TestBuild_MakesAnExecutableAgainThatSomebodyDeleted(t *testing.T) {
	root, table := tiny(t)
	cache := t.TempDir()
	built, err := build(t.Context(), root, cache, table, heard(&[]string{}))
	require.NoError(t, err)
	path, err := built.Path("first")
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	_, err = build(t.Context(), root, cache, table, heard(&[]string{}))
	require.NoError(t, err)
	require.FileExists(t, path)
}

func TestBuild_WaitsForAnotherBuildUntilItsContextEnds(t *testing.T) {
	root, table := tiny(t)
	cache := t.TempDir()
	unlock, err := lock(t.Context(), filepath.Join(cache, "programs"), heard(&[]string{}))
	require.NoError(t, err)

	var said []string
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = build(short, root, cache, table, heard(&said))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Len(t, said, 1)
	require.Contains(t, said[0], "waiting for it")

	unlock()
	_, err = build(t.Context(), root, cache, table, heard(&said))
	require.NoError(t, err)
}

func TestBuild_PutsInWhatTheUpstreamModuleLacks(t *testing.T) {
	root := t.TempDir()
	// A replacement by a folder stands for the module cache: no network.
	write(t, root, "page/go.mod", "module example.test/page\n\ngo 1.26\n\nrequire example.test/up v1.2.3\n")
	write(t, root, "page/go.sum", "")
	write(t, root, "up/go.mod", "module example.test/up\n\ngo 1.26\n")
	write(t, root, "up/main.go", "package main\n\nimport _ \"embed\"\n\n//go:embed ui/page.html\nvar page string\n\nfunc main() { print(page) }\n")
	m := module{name: "page", folder: "page", pin: "example.test/up", programs: map[string]string{"up": "example.test/up"}, lacks: map[string]string{"ui/page.html": "hello"}}
	work := t.TempDir()
	require.NoError(t, m.complement(filepath.Join(root, "page"), filepath.Join(root, "up"), work))
	made := t.TempDir()
	_, err := run(t.Context(), work, "", append(append([]string{"build", "-o", filepath.Join(made, "up")}, m.flags("v1.2.3")...), "example.test/up")...)
	require.NoError(t, err)
	out, err := exec.Command(filepath.Join(made, "up")).CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "hello", string(out))
	require.NoDirExists(t, filepath.Join(root, "up", "ui"))
	settings, err := exec.Command("go", "version", "-m", filepath.Join(made, "up")).CombinedOutput()
	require.NoError(t, err)
	require.NotContains(t, string(settings), work, "the executable would differ from machine to machine")
}
