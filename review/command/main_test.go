package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// arguments are those of a run over a log of the package beside this one.
func arguments(out, events string, more ...string) []string {
	return append([]string{
		"-stack", "testnet", "-events", events, "-out", out, "-today", "2026-11-22",
		"-exemptions", filepath.Join("..", "testdata", "exemptions.yaml"), "-docs", "https://gitlab.example/docs/policies.md",
	}, more...)
}

func recorded(name string) string { return filepath.Join("..", "testdata", name) }

func nothing(string) string { return "" }

func TestRun_WritesAllReportsAndSaysWhere(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "reports")
	var out bytes.Buffer
	status, err := run(context.Background(), arguments(folder, recorded("change.jsonl")), nothing, &out)
	require.NoError(t, err)
	require.Equal(t, written, status, "a refused preview is a report all the same")
	require.Contains(t, out.String(), "testnet: REFUSED, 2 mandatory violations\n")
	require.Contains(t, out.String(), `DATA AT RISK: delete "aws:kms/key:Key" "keys-volumes"`)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
		require.Contains(t, out.String(), filepath.Join(folder, entry.Name()))
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		require.NoError(t, err)
		require.Contains(t, string(text), "volume-retained", entry.Name())
	}
	require.Equal(t, []string{"codequality.json", "comment.md", "junit.xml", "report.html"}, names)
}

func TestRun_IsTheSameInASecondRun(t *testing.T) {
	read := func() map[string]string {
		folder := t.TempDir()
		_, err := run(context.Background(), arguments(folder, recorded("change.jsonl")), nothing, &bytes.Buffer{})
		require.NoError(t, err)
		texts := map[string]string{}
		for _, name := range []string{"codequality.json", "comment.md", "junit.xml", "report.html"} {
			text, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			texts[name] = string(text)
		}
		return texts
	}
	require.Equal(t, read(), read())
}

func TestRun_EndsWithOneOnlyWhenAsked(t *testing.T) {
	unjudged := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(unjudged, []byte(`{"summaryEvent":{"isPreview":true,"result":"succeeded"}}`), 0o600))
	for name, test := range map[string]struct {
		events string
		more   []string
		want   int
	}{
		"good":               {recorded("first.jsonl"), []string{"-fail"}, written},
		"refused":            {recorded("change.jsonl"), []string{"-fail"}, refused},
		"refused, not asked": {recorded("change.jsonl"), nil, written},
		"not judged":         {unjudged, []string{"-fail"}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			status, err := run(context.Background(), arguments(t.TempDir(), test.events, test.more...), nothing, &bytes.Buffer{})
			require.NoError(t, err)
			require.Equal(t, test.want, status)
		})
	}
}

func TestRun_WritesNothingWhenItCannotReview(t *testing.T) {
	cut := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(cut, []byte(`{"cancelEvent":{}}`), 0o600))
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"a log without an end": {arguments("OUT", cut), "it has no summary event"},
		"no log":               {arguments("OUT", "nowhere"), "read event log"},
		"another stack":        {append(arguments("OUT", recorded("first.jsonl")), "-stack", "mainnet"), `want "mainnet"`},
		"no day":               {arguments("OUT", recorded("first.jsonl"), "-today", "tomorrow"), `flag -today is "tomorrow", want YYYY-MM-DD`},
		"no exemptions":        {arguments("OUT", recorded("first.jsonl"), "-exemptions", "nowhere"), "read exemptions"},
		"nothing":              {nil, "flag -stack is missing\nflag -events is missing\nflag -out is missing"},
		"a stray word":         {arguments("OUT", recorded("first.jsonl"), "x"), `argument "x" belongs to no flag`},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "reports")
			for i := range test.args {
				test.args[i] = strings.Replace(test.args[i], "OUT", folder, 1)
			}
			status, err := run(context.Background(), test.args, nothing, &bytes.Buffer{})
			require.ErrorContains(t, err, test.want)
			require.Equal(t, broken, status)
			require.NoDirExists(t, folder)
		})
	}
}

// posting are the arguments that post the comment of a run before.
func posting(t *testing.T) []string {
	t.Helper()
	folder := t.TempDir()
	_, err := run(context.Background(), arguments(folder, recorded("first.jsonl")), nothing, &bytes.Buffer{})
	require.NoError(t, err)
	return []string{"-post", filepath.Join(folder, "comment.md")}
}

func TestRun_PostsNoOtherFile(t *testing.T) {
	_, err := run(context.Background(), []string{"-post", recorded("first.jsonl")}, nothing, &bytes.Buffer{})
	require.ErrorContains(t, err, "it is no comment on a stack")
	_, err = run(context.Background(), append(posting(t), "-out", t.TempDir()), nothing, &bytes.Buffer{})
	require.ErrorContains(t, err, "flag -post goes with no other")
}

func TestRun_WithoutATokenSaysThatItDidNotPost(t *testing.T) {
	var out bytes.Buffer
	status, err := run(context.Background(), posting(t), nothing, &out)
	require.NoError(t, err)
	require.Equal(t, written, status)
	require.Contains(t, out.String(), "comment not posted: GITLAB_TOKEN, CI_API_V4_URL")
}

func TestRun_PostsWhatItWrote(t *testing.T) {
	var bodies []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/user":
			fmt.Fprint(w, `{"id":1}`)
		case r.Method == http.MethodGet:
			fmt.Fprint(w, `[]`)
		case r.Method == http.MethodPost:
			var text bytes.Buffer
			_, _ = text.ReadFrom(r.Body)
			bodies = append(bodies, text.String())
			fmt.Fprint(w, `{"id":5}`)
		}
	}))
	t.Cleanup(server.Close)
	environment := map[string]string{"GITLAB_TOKEN": "t", "CI_API_V4_URL": server.URL, "CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_IID": "9"}
	var out bytes.Buffer
	_, err := run(context.Background(), append(posting(t), "-post", "reports/mainnet/comment.md"), func(name string) string { return environment[name] }, &out)
	require.NoError(t, err)
	require.Contains(t, out.String(), "comment posted: note 5 of merge request 9")
	require.Len(t, bodies, 1)
	require.Contains(t, bodies[0], "satkube-review stack=testnet")
	require.Contains(t, bodies[0], "There is no review at `reports/mainnet/comment.md`", "one that is missing is told")
}

func TestRun_AFailureToPostIsOne(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	environment := map[string]string{"GITLAB_TOKEN": "canary-token", "CI_API_V4_URL": server.URL, "CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_IID": "9"}
	var out bytes.Buffer
	status, err := run(context.Background(), posting(t), func(name string) string { return environment[name] }, &out)
	require.ErrorContains(t, err, "the comment is not posted: gitlab: GET /user: status 404")
	require.Equal(t, broken, status)
	require.NotContains(t, err.Error()+out.String(), "canary-token")
}

func TestWriteAll_LeavesNoHalfReport(t *testing.T) {
	folder := t.TempDir()
	// A folder stands where a report belongs, so that it cannot be moved there.
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "comment.md", "x"), 0o755))
	require.Error(t, writeAll(folder, []file{{"comment.md", []byte("new")}}))
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1, "what was being written is taken away again")
}

func TestReports_HoldNoSecretOfTheLog(t *testing.T) {
	const seed = "abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor actress actual"
	canaries := []string{seed, "canary-config-4711", "-----BEGIN EC PRIVATE KEY-----", "glpat-A1b2C3d4E5f6G7h8I9j0"}
	id := "urn:pulumi:testnet::satkube::kubernetes:core/v1:Secret::wallet"
	var log strings.Builder
	for _, secret := range canaries {
		state := fmt.Sprintf(`{"type":"kubernetes:core/v1:Secret","urn":%q,"custom":true,"id":%q,"parent":"","inputs":{"stringData":{"a":%q},"length":%q},"outputs":{"a":%q},"provider":""}`, id, secret, secret, secret, secret)
		fmt.Fprintf(&log, `{"preludeEvent":{"config":{"a":%q}}}`+"\n", secret)
		fmt.Fprintf(&log, `{"resourcePreEvent":{"metadata":{"op":"replace","urn":%q,"type":"kubernetes:core/v1:Secret","old":%s,"new":%s,"detailedDiff":{"stringData.a":{"diffKind":"update-replace"}}}}}`+"\n", id, state, state)
		fmt.Fprintf(&log, `{"diagnosticEvent":{"urn":%q,"severity":"error","message":%q}}`+"\n", id, "is refused:\ncluster.name is "+secret)
		fmt.Fprintf(&log, `{"diagnosticEvent":{"severity":"info","message":%q}}`+"\n", secret)
		fmt.Fprintf(&log, `{"policyEvent":{"resourceUrn":%q,"policyName":"p","policyPackName":"other","enforcementLevel":"mandatory","message":%q}}`+"\n", id, secret)
	}
	log.WriteString(`{"summaryEvent":{"isPreview":true,"result":"failed"}}`)
	events := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(events, []byte(log.String()), 0o600))
	folder := t.TempDir()
	var out bytes.Buffer
	_, err := run(context.Background(), arguments(folder, events), nothing, &out)
	require.NoError(t, err)
	texts := map[string]string{"output": out.String()}
	for _, name := range []string{"codequality.json", "comment.md", "junit.xml", "report.html"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		require.Contains(t, string(text), "wallet", name)
		texts[name] = string(text)
	}
	for name, text := range texts {
		for _, secret := range canaries {
			require.NotContains(t, text, secret, name)
		}
		require.NotContains(t, text, "abandon ability", name)
	}
}
