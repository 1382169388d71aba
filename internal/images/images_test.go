package images

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoad_HasEveryImageThatWorkloadsName(t *testing.T) {
	lock, err := Load()
	require.NoError(t, err)
	for _, name := range []Name{Bitcoind, Lnd} {
		require.Contains(t, lock, name)
		require.Regexp(t, `:[^:@]+@sha256:[0-9a-f]{64}$`, lock[name].Ref(), "the nodes that hold funds run pinned images")
	}
	require.Equal(t, "31.1", lock[Bitcoind].Version())
}

func TestParse_RefusesMalformedEntries(t *testing.T) {
	for name, c := range map[string]struct{ raw, want string }{
		"not JSON":       {`{`, "images.lock.json: unexpected end of JSON input"},
		"no registry":    {`[{"name":"a","reference":"a:1","evidence":"e"}]`, `images.lock.json: a: reference is "a:1", want registry/repository:tag`},
		"no tag":         {`[{"name":"a","reference":"docker.io/a/a","evidence":"e"}]`, `images.lock.json: a: reference is "docker.io/a/a", want registry/repository:tag`},
		"short digest":   {`[{"name":"a","reference":"docker.io/a/a:1","digest":"sha256:12","evidence":"e"}]`, `images.lock.json: a: digest is "sha256:12", want sha256: and 64 hex digits, or nothing`},
		"no evidence":    {`[{"name":"a","reference":"docker.io/a/a:1"}]`, "images.lock.json: a: evidence is missing, want where the digest was seen"},
		"one name twice": {`[{"name":"a","reference":"docker.io/a/a:1","evidence":"e"},{"name":"a","reference":"docker.io/a/a:1","evidence":"e"}]`, "images.lock.json: a stands twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse([]byte(c.raw))
			require.EqualError(t, err, c.want)
		})
	}
}

func TestRef_IsTheBareReferenceWithoutADigest(t *testing.T) {
	require.Equal(t, "docker.io/a/a:1", Image{Reference: "docker.io/a/a:1"}.Ref())
}
