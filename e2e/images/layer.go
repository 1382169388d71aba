package images

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// layer is a v1.Layer over a tar file. It is not compressed: it never travels, containerd would only have to inflate it again, and its digest does not depend
// on a version of a compressor. The registry library's own layers are always compressed.
type layer struct {
	path   string
	digest v1.Hash
	size   int64
}

// writeLayer packs the tree into a file in the folder.
func writeLayer(dir string, t tree) (layer, error) {
	file, err := os.CreateTemp(dir, "layer-")
	if err != nil {
		return layer{}, err
	}
	sum := sha256.New()
	if err := errors.Join(t.pack(io.MultiWriter(file, sum)), file.Sync()); err != nil {
		return layer{}, errors.Join(err, file.Close())
	}
	info, err := file.Stat()
	if err := errors.Join(err, file.Close()); err != nil {
		return layer{}, err
	}
	return layer{
		path:   filepath.Join(dir, filepath.Base(file.Name())),
		digest: v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum.Sum(nil))},
		size:   info.Size(),
	}, nil
}

func (l layer) Digest() (v1.Hash, error)             { return l.digest, nil }
func (l layer) DiffID() (v1.Hash, error)             { return l.digest, nil }
func (l layer) Compressed() (io.ReadCloser, error)   { return os.Open(l.path) }
func (l layer) Uncompressed() (io.ReadCloser, error) { return os.Open(l.path) }
func (l layer) Size() (int64, error)                 { return l.size, nil }
func (l layer) MediaType() (types.MediaType, error)  { return types.OCIUncompressedLayer, nil }
