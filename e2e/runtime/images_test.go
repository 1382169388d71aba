package runtime

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/images"
	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// imageStore says which images the cluster has, and why it has not the others.
type imageStore struct {
	images.Result
	present live.NodeImages
	// references are those of the lock, without the digest, by the images' names.
	references map[string]string
}

func readImages(t *testing.T, c *live.Cluster) imageStore {
	t.Helper()
	s := imageStore{present: c.NodeImages(t), references: map[string]string{}}
	data, err := os.ReadFile(live.ImagesFile(c.Folder))
	require.NoError(t, err, "images.json says which images were assembled: bring the cluster up with make e2e-up")
	require.NoError(t, json.Unmarshal(data, &s.Result))

	data, err = os.ReadFile(filepath.Join(c.Repository, "internal", "images", "images.lock.json"))
	require.NoError(t, err)
	var lock []struct{ Name, Reference string }
	require.NoError(t, json.Unmarshal(data, &lock))
	for _, image := range lock {
		s.references[image.Name] = image.Reference
	}
	return s
}

func (s imageStore) has(reference string) bool { return s.present.Has(reference) }

// hasAll is has for images by their names in the lock.
func (s imageStore) hasAll(names ...string) bool {
	for _, name := range names {
		if !s.has(s.references[name]) {
			return false
		}
	}
	return true
}

// whyNot tells why there is no such image.
func (s imageStore) whyNot(t *testing.T, reference string) string {
	t.Helper()
	tagged, _, _ := strings.Cut(reference, "@")
	for _, missing := range s.Missing {
		if s.references[missing.Name] == tagged {
			return missing.Why
		}
	}
	require.Fail(t, "an image is missing and nobody says why", reference)
	return ""
}
