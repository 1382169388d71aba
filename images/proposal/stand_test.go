package proposal

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/images/lockfile"
)

// stand is a stand-in for GitLab with one project. It keeps branches' lock files and merge requests as GitLab does.
type stand struct {
	t        *testing.T
	branches map[string]string
	requests []map[string]any
	writes   []string
	// answer, when set, is what every request gets.
	answer http.HandlerFunc
}

func newStand(t *testing.T) (*stand, GitLab) {
	t.Helper()
	s := &stand{t: t, branches: map[string]string{"main": lock}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	gitlab, err := NewGitLab(server.URL+"/api/v4", "42", token)
	require.NoError(t, err)
	return s, gitlab
}

func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.answer != nil {
		s.answer(w, r)
		return
	}
	if r.Header.Get("PRIVATE-TOKEN") != token || strings.Contains(r.URL.String(), token) {
		http.Error(w, "401 Unauthorized", http.StatusUnauthorized)
		return
	}
	body := map[string]any{}
	if r.Method != http.MethodGet {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.writes = append(s.writes, r.Method+" "+r.URL.Path)
	}
	switch r.Method + " " + strings.TrimPrefix(r.URL.EscapedPath(), "/api/v4/projects/42") {
	case "GET /repository/files/internal%2Fimages%2Fimages.lock.json/raw":
		content, found := s.branches[r.URL.Query().Get("ref")]
		if !found {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, content)
	case "GET /merge_requests":
		q := r.URL.Query()
		found := []map[string]any{}
		for _, m := range s.requests {
			if m["state"] == q.Get("state") && m["source_branch"] == q.Get("source_branch") && m["target_branch"] == q.Get("target_branch") {
				found = append(found, m)
			}
		}
		s.write(w, http.StatusOK, found)
	case "POST /repository/commits":
		action := body["actions"].([]any)[0].(map[string]any)
		_, exists := s.branches[body["branch"].(string)]
		if body["start_branch"] != "main" || action["action"] != "update" || action["file_path"] != lockfile.Path || (exists && body["force"] != true) {
			http.Error(w, "400 Bad Request", http.StatusBadRequest)
			return
		}
		s.branches[body["branch"].(string)] = action["content"].(string)
		s.write(w, http.StatusCreated, map[string]any{"id": "1"})
	case "POST /merge_requests":
		body["state"], body["iid"] = "opened", len(s.requests)+1
		body["web_url"] = fmt.Sprintf("https://gitlab.example.com/-/merge_requests/%d", len(s.requests)+1)
		s.requests = append(s.requests, body)
		s.write(w, http.StatusCreated, body)
	case "PUT /merge_requests/1":
		for name, value := range body {
			s.requests[0][name] = value
		}
		s.write(w, http.StatusOK, s.requests[0])
	default:
		http.Error(w, "405 Method Not Allowed", http.StatusMethodNotAllowed)
	}
}

func (s *stand) write(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.t.Error(err)
	}
}
