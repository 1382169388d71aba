package lockfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/images"
)

func lockFile(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(Path)))
	require.NoError(t, err)
	return string(raw)
}

func entry(name images.Name) images.Image {
	return images.Image{
		Name: name, Reference: "registry.example.com/group/satkube/x:1.2", Digest: "sha256:" + strings.Repeat("a", 64),
		Evidence: "built by https://gitlab.example.com/p/1 on 2026-11-22, signed by <me> & nobody else",
	}
}

func TestRewrite_ChangesTheEntryAloneWhereverItStands(t *testing.T) {
	before := lockFile(t)
	for _, name := range []images.Name{images.Bitcoind, "lndinit", images.NginxIngress} {
		after, err := Rewrite([]byte(before), entry(name))
		require.NoError(t, err)
		key := `    "name": "` + string(name) + `",`
		start := strings.Index(before, key)
		end := start + strings.Index(before[start:], "}")
		want := before[:start] + key + `
    "reference": "registry.example.com/group/satkube/x:1.2",
    "digest": "sha256:` + strings.Repeat("a", 64) + `",
    "evidence": "built by https://gitlab.example.com/p/1 on 2026-11-22, signed by <me> & nobody else"
  ` + before[end:]
		require.Equal(t, want, string(after))
	}
}

func TestRewrite_OfTheSameEntryChangesNothing(t *testing.T) {
	before := []byte(lockFile(t))
	bitcoind, err := Find(before, images.Bitcoind)
	require.NoError(t, err)
	after, err := Rewrite(before, bitcoind)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
}

func TestRewrite_KeepsWhatStandsAroundTheEntry(t *testing.T) {
	odd := "\n[ {\"name\":\"a\",\"reference\":\"r\",\"digest\":\"\",\"evidence\":\"\\u003ce\"},\n\n  {\"name\":\"b\"}  ]  \n\n"
	after, err := Rewrite([]byte(odd), entry("b"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(after), odd[:strings.Index(odd, `{"name":"b"}`)]))
	require.True(t, strings.HasSuffix(string(after), "}  ]  \n\n"))
}

func TestRewrite_Refuses(t *testing.T) {
	for name, c := range map[string]struct {
		raw    string
		change func(*images.Image)
		want   string
	}{
		"an unknown name":       {`[{"name":"b"}]`, func(*images.Image) {}, `images.lock.json: "a" is missing, want the name of an entry`},
		"no digest":             {`[{"name":"a"}]`, func(i *images.Image) { i.Digest = "" }, `digest is ""`},
		"a short digest":        {`[{"name":"a"}]`, func(i *images.Image) { i.Digest = i.Digest[:70] }, "want sha256: and 64 hex digits"},
		"an upper-case digest":  {`[{"name":"a"}]`, func(i *images.Image) { i.Digest = strings.ToUpper(i.Digest) }, "want sha256: and 64 hex digits"},
		"two lines of digest":   {`[{"name":"a"}]`, func(i *images.Image) { i.Digest += "\n" }, "want sha256: and 64 hex digits"},
		"the tag latest":        {`[{"name":"a"}]`, func(i *images.Image) { i.Reference = "r.example.com/a:latest" }, "a tag that does not move"},
		"no tag":                {`[{"name":"a"}]`, func(i *images.Image) { i.Reference = "r.example.com/a" }, `reference is "r.example.com/a"`},
		"no evidence":           {`[{"name":"a"}]`, func(i *images.Image) { i.Evidence = "" }, "evidence is missing"},
		"a name twice":          {`[{"name":"a"},{"name":"a"}]`, func(*images.Image) {}, "a stands twice"},
		"a field it would lose": {`[{"name":"a","note":"n"}]`, func(*images.Image) {}, `unknown field "note"`},
		"another kind of file":  {`{"name":"a"}`, func(*images.Image) {}, "images.lock.json: want a list"},
	} {
		t.Run(name, func(t *testing.T) {
			to := entry("a")
			c.change(&to)
			_, err := Rewrite([]byte(c.raw), to)
			require.ErrorContains(t, err, c.want)
		})
	}
}
