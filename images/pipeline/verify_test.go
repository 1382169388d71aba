package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/stretchr/testify/require"
)

// site serves a release that two builders signed, over TLS, and the table that names it.
type site struct {
	files  map[string][]byte
	server *httptest.Server
	table  string
	asked  []string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{files: map[string][]byte{"/1/a.tar.gz": []byte("the archive")}}
	s.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.URL.Path)
		content, found := s.files[r.URL.Path]
		if !found {
			http.NotFound(w, r)
			return
		}
		w.Write(content)
	}))
	t.Cleanup(s.server.Close)
	sum := sha256.Sum256(s.files["/1/a.tar.gz"])
	s.files["/1/SHA256SUMS"] = []byte(hex.EncodeToString(sum[:]) + "  a.tar.gz\n")
	keys := ""
	for _, name := range []string{"ann", "bob"} {
		entity, err := openpgp.NewEntity(name, "", name+"@example.com", &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA})
		require.NoError(t, err)
		var public, signature bytes.Buffer
		require.NoError(t, entity.Serialize(&public))
		require.NoError(t, openpgp.ArmoredDetachSign(&signature, entity, bytes.NewReader(s.files["/1/SHA256SUMS"]), nil))
		s.files["/keys/"+name+".gpg"] = public.Bytes()
		s.files["/1/SHA256SUMS.asc"] = append(append(s.files["/1/SHA256SUMS.asc"], signature.Bytes()...), '\n')
		keys += fmt.Sprintf("        - {builder: %s, fingerprint: %q}\n", name, strings.ToUpper(hex.EncodeToString(entity.PrimaryKey.Fingerprint)))
	}
	s.table = fmt.Sprintf(`images:
  - name: daemon
    version: "1"
    source: https://git.example.com/daemon
    platforms: [linux/amd64]
    user: {id: 10152}
    release:
      url: %[1]s/1
      files: [{name: a.tar.gz, sha256: "%[2]s"}]
      keysURL: %[1]s/keys
      minimum: 2
      keys:
%[3]s`, s.server.URL, hex.EncodeToString(sum[:]), keys)
	return s
}

func (s *site) job(b *bench) job {
	return job{
		image: "daemon", folder: b.folder, work: b.work, getenv: func(name string) string { return b.environment[name] },
		now: time.Now().Add(time.Minute), stdout: &b.out, stderr: &b.err, client: s.server.Client(),
	}
}

func TestBuild_BuildsAReleaseThatItVerified(t *testing.T) {
	s := newSite(t)
	b := newBench(t, s.table)
	require.NoError(t, s.job(b).build(context.Background()))
	require.Contains(t, b.out.String(), "daemon 1: SHA256SUMS is signed by ann, bob (2 of 2 wanted)\na.tar.gz: is what was signed\n")
	require.Contains(t, b.called(t), "buildctl-daemonless.sh build")
	require.FileExists(t, filepath.Join(b.work, "daemon.json"))
}

func TestBuild_BuildsNothingThatItCouldNotVerify(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*site)
		want   string
	}{
		"a tampered archive":   {func(s *site) { s.files["/1/a.tar.gz"] = []byte("another") }, "a.tar.gz: sha256 is"},
		"a tampered list":      {func(s *site) { s.files["/1/SHA256SUMS"][0] ^= 1 }, "the signature of ann does not fit"},
		"a missing archive":    {func(s *site) { delete(s.files, "/1/a.tar.gz") }, "/1/a.tar.gz: answer is 404, want 200"},
		"missing signatures":   {func(s *site) { delete(s.files, "/1/SHA256SUMS.asc") }, "SHA256SUMS.asc: answer is 404, want 200"},
		"a missing key":        {func(s *site) { delete(s.files, "/keys/bob.gpg") }, "1 builders of the pinned list signed, want 2 (signed: ann; not counted: bob: no key file)"},
		"a list without end":   {func(s *site) { s.files["/1/SHA256SUMS"] = make([]byte, maxList+1) }, "more than 1048576 bytes"},
		"a key of another one": {func(s *site) { s.files["/keys/bob.gpg"] = s.files["/keys/ann.gpg"] }, "bob: key file lacks the pinned fingerprint"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := newBench(t, s.table)
			c.change(s)
			require.ErrorContains(t, s.job(b).build(context.Background()), c.want)
			require.Empty(t, b.called(t))
		})
	}
}

func TestOpen_TriesABusyServerAgain(t *testing.T) {
	tries := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if tries++; tries < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	j := job{client: server.Client(), stderr: io.Discard}
	_, err := j.get(context.Background(), server.URL)
	require.NoError(t, err)
	require.Equal(t, 3, tries)
}

func TestVerifyRelease_AsksForNothingButWhatItChecks(t *testing.T) {
	s := newSite(t)
	b := newBench(t, s.table)
	require.NoError(t, s.job(b).verifyRelease(context.Background()))
	require.Equal(t, []string{"/1/SHA256SUMS", "/1/SHA256SUMS.asc", "/keys/ann.gpg", "/keys/bob.gpg", "/1/a.tar.gz"}, s.asked)
	require.Empty(t, b.called(t))
}
