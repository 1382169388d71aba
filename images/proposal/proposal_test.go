package proposal

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/images/lockfile"
	"gitlab.com/thinkmassive/satkube/internal/images"
)

const (
	token = "a-token-that-nobody-may-see"
	lock  = `[
  {
    "name": "bitcoind",
    "reference": "docker.io/bitcoin/bitcoin:31.1",
    "digest": "",
    "evidence": "none"
  }
]
`
)

func bitcoind(digit string) images.Image {
	return images.Image{
		Name: images.Bitcoind, Reference: "registry.example.com/satkube/bitcoind:31.1", Digest: "sha256:" + strings.Repeat(digit, 64),
		Evidence: "built by https://gitlab.example.com/-/pipelines/7 on 2026-11-22, signed by https://gitlab.example.com/p//.gitlab-ci.yml@refs/heads/main",
	}
}

func TestPropose_OpensOneMergeRequestAndThenWaits(t *testing.T) {
	s, gitlab := newStand(t)
	outcome, address, err := gitlab.Propose(context.Background(), "main", bitcoind("a"))
	require.NoError(t, err)
	require.Equal(t, Opened, outcome)
	require.Equal(t, "https://gitlab.example.com/-/merge_requests/1", address)
	require.Equal(t, lock, s.branches["main"], "nothing reaches the target branch without a review")
	proposed, err := lockfile.Find([]byte(s.branches["images/bitcoind"]), images.Bitcoind)
	require.NoError(t, err)
	require.Equal(t, bitcoind("a"), proposed)
	require.Equal(t, "internal/images: bitcoind 31.1", s.requests[0]["title"])
	require.Contains(t, s.requests[0]["description"], bitcoind("a").Digest)
	require.Contains(t, s.requests[0]["description"], "pipelines/7")
	require.Equal(t, true, s.requests[0]["remove_source_branch"])

	// The same bytes of another pipeline are no news.
	again := bitcoind("a")
	again.Evidence = "another pipeline"
	s.writes = nil
	outcome, address, err = gitlab.Propose(context.Background(), "main", again)
	require.NoError(t, err)
	require.Equal(t, Waiting, outcome)
	require.Equal(t, "https://gitlab.example.com/-/merge_requests/1", address)
	require.Empty(t, s.writes)
}

func TestPropose_UpdatesTheOpenMergeRequest(t *testing.T) {
	s, gitlab := newStand(t)
	_, _, err := gitlab.Propose(context.Background(), "main", bitcoind("a"))
	require.NoError(t, err)
	outcome, _, err := gitlab.Propose(context.Background(), "main", bitcoind("b"))
	require.NoError(t, err)
	require.Equal(t, Updated, outcome)
	require.Len(t, s.requests, 1)
	require.Contains(t, s.branches["images/bitcoind"], strings.Repeat("b", 64))
	require.NotContains(t, s.branches["images/bitcoind"], strings.Repeat("a", 64))
	require.Contains(t, s.requests[0]["description"], strings.Repeat("b", 64))
}

func TestPropose_DoesNothingForADigestThatTheTargetHas(t *testing.T) {
	s, gitlab := newStand(t)
	changed, err := lockfile.Rewrite([]byte(lock), bitcoind("a"))
	require.NoError(t, err)
	s.branches["main"] = string(changed)
	outcome, address, err := gitlab.Propose(context.Background(), "main", bitcoind("a"))
	require.NoError(t, err)
	require.Equal(t, Known, outcome)
	require.Empty(t, address)
	require.Empty(t, s.writes)
}

// The branch of a merge request that was closed stays behind; it must not stand in the way.
func TestPropose_OpensAnewAfterAClosedMergeRequest(t *testing.T) {
	s, gitlab := newStand(t)
	_, _, err := gitlab.Propose(context.Background(), "main", bitcoind("a"))
	require.NoError(t, err)
	s.requests[0]["state"] = "closed"
	outcome, _, err := gitlab.Propose(context.Background(), "main", bitcoind("a"))
	require.NoError(t, err)
	require.Equal(t, Opened, outcome)
	require.Len(t, s.requests, 2)
}

func TestPropose_RefusesBeforeItWrites(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*images.Image)
		want   string
	}{
		"a digest that is none": {func(i *images.Image) { i.Digest = "sha256:12" }, "want sha256: and 64 hex digits"},
		"an empty digest":       {func(i *images.Image) { i.Digest = "" }, "want sha256: and 64 hex digits"},
		"an unknown image":      {func(i *images.Image) { i.Name = "bitcoin" }, `"bitcoin" is missing, want the name of an entry`},
		"no evidence":           {func(i *images.Image) { i.Evidence = "" }, "evidence is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			s, gitlab := newStand(t)
			entry := bitcoind("a")
			c.change(&entry)
			_, _, err := gitlab.Propose(context.Background(), "main", entry)
			require.ErrorContains(t, err, c.want)
			require.Empty(t, s.writes)
		})
	}
}

func TestPropose_NeverShowsTheToken(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a server that sends it back": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "bad token "+r.Header.Get("PRIVATE-TOKEN"), http.StatusForbidden)
		},
		"a broken answer": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, r.Header.Get("PRIVATE-TOKEN"))
		},
		"a lock file with it": func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "{"+r.Header.Get("PRIVATE-TOKEN")) },
	} {
		t.Run(name, func(t *testing.T) {
			s, gitlab := newStand(t)
			s.answer = answer
			_, _, err := gitlab.Propose(context.Background(), "main", bitcoind("a"))
			require.Error(t, err)
			require.NotContains(t, err.Error(), token)
		})
	}
}

func TestPropose_TakesTheTokenToNoOtherServer(t *testing.T) {
	seen := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen = true }))
	t.Cleanup(other.Close)
	s, gitlab := newStand(t)
	s.answer = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) }
	_, _, err := gitlab.Propose(context.Background(), "main", bitcoind("a"))
	require.ErrorContains(t, err, "answer is 302, want 200")
	require.False(t, seen, "the redirect was followed")
}

func TestPropose_SaysWhatIsMissingOnTheTarget(t *testing.T) {
	_, gitlab := newStand(t)
	_, _, err := gitlab.Propose(context.Background(), "trunk", bitcoind("a"))
	require.ErrorContains(t, err, "want internal/images/images.lock.json on branch trunk")
}

func TestNewGitLab_Refuses(t *testing.T) {
	for name, c := range map[string]struct{ api, project, token, want string }{
		"plain http":               {"http://gitlab.example.com/api/v4", "42", token, `scheme is "http", want https`},
		"a token in the address":   {"https://x:" + token + "@gitlab.example.com/api/v4", "42", token, "want https://HOST/api/v4 and nothing else"},
		"a query":                  {"https://gitlab.example.com/api/v4?private_token=" + token, "42", token, "nothing else in it"},
		"no token":                 {"https://gitlab.example.com/api/v4", "42", "", "token is missing"},
		"a project that is a path": {"https://gitlab.example.com/api/v4", "../42", token, `project is "../42", want its number`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewGitLab(c.api, c.project, c.token)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), token)
		})
	}
}
