package programs

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// download gives the folder of the pinned module in Go's module cache.
func (m module) download(ctx context.Context, folder string) (string, error) {
	text, err := run(ctx, folder, "", "mod", "download", "-json", m.pin)
	if err != nil {
		return "", err
	}
	var downloaded struct{ Dir string }
	if err := json.Unmarshal(text, &downloaded); err != nil {
		return "", fmt.Errorf("go mod download %s: %w", m.pin, err)
	}
	return downloaded.Dir, nil
}

// complement makes a folder that builds like the module's own, with the files that the pinned module lacks. The module is copied beside the go.mod, because the
// executable keeps the path to it, and this one is the same everywhere.
func (m module) complement(folder, upstream, made string) error {
	if err := os.CopyFS(filepath.Join(made, "upstream"), os.DirFS(upstream)); err != nil {
		return err
	}
	for name, text := range m.lacks {
		path := filepath.Join(made, "upstream", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	sums, err := os.ReadFile(filepath.Join(folder, "go.sum"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(made, "go.sum"), sums, 0o644); err != nil {
		return err
	}
	mod, err := readMod(folder)
	if err != nil {
		return err
	}
	if err := mod.AddReplace(m.pin, "", "./upstream", ""); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(made, "go.mod"), modfile.Format(mod.Syntax), 0o644)
}
