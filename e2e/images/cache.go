package images

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
)

// format counts the ways in which this package made an archive: one that an older way made is made anew.
const format = "1"

const (
	archiveName = "images.tar"
	resultName  = "result.json"
)

// key tells inputs apart, by content: a program that was built again and came out the same makes the same images.
func key(in Input, lock []byte, shell map[string]string, daemon bitcoind) (string, error) {
	// Callers give every program that they have; most are in no image.
	used, versions := maps.Clone(daemon.files), map[string]string{}
	if used == nil {
		used = map[string]string{}
	}
	for _, r := range recipes() {
		for name := range r.programs {
			if in.Programs[name] != "" {
				used[name], versions[name] = in.Programs[name], in.Versions[name]
			}
		}
	}
	files := map[string]string{}
	for name, path := range used {
		sum, err := sumFile(path)
		if err != nil {
			return "", fmt.Errorf("container images: %s: %w", name, err)
		}
		files[name] = sum
	}
	// encoding/json writes the keys of a map in order.
	text, err := json.Marshal([]any{format, runtime.GOARCH, lock, versions, files, shell, daemon.root.Versions, daemon.holds, daemon.why == ""})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

func sumFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, file.Close())
}

// save gives the folder its name, which says that it is whole, and deletes what older inputs made: an archive is half a gigabyte.
func save(made, final string, result Result) error {
	text, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(made, resultName), text, 0o644); err != nil {
		return err
	}
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	if err := os.Rename(made, final); err != nil {
		return err
	}
	older, err := filepath.Glob(filepath.Join(filepath.Dir(final), "[0-9a-f]*"))
	if err != nil {
		return err
	}
	for _, dir := range older {
		if dir != final {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// load reads what save wrote. Paths are not kept: the cache may have moved.
func load(dir string, daemon bitcoind) (Result, error) {
	text, err := os.ReadFile(filepath.Join(dir, resultName))
	if err != nil {
		return Result{}, err
	}
	var result Result
	if err := json.Unmarshal(text, &result); err != nil {
		return Result{}, fmt.Errorf("%s: %w: delete it", dir, err)
	}
	result.Tar, result.Bitcoind, result.BitcoinCLI = filepath.Join(dir, archiveName), daemon.daemon, daemon.client
	if _, err := os.Stat(result.Tar); err != nil {
		return Result{}, err
	}
	return result, nil
}
