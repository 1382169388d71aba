package pages

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// seen is what testdata/probe.html tells of the site.
type seen struct {
	// Looked counts pages at widths; Sideways are those that scroll sideways as a whole.
	Looked   int
	Sideways []string
	// Found are the addresses that the search gave, Cleared says that Escape took them away.
	Found   []string
	Cleared bool
	Error   string
}

// look lets Chromium open every page, and returns what it saw and what the pages wrote to the console.
func look(t *testing.T, site string) (seen, string) {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no chromium, and in CI the site has to be looked at: run tools/get-debian-programs")
		}
		t.Skip("there is no chromium to look at the site with: run tools/get-debian-programs")
	}
	told, done := make(chan seen, 1), make(chan struct{})
	served := http.NewServeMux()
	served.Handle("/", http.FileServer(http.Dir(site)))
	served.HandleFunc("GET /probe/{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "testdata/probe.html") })
	served.HandleFunc("GET /probe/pages", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(addresses(t, site)) })
	served.HandleFunc("GET /probe/wait", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-done:
		case <-r.Context().Done():
		}
	})
	served.HandleFunc("POST /probe/seen", func(_ http.ResponseWriter, r *http.Request) {
		var s seen
		if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
			s.Error = err.Error()
		}
		told <- s
		close(done)
	})
	server := httptest.NewServer(served)
	defer server.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	arguments := []string{
		"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--enable-logging=stderr", "--user-data-dir=" + t.TempDir(),
	}
	if os.Geteuid() == 0 {
		// Chromium's sandbox does not start as root, which is what containers of CI run as. The pages are our own.
		arguments = append(arguments, "--no-sandbox")
	}
	command := exec.CommandContext(ctx, chromium, append(arguments, "--dump-dom", server.URL+"/probe/")...)
	var log bytes.Buffer
	command.Stderr = &log
	require.NoError(t, command.Run(), log.String())
	var console []string
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "CONSOLE") {
			console = append(console, line)
		}
	}
	select {
	case s := <-told:
		return s, strings.Join(console, "")
	default:
		t.Fatalf("the browser ended and told nothing: %s", log.String())
		return seen{}, ""
	}
}

func addresses(t *testing.T, site string) []string {
	var found []string
	for name := range files(t, site) {
		if filepath.Ext(name) == ".html" {
			found = append(found, "/"+strings.TrimSuffix(name, "index.html"))
		}
	}
	slices.Sort(found)
	return found
}

func TestSite_WorksInABrowser(t *testing.T) {
	site := build(t)
	saw, console := look(t, site)
	require.Empty(t, saw.Error)
	require.Equal(t, 3*len(addresses(t, site)), saw.Looked)
	require.Empty(t, saw.Sideways, "tables and commands scroll inside themselves, pages do not")
	require.Contains(t, saw.Found, "/docs/policies/#netpol-imds-blocked")
	require.True(t, saw.Cleared)
	require.Empty(t, console, "a page broke its own policy or threw an error")
}
