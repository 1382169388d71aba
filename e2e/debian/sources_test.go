package debian

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadSources_ReadsBothFormatsOfApt(t *testing.T) {
	etc := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(etc, "sources.list.d"), 0o755))
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644))
	}
	write("sources.list", "# deb file:/commented bookworm main\ndeb [ arch=amd64 signed-by=/keys/a.gpg ] file:/one bookworm main contrib # why\ndeb-src file:/one bookworm main\ndeb file:/two trixie main\n")
	write("sources.list.d/debian.sources", "Types: deb deb-src\n# a comment\nURIs: file:/three\nSuites: bookworm\n bookworm-updates\nComponents: main\nSigned-By: /keys/b.gpg\n\nTypes: deb\nEnabled: no\nURIs: file:/off\nSuites: bookworm\nComponents: main\n\nTypes: deb-src\nURIs: file:/code\nSuites: bookworm\nComponents: main\n")
	write("sources.list.d/ignored.save", "deb file:/save bookworm main\n")

	all, err := readSources(etc)
	require.NoError(t, err)
	require.Equal(t, []source{
		{uris: []string{"file:/one"}, suites: []string{"bookworm"}, components: []string{"main", "contrib"}, keyring: "/keys/a.gpg"},
		{uris: []string{"file:/two"}, suites: []string{"trixie"}, components: []string{"main"}},
		{uris: []string{"file:/three"}, suites: []string{"bookworm", "bookworm-updates"}, components: []string{"main"}, keyring: "/keys/b.gpg"},
	}, all)
}

func TestStanzas_TakeDebiansOwnSourcesOnly(t *testing.T) {
	main := source{uris: []string{"file:/mirror"}, suites: []string{"bookworm", "bookworm-updates"}, components: []string{"main", "non-free"}}
	security := source{uris: []string{"file:/security"}, suites: []string{"bookworm-security"}, components: []string{"main"}}
	with := func(s source, change func(*source)) source { change(&s); return s }
	stanza := func(uri, suites string) string {
		return "Types: deb\nURIs: " + uri + "\nSuites: " + suites + "\nComponents: main\nSigned-By: /keys/debian\n\n"
	}
	cases := map[string]struct {
		sources []source
		suite   string
		want    string // empty: refused
	}{
		"the release has its updates":               {sources: []source{main, security}, want: stanza("copy:/mirror", "bookworm bookworm-updates") + stanza("copy:/security", "bookworm-security")},
		"another suite is of the main mirror":       {sources: []source{security, main}, suite: "sid", want: stanza("copy:/mirror", "sid")},
		"only security updates are no mirror of it": {sources: []source{security}, suite: "sid"},
		"another publisher's key":                   {sources: []source{with(main, func(s *source) { s.keyring = "/keys/other.gpg" })}},
		"Debian's key":                              {sources: []source{with(main, func(s *source) { s.keyring = "/usr/share/keyrings/debian-archive-keyring.gpg" })}, want: stanza("copy:/mirror", "bookworm bookworm-updates")},
		"another component":                         {sources: []source{with(main, func(s *source) { s.components = []string{"stable"} })}},
		"another publisher's suite":                 {sources: []source{with(main, func(s *source) { s.suites = []string{"nodistro"} })}},
		"a release by its role":                     {sources: []source{with(main, func(s *source) { s.suites = []string{"stable"} })}, want: stanza("copy:/mirror", "stable")},
		"no source":                                 {},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := machine{codename: "bookworm", keyring: "/keys/debian", sources: c.sources}.stanzas(c.suite)
			if c.want == "" {
				require.ErrorContains(t, err, "this needs a Debian mirror")
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestThisMachine_SaysWhatItNeedsWhereThereIsNoApt(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Unpack(t.Context(), t.TempDir(), Host(), t.Logf)
	require.ErrorContains(t, err, "needs Debian's apt-get")
}

func TestAcquire_KeepsHowToDownloadAndNoHook(t *testing.T) {
	got := acquire("APT \"\";\nAPT::Update::Post-Invoke:: \"rm -f everything\";\nAcquire::http::Proxy \"p\";\nAcquire::IndexTargets::deb::DEP-11::MetaKey \"x\";\nAcquire::Languages:: \"en\";\nDPkg::Post-Invoke:: \"rm\";\n")
	require.Equal(t, []string{`Acquire::http::Proxy "p";`}, got)
}

func TestCodename_IsReadFromOsRelease(t *testing.T) {
	require.Equal(t, "bookworm", codename("ID=debian\nVERSION_CODENAME=bookworm\n"))
	require.Equal(t, "trixie", codename("VERSION_CODENAME=\"trixie\""))
	require.Empty(t, codename("ID=alpine\n"))
}
