package images

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// nameAnnotation is where containerd's import takes an image's name from (images.AnnotationImageName in containerd's images/annotations.go).
const nameAnnotation = "io.containerd.image.name"

// searchPath is the PATH of a container.
const searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// newImage puts layers together, the lowest first.
func newImage(entrypoint []string, layers ...v1.Layer) (v1.Image, error) {
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.AppendLayers(image, layers...)
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.Architecture, config.OS, config.Created = runtime.GOARCH, "linux", v1.Time{Time: epoch}
	config.Config.Entrypoint, config.Config.Env = entrypoint, []string{searchPath}
	return mutate.ConfigFile(image, config)
}

// blob is one file of the layout.
type blob struct {
	size int64
	open func() (io.ReadCloser, error)
}

func textBlob(text []byte) blob {
	return blob{size: int64(len(text)), open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}
}

// writeArchive writes the images as one OCI image layout in a tar file, each under all of its names.
func writeArchive(path string, all []named) error {
	index := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{}}
	files := map[string]blob{"oci-layout": textBlob([]byte(`{"imageLayoutVersion":"1.0.0"}`))}
	for _, image := range all {
		descriptor, err := partial.Descriptor(image.content)
		if err != nil {
			return err
		}
		if err := addBlobs(files, image.content); err != nil {
			return err
		}
		for _, name := range image.References {
			d := *descriptor
			d.Annotations = map[string]string{nameAnnotation: name}
			d.Platform = &v1.Platform{Architecture: runtime.GOARCH, OS: "linux"}
			index.Manifests = append(index.Manifests, d)
		}
	}
	text, err := json.Marshal(index)
	if err != nil {
		return err
	}
	files["index.json"] = textBlob(text)

	out, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(packBlobs(out, files), out.Close())
}

func addBlobs(files map[string]blob, image v1.Image) error {
	manifest, err := image.Manifest()
	if err != nil {
		return err
	}
	rawManifest, err := image.RawManifest()
	if err != nil {
		return err
	}
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	rawConfig, err := image.RawConfigFile()
	if err != nil {
		return err
	}
	files["blobs/sha256/"+digest.Hex] = textBlob(rawManifest)
	files["blobs/sha256/"+manifest.Config.Digest.Hex] = textBlob(rawConfig)
	layers, err := image.Layers()
	if err != nil {
		return err
	}
	for i, l := range layers {
		files["blobs/sha256/"+manifest.Layers[i].Digest.Hex] = blob{size: manifest.Layers[i].Size, open: l.Compressed}
	}
	return nil
}

func packBlobs(w io.Writer, files map[string]blob) error {
	out := tar.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: files[name].size, ModTime: epoch}
		if err := out.WriteHeader(header); err != nil {
			return fmt.Errorf("image archive: %s: %w", name, err)
		}
		content, err := files[name].open()
		if err != nil {
			return fmt.Errorf("image archive: %s: %w", name, err)
		}
		_, err = io.Copy(out, content)
		if err := errors.Join(err, content.Close()); err != nil {
			return fmt.Errorf("image archive: %s: %w", name, err)
		}
	}
	return out.Close()
}
