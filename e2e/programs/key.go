package programs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// environment is what `go` runs with, on top of the caller's: no C, no flags and no workspace of the user, and nothing that makes executables differ.
func environment() []string {
	return []string{"CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GOAMD64=v1", "GOEXPERIMENT="}
}

// key tells apart what is built from different pins, flags, sources or compilers.
func (m module) key(ctx context.Context, root, version string) (string, error) {
	folder := filepath.Join(root, m.folder)
	compiler, err := run(ctx, folder, "", "version")
	if err != nil {
		return "", err
	}
	files := map[string][]byte{}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return "", err
		}
		files[name] = text
	}
	for _, source := range m.sources {
		if err := readSources(root, source, files); err != nil {
			return "", err
		}
	}
	// encoding/json writes the keys of a map in order.
	text, err := json.Marshal([]any{string(compiler), environment(), m.programs, m.flags(version), m.lacks, files})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// readSources adds the Go files below a folder of the repository, tests excepted.
func readSources(root, folder string, files map[string][]byte) error {
	return filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	})
}
