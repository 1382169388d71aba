package live

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// NodeImages are the names of the images that containerd has: what is there, not what was meant to be imported.
type NodeImages map[string]bool

// NodeImages asks containerd for the images of the cluster's node.
func (c *Cluster) NodeImages(t *testing.T) NodeImages {
	t.Helper()
	out, err := c.Machine.Command(t.Context(), "ctr", "--namespace=k8s.io", "images", "list", "--quiet").CombinedOutput()
	require.NoError(t, err, "%s", out)
	there := NodeImages{}
	for name := range strings.FieldsSeq(string(out)) {
		there[name] = true
	}
	return there
}

// Has tells whether containers of an image can run. A reference with tag and digest is looked up by its digest, and a digest's entry has no tag.
func (there NodeImages) Has(reference string) bool {
	tagged, digest, pinned := strings.Cut(reference, "@")
	if !pinned {
		return there[tagged]
	}
	return there[tagged[:strings.LastIndexByte(tagged, ':')]+"@"+digest]
}
