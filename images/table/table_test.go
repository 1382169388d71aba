package table

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const good = `images:
  - name: tool
    version: "1.2"
    source: https://git.example.com/tool
    commit: 0123456789abcdef0123456789abcdef01234567
    platforms: [linux/amd64]
    user: {id: 10150}
  - name: later
    version: "1.2"
    source: https://git.example.com/later
    commit: 0123456789abcdef0123456789abcdef01234567
    platforms: [linux/amd64]
    user: {id: 10151}
    blocked: it waits
  - name: daemon
    version: "3.4"
    source: https://git.example.com/daemon
    platforms: [linux/amd64]
    user: {id: 10152}
    release:
      url: https://files.example.com/3.4
      files: [{name: a.tar.gz, sha256: "00"}]
      keysURL: https://files.example.com/keys
      minimum: 2
      keys:
        - {builder: ann, fingerprint: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}
        - {builder: bob, fingerprint: BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB}
resolved: [upstream]
`

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "images.yaml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestRead_GivesAnImageItsRelease(t *testing.T) {
	table, err := Read(write(t, good))
	require.NoError(t, err)
	daemon, err := table.Image("daemon")
	require.NoError(t, err)
	require.Equal(t, 2, daemon.Release.Minimum)
	require.Equal(t, "bob", daemon.Release.Keys[1].Builder)
	require.Equal(t, "a.tar.gz", daemon.Release.Files[0].Name)
	require.True(t, table.IsResolved("upstream"))
	require.False(t, table.IsResolved("daemon"))
}

func TestImage_RefusesWhatIsNotBuilt(t *testing.T) {
	table, err := Read(write(t, good))
	require.NoError(t, err)
	_, err = table.Image("upstream")
	require.EqualError(t, err, `image is "upstream", want one of tool, later, daemon`)
	_, err = table.Image("later")
	require.EqualError(t, err, "image later cannot be built yet: it waits")
}

func TestRead_Refuses(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"an unknown field":        {"platforms: [linux/amd64]", "platform: [linux/amd64]", `unknown field "platform"`},
		"a name that is a path":   {"name: tool", "name: ../tool", `name is "../tool"`},
		"the version latest":      {`version: "1.2"`, "version: latest", `version is "latest", want a tag that does not move`},
		"a short commit":          {"commit: 0123456789abcdef0123456789abcdef01234567", "commit: be7ce55", `commit is "be7ce55", want 40 hex digits`},
		"plain http":              {"url: https://files", "url: http://files", `release url is "http://files.example.com/3.4"`},
		"plain http for the keys": {"keysURL: https", "keysURL: http", "release keysURL is"},
		"a user of the node":      {"id: 10150", "id: 101", "user is 101, want 10000 or more"},
		"neither source":          {"    commit: 0123456789abcdef0123456789abcdef01234567\n    platforms: [linux/amd64]\n    user: {id: 10150}", "    platforms: [linux/amd64]\n    user: {id: 10150}", "want either a commit or a release"},
		"a name twice":            {"name: later", "name: tool", "image tool stands twice"},
		"built and resolved":      {"resolved: [upstream]", "resolved: [tool]", "image tool stands twice"},
		"too low a minimum":       {"minimum: 2", "minimum: 1", "minimum is 1, want 2 to 2"},
		"a short fingerprint":     {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAA", "want 40 upper-case hex digits"},
		"nothing":                 {good, "resolved: []\n", "images is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, good, c.from)
			_, err := Read(write(t, strings.Replace(good, c.from, c.to, 1)))
			require.ErrorContains(t, err, c.want)
		})
	}
}
