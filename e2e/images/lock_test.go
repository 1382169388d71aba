package images

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

const (
	lockPath    = "../../internal/images/images.lock.json"
	regtestPath = "../../stacks/testdata/regtest.yaml"
)

func TestReadLock_RefusesWhatItDoesNotKnow(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	cases := map[string]struct{ text, want string }{
		"a field that is new":   {`[{"name":"a","reference":"docker.io/a/b:1","digest":"","platform":"x"}]`, "unknown field"},
		"a short digest":        {`[{"name":"a","reference":"docker.io/a/b:1","digest":"sha256:abc"}]`, "want sha256: and 64 hex digits"},
		"a reference by digest": {`[{"name":"a","reference":"docker.io/a/b@` + digest + `"}]`, "want registry/repository:tag"},
		"no registry":           {`[{"name":"a","reference":"lnd:1"}]`, "want registry/repository:tag"},
		"no tag":                {`[{"name":"a","reference":"docker.io/a/b"}]`, "want registry/repository:tag"},
		"a name twice":          {`[{"name":"a","reference":"docker.io/a/b:1"},{"name":"a","reference":"docker.io/a/c:1"}]`, "want one that no other image has"},
		"no list":               {`{}`, "image lock"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "lock.json")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o644))
			_, _, err := readLock(path)
			require.ErrorContains(t, err, c.want)
		})
	}
	_, _, err := readLock(filepath.Join(t.TempDir(), "none.json"))
	require.ErrorContains(t, err, "image lock")
}

func TestNames_AreWhatContainerdLooksUp(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	require.Equal(t, []string{"docker.io/lightninglabs/lnd@" + digest, "docker.io/lightninglabs/lnd:v1"}, locked{Reference: "docker.io/lightninglabs/lnd:v1", Digest: digest}.names())
	require.Equal(t, []string{"docker.io/lightninglabs/lnd:v1"}, locked{Reference: "docker.io/lightninglabs/lnd:v1"}.names())
}

// What the platform's own lock and its regtest stack name must be either assembled or explained: an image that is added there without either fails here.
func TestRecipes_CoverEveryImageOfStackRegtest(t *testing.T) {
	lock, _, err := readLock(lockPath)
	require.NoError(t, err)
	known := map[string]bool{"bitcoind": true}
	for _, r := range recipes() {
		known[r.name] = true
		if r.reference == "" {
			_, err := lockedNames(lock, r.name)
			require.NoError(t, err)
		}
	}
	for name, why := range unavailable {
		require.False(t, known[name], "%s is assembled and unavailable", name)
		_, err := lockedNames(lock, name)
		require.NoError(t, err)
		require.NotContains(t, why, "\n")
		known[name] = true
	}
	byReference := map[string]string{}
	for _, l := range lock {
		for _, name := range l.names() {
			byReference[name] = l.Name
		}
	}
	asked := askedFor(t)
	require.Greater(t, len(asked), 5)
	for image := range asked {
		reference, _, _ := strings.Cut(image, "@")
		require.True(t, known[byReference[reference]], "stack regtest asks for %s: give it a recipe or a reason", image)
	}
}

// askedFor are the images that the pods of stack regtest ask for.
func askedFor(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(regtestPath)
	require.NoError(t, err)
	var tree any
	require.NoError(t, yaml.Unmarshal(text, &tree))
	images := map[string]bool{}
	var walk func(any)
	walk = func(node any) {
		switch node := node.(type) {
		case map[string]any:
			for key, value := range node {
				if image, ok := value.(string); ok && key == "image" {
					images[image] = true
				}
				walk(value)
			}
		case []any:
			for _, value := range node {
				walk(value)
			}
		}
	}
	walk(tree)
	return images
}
