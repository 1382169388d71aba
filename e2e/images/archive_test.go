package images

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/debian"
)

// rootfs makes an unpacked root as awkward as real ones are; nothing of owners, times or setuid bits may reach an image.
func rootfs(t *testing.T, age time.Duration, mask os.FileMode) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "usr/bin"), 0o700|mask))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "usr/share/doc/tool"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "usr/share/doc/tool/copyright"), []byte("text"), 0o644))
	require.NoError(t, os.Symlink("usr/bin", filepath.Join(dir, "bin")))
	for name, mode := range map[string]os.FileMode{"usr/bin/tool": 0o700, "usr/bin/su": os.ModeSetuid | 0o711, "usr/conf": 0o600} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(name), 0o600))
		require.NoError(t, os.Chmod(path, mode|mask))
		require.NoError(t, os.Chtimes(path, time.Now().Add(-age), time.Now().Add(-age)))
	}
	return dir
}

func TestAssemble_GivesTheSameBytesForTheSameContent(t *testing.T) {
	lock, _, err := readLock(lockPath)
	require.NoError(t, err)
	files, versions := programs(t)
	build := func(age time.Duration, mask os.FileMode) (string, Result) {
		dir := t.TempDir()
		shell := rootfs(t, age, mask)
		result, err := assemble(dir, lock, Input{Programs: files, Versions: versions}, shell, bitcoind{root: debian.Root{Dir: rootfs(t, age, mask)}, holds: "a test"})
		require.NoError(t, err)
		sum, err := sumFile(filepath.Join(dir, archiveName))
		require.NoError(t, err)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, left, 1, "only the archive stays")
		return sum, result
	}
	first, result := build(0, 0)
	second, again := build(1000*time.Hour, 0o044)
	require.Equal(t, first, second, "owners, times and masks of the machine do not matter")
	require.Equal(t, result, again)
	require.Len(t, result.Images, len(recipes())+1)
}

// read gives the index of an archive and the entries of the layers of each name.
func read(t *testing.T, path string) (v1.IndexManifest, map[string][]*tar.Header) {
	t.Helper()
	files := blobs(t, path)
	var index v1.IndexManifest
	require.NoError(t, json.Unmarshal(files["index.json"], &index))
	layers := map[string][]*tar.Header{}
	for _, d := range index.Manifests {
		name := d.Annotations["io.containerd.image.name"]
		for _, content := range layersOf(t, path, name) {
			for in := tar.NewReader(content); ; {
				header, err := in.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				require.NoError(t, err)
				layers[name] = append(layers[name], header)
			}
		}
	}
	return index, layers
}

// layersOf gives the layers of one image, the lowest first.
func layersOf(t *testing.T, path, reference string) []io.Reader {
	t.Helper()
	files := blobs(t, path)
	var index v1.IndexManifest
	require.NoError(t, json.Unmarshal(files["index.json"], &index))
	var layers []io.Reader
	for _, d := range index.Manifests {
		if d.Annotations["io.containerd.image.name"] != reference {
			continue
		}
		var manifest v1.Manifest
		require.NoError(t, json.Unmarshal(files["blobs/sha256/"+d.Digest.Hex], &manifest))
		require.Contains(t, files, "blobs/sha256/"+manifest.Config.Digest.Hex)
		for _, l := range manifest.Layers {
			blob := files["blobs/sha256/"+l.Digest.Hex]
			require.Len(t, blob, int(l.Size))
			layers = append(layers, bytes.NewReader(blob))
		}
	}
	return layers
}

// blobs reads the files of an archive.
func blobs(t *testing.T, path string) map[string][]byte {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	files := map[string][]byte{}
	for in := tar.NewReader(file); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		require.NoError(t, err)
		files[header.Name], err = io.ReadAll(in)
		require.NoError(t, err)
	}
}
