package gitlab

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	secret = "glpat-canary-4711"
	marker = "<!-- satkube-review stack=testnet -->"
	me     = int64(7)
)

// standIn answers like GitLab's notes API for one merge request.
type standIn struct {
	mu    sync.Mutex
	notes []note
	// fail answers instead of the API when it returns a status.
	fail func(n int, r *http.Request) (status int, header map[string]string)
	// made tells that a note is made even where the answer is a failure.
	made     bool
	requests []string
	waited   []time.Duration
	url      string
}

func start(t *testing.T) *standIn {
	t.Helper()
	s := &standIn{}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *standIn) target() Target {
	return Target{API: s.url + "/api/v4", Project: "12", MergeRequest: "3", Token: secret, Wait: func(_ context.Context, d time.Duration) error {
		s.waited = append(s.waited, d)
		return nil
	}}
}

func (s *standIn) add(author int64, body string) int64 {
	n := note{ID: int64(len(s.notes) + 100), Body: body}
	n.Author.ID = author
	s.notes = append(s.notes, n)
	return n.ID
}

func (s *standIn) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	if s.fail != nil {
		if status, header := s.fail(len(s.requests), r); status != 0 {
			if s.made && r.Method == http.MethodPost {
				s.create(r)
			}
			for key, value := range header {
				w.Header().Set(key, value)
			}
			w.WriteHeader(status)
			fmt.Fprint(w, `{"message":"canary answer"}`)
			return
		}
	}
	if r.Header.Get("PRIVATE-TOKEN") != secret {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	root := "/api/v4/projects/12/merge_requests/3/notes"
	id, _ := strconv.ParseInt(strings.TrimPrefix(r.URL.Path, root+"/"), 10, 64)
	at := slices.IndexFunc(s.notes, func(n note) bool { return n.ID == id })
	switch {
	case r.URL.Path == "/api/v4/user":
		fmt.Fprintf(w, `{"id":%d}`, me)
	case r.URL.Path == root && r.Method == http.MethodGet:
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
		from := min((page-1)*size, len(s.notes))
		_ = json.NewEncoder(w).Encode(s.notes[from:min(from+size, len(s.notes))])
	case r.URL.Path == root && r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(s.create(r))
	case at >= 0 && s.notes[at].Author.ID != me:
		w.WriteHeader(http.StatusForbidden)
	case at >= 0 && r.Method == http.MethodPut:
		s.notes[at].Body = body(r)
		fmt.Fprint(w, `{}`)
	case at >= 0 && r.Method == http.MethodDelete:
		s.notes = slices.Delete(s.notes, at, at+1)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func body(r *http.Request) string {
	var c content
	_ = json.NewDecoder(r.Body).Decode(&c)
	return c.Body
}

func (s *standIn) create(r *http.Request) note {
	s.add(me, body(r))
	return s.notes[len(s.notes)-1]
}

func (s *standIn) ours() []string {
	var bodies []string
	for _, n := range s.notes {
		if n.Author.ID == me {
			bodies = append(bodies, n.Body)
		}
	}
	return bodies
}

func TestPost_TwoRunsLeaveOneCommentUpdated(t *testing.T) {
	s := start(t)
	first, err := Post(context.Background(), s.target(), marker, marker+"\none")
	require.NoError(t, err)
	require.False(t, first.Updated)
	second, err := Post(context.Background(), s.target(), marker, marker+"\ntwo")
	require.NoError(t, err)
	require.Equal(t, Posted{Note: first.Note, Updated: true}, second)
	require.Equal(t, []string{marker + "\ntwo"}, s.ours())
}

func TestPost_EachStackHasAComment(t *testing.T) {
	s := start(t)
	other := strings.Replace(marker, "testnet", "testnet2", 1)
	for range 2 {
		for _, m := range []string{marker, other} {
			_, err := Post(context.Background(), s.target(), m, m+"\nx")
			require.NoError(t, err)
		}
	}
	require.Equal(t, []string{marker + "\nx", other + "\nx"}, s.ours())
}

func TestPost_LeavesAPlantedNoteAlone(t *testing.T) {
	s := start(t)
	s.add(8, marker+"\nplanted")
	_, err := Post(context.Background(), s.target(), marker, marker+"\nreal")
	require.NoError(t, err)
	require.Equal(t, marker+"\nplanted", s.notes[0].Body)
	require.Equal(t, []string{marker + "\nreal"}, s.ours())
}

func TestPost_LeavesANoteOfGitLabItselfAlone(t *testing.T) {
	s := start(t)
	s.add(me, marker+"\nGitLab's own words")
	s.notes[0].System = true
	got, err := Post(context.Background(), s.target(), marker, marker+"\nreal")
	require.NoError(t, err)
	require.False(t, got.Updated)
}

func TestPost_FindsItsCommentBehindHundredsOfOthers(t *testing.T) {
	s := start(t)
	for i := range 250 {
		s.add(8, fmt.Sprintf("note %d", i))
	}
	s.add(me, "a word with "+marker+" in it is not the comment")
	mine := s.add(me, marker+"\r\nold")
	got, err := Post(context.Background(), s.target(), marker, marker+"\nnew")
	require.NoError(t, err)
	require.Equal(t, Posted{Note: mine, Updated: true}, got)
	require.Len(t, s.ours(), 2)
}

func TestPost_TakesAwayWhatTwoPipelinesLeftTwice(t *testing.T) {
	s := start(t)
	s.add(me, marker+"\none")
	s.add(me, marker+"\ntwo")
	_, err := Post(context.Background(), s.target(), marker, marker+"\nthree")
	require.NoError(t, err)
	require.Equal(t, []string{marker + "\nthree"}, s.ours())
}

func TestPost_TriesAgainAfterAPassingFailure(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		header map[string]string
		wait   time.Duration
	}{
		"too many requests":   {429, map[string]string{"Retry-After": "3"}, 3 * time.Second},
		"an hour is too long": {429, map[string]string{"Retry-After": "3600"}, time.Minute},
		"a bad gateway":       {502, nil, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.fail = func(n int, _ *http.Request) (int, map[string]string) {
				if n == 1 {
					return test.status, test.header
				}
				return 0, nil
			}
			_, err := Post(context.Background(), s.target(), marker, marker+"\nx")
			require.NoError(t, err)
			require.Equal(t, []time.Duration{test.wait}, s.waited)
		})
	}
}

func TestPost_ANoteThatWasMadeBeforeTheFailureIsNotMadeTwice(t *testing.T) {
	s := start(t)
	s.made = true
	posts := 0
	s.fail = func(_ int, r *http.Request) (int, map[string]string) {
		if r.Method == http.MethodPost {
			posts++
			return 504, nil
		}
		return 0, nil
	}
	got, err := Post(context.Background(), s.target(), marker, marker+"\nx")
	require.NoError(t, err)
	require.True(t, got.Updated)
	require.Equal(t, 1, posts)
	require.Len(t, s.ours(), 1)
}

func TestPost_SaysTheStatusAndTheRemedyAndNeverTheToken(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		want   string
	}{
		"not valid":   {401, "status 401: GITLAB_TOKEN is not valid"},
		"not allowed": {403, "status 403: GITLAB_TOKEN may not do this; give it the scope api"},
		"not there":   {404, "status 404: there is no such merge request"},
		"refused":     {400, "status 400: GitLab refuses the request"},
		"broken":      {500, "status 500: GitLab failed; run the job again later"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.fail = func(int, *http.Request) (int, map[string]string) { return test.status, nil }
			_, err := Post(context.Background(), s.target(), marker, marker+"\nx")
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "canary")
			require.LessOrEqual(t, len(s.requests), tries)
			require.Empty(t, s.notes)
		})
	}
}

func TestPost_SendsTheTokenToNoOtherHost(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(other.Close)
	s := start(t)
	s.fail = func(int, *http.Request) (int, map[string]string) {
		return 302, map[string]string{"Location": other.URL + "/api/v4/user"}
	}
	_, err := Post(context.Background(), s.target(), marker, marker+"\nx")
	require.ErrorContains(t, err, "status 302: the API is at another address")
	require.False(t, reached)
}

func TestPost_GivesUpWhenNobodyAnswers(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	waits := 0
	target := Target{API: url, Project: "1", MergeRequest: "1", Token: secret, Wait: func(context.Context, time.Duration) error { waits++; return nil }}
	_, err := Post(context.Background(), target, marker, marker+"\nx")
	require.ErrorContains(t, err, "could not be reached")
	require.NotContains(t, err.Error(), secret)
	require.Equal(t, tries-1, waits)
}

func TestPost_EndsWithTheContext(t *testing.T) {
	s := start(t)
	s.fail = func(int, *http.Request) (int, map[string]string) { return 503, nil }
	ctx, cancel := context.WithCancel(context.Background())
	target := s.target()
	target.Wait = func(ctx context.Context, d time.Duration) error { cancel(); return wait(ctx, d) }
	_, err := Post(ctx, target, marker, marker+"\nx")
	require.ErrorIs(t, err, context.Canceled)
}

func TestPost_RefusesWhatItShouldNotSend(t *testing.T) {
	good := func() Target {
		return Target{API: "https://gitlab.example/api/v4", Project: "1", MergeRequest: "1", Token: secret}
	}
	for name, test := range map[string]struct {
		change func(*Target)
		body   string
		want   string
	}{
		"over http":           {func(t *Target) { t.API = "http://gitlab.example/api/v4" }, marker, "want https"},
		"no address":          {func(t *Target) { t.API = "gitlab" }, marker, "is no address"},
		"a password in it":    {func(t *Target) { t.API = "https://a:" + secret + "@gitlab.example" }, marker, "is no address"},
		"a path for a number": {func(t *Target) { t.MergeRequest = "1/../../2" }, marker, "CI_MERGE_REQUEST_IID is no number"},
		"a broken token":      {func(t *Target) { t.Token = secret + "\nX: y" }, marker, "characters that no token has"},
		"no marker":           {func(*Target) {}, "x\n" + marker, "does not begin with its marker"},
		"too long":            {func(*Target) {}, marker + "\n" + strings.Repeat("é", longestNote), "want 1000000 at most"},
	} {
		t.Run(name, func(t *testing.T) {
			target := good()
			test.change(&target)
			_, err := Post(context.Background(), target, marker, test.body)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), secret)
		})
	}
}

func TestFromEnvironment_NamesWhatIsMissing(t *testing.T) {
	target, missing := FromEnvironment(func(name string) string {
		return map[string]string{"CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": "1", "CI_JOB_TOKEN": "x"}[name]
	})
	require.Equal(t, []string{"GITLAB_TOKEN", "CI_MERGE_REQUEST_IID"}, missing)
	require.Empty(t, target.Token)
}

func TestAfter_ReadsSecondsAndDates(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0, now.Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat): 0,
	} {
		require.Equal(t, want, after(header, now), header)
	}
}
