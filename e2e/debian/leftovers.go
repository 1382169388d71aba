package debian

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// making is the pattern of folders that something is being made in, until it is whole and gets its name.
const making = ".making-*"

// MakeIn makes a folder in the parent for something to be made in, and deletes those that killed runs left there: nothing here takes an hour.
func MakeIn(parent string) (string, error) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	old, err := filepath.Glob(filepath.Join(parent, making))
	if err != nil {
		return "", err
	}
	for _, dir := range old {
		info, err := os.Stat(dir)
		if errors.Is(err, os.ErrNotExist) || err == nil && time.Since(info.ModTime()) < time.Hour {
			continue
		}
		if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
			return "", err
		}
	}
	dir, err := os.MkdirTemp(parent, making)
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}
