// Package pipeline has the jobs of .gitlab-ci.yml, and these tests, which run them for real with gitlab-ci-local.
package pipeline

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// token is what GitLab's API is asked with. It is in no artifact and in no log.
const token = "canary-token-of-the-project"

// runner is gitlab-ci-local on a clean clone.
type runner struct {
	t       *testing.T
	program string
	clone   string
}

func newRunner(t *testing.T) runner {
	t.Helper()
	if os.Getenv("CI_JOB_NAME") != "" {
		t.Skip("this is a job of the pipeline: it runs for real already")
	}
	for _, program := range []string{"npm", "rsync"} {
		if _, err := exec.LookPath(program); err != nil {
			require.NotEqual(t, "true", os.Getenv("CI"), "%s is missing", program)
			t.Skipf("%s is missing: install Node 20 and run make get-debian-programs", program)
		}
	}
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	tool := filepath.Join(root, "tools", "gitlab-ci-local")
	out, err := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--prefix", tool).CombinedOutput()
	require.NoError(t, err, string(out))
	clone := filepath.Join(t.TempDir(), "clone")
	// What is changed and not committed yet is tested, too, as far as git knows the file.
	revision := git(t, root, "stash", "create")
	if revision == "" {
		revision = git(t, root, "rev-parse", "HEAD")
	}
	git(t, root, "clone", "--quiet", "--no-checkout", root, clone)
	git(t, clone, "fetch", "--quiet", root, revision)
	git(t, clone, "checkout", "--quiet", "-B", "main", revision)
	// Nothing is fetched from there; GitLab's variables are made of its address.
	git(t, clone, "remote", "set-url", "origin", "https://gitlab.com/thinkmassive/satkube.git")
	return runner{t, filepath.Join(tool, "node_modules", ".bin", "gitlab-ci-local"), clone}
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	command := exec.Command("git", append([]string{"-c", "protocol.file.allow=always", "-c", "uploadpack.allowAnySHA1InWant=true"}, args...)...)
	command.Dir = dir
	out, err := command.Output()
	require.NoError(t, err, "git %s", strings.Join(args, " "))
	return strings.TrimSpace(string(out))
}

// run runs jobs with the pipeline's variables, and returns what was printed and whether it succeeded.
func (r runner) run(variables map[string]string, args ...string) (string, bool) {
	r.t.Helper()
	var all, names []string
	for name, value := range variables {
		all, names = append(all, "--variable", name+"="+value), append(names, name)
	}
	command := exec.Command(r.program, append(append([]string{"--ignore-predefined-vars", strings.Join(names, ",")}, all...), args...)...)
	command.Dir = r.clone
	// The clone's jobs are what is tested, not those of whoever runs this test.
	command.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CI_") || strings.HasPrefix(v, "GITLAB_") })
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	return out.String(), err == nil
}

// The jobs of each kind of pipeline. A fork, and a project without variables, has no job that reaches AWS.
func TestPipeline_HasTheJobsThatEachOccasionNeeds(t *testing.T) {
	r := newRunner(t)
	aws := map[string]string{"SATKUBE_LOGIN": "s3://state", "SATKUBE_PREVIEW_ROLE": "arn:preview", "SATKUBE_DEPLOY_ROLE": "arn:deploy", "CI_COMMIT_REF_PROTECTED": "true"}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{"CI_PROJECT_PATH": "thinkmassive/satkube", "CI_DEFAULT_BRANCH": "main"}
		for key, value := range more {
			all[key] = value
		}
		return all
	}
	mergeRequest := map[string]string{"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7", "CI_COMMIT_BRANCH": "", "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "thinkmassive/satkube"}
	join := func(maps ...map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range maps {
			for key, value := range m {
				all[key] = value
			}
		}
		return with(all)
	}
	open := []string{"build", "check", "preview:mainnet", "preview:testnet", "test"}
	for name, c := range map[string]struct {
		variables map[string]string
		want      []string
	}{
		"a fork's merge request":   {join(mergeRequest, map[string]string{"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "stranger/satkube"}), append([]string{"review"}, open...)},
		"a fork that has the name": {join(mergeRequest, aws, map[string]string{"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "stranger/satkube"}), append([]string{"review"}, open...)},
		"a merge request":          {join(mergeRequest, aws), append([]string{"review", "preview:aws:testnet"}, open...)},
		"main without an account":  {with(map[string]string{"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}), append([]string{"pages"}, open...)},
		"main": {
			join(aws, map[string]string{"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}),
			append([]string{"pages", "plan:testnet", "plan:mainnet", "deploy:testnet", "deploy:mainnet"}, open...),
		},
		"a schedule": {
			join(aws, map[string]string{"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main"}), append([]string{"drift:testnet", "drift:mainnet"}, open...),
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, ok := r.run(c.variables, "--list-json")
			require.True(t, ok, out)
			var jobs []struct {
				Name string `json:"name"`
				When string `json:"when"`
			}
			start := strings.Index(out, "[\n")
			if start < 0 {
				start = strings.Index(out, "[{")
			}
			require.GreaterOrEqual(t, start, 0, out)
			require.NoError(t, json.NewDecoder(strings.NewReader(out[start:])).Decode(&jobs), out)
			var got []string
			for _, job := range jobs {
				if job.When != "never" && !strings.HasPrefix(job.Name, "images:") {
					got = append(got, job.Name)
				}
				if job.Name == "deploy:mainnet" && job.When != "never" {
					require.Equal(t, "manual", job.When, "mainnet waits for somebody")
				}
			}
			slices.Sort(got)
			slices.Sort(c.want)
			require.Equal(t, c.want, got)
		})
	}
}

// notes are a merge request's, as GitLab's API has them.
type notes struct {
	mutex   sync.Mutex
	bodies  []string
	creates int
	updates int
}

func (n *notes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if r.Header.Get("PRIVATE-TOKEN") != token && r.Header.Get("Authorization") != "Bearer "+token {
		http.Error(w, "{}", http.StatusUnauthorized)
		return
	}
	var note struct {
		Body string `json:"body"`
	}
	_ = json.NewDecoder(r.Body).Decode(&note)
	type author struct {
		ID int `json:"id"`
	}
	type shown struct {
		ID     int    `json:"id"`
		Body   string `json:"body"`
		Author author `json:"author"`
	}
	const path = "/projects/1/merge_requests/7/notes"
	switch {
	case r.URL.Path == "/user":
		_ = json.NewEncoder(w).Encode(author{42})
	case r.URL.Path == path && r.Method == http.MethodGet:
		all := []shown{}
		for i, body := range n.bodies {
			if page := r.URL.Query().Get("page"); page == "" || page == "1" {
				all = append(all, shown{i + 1, body, author{42}})
			}
		}
		_ = json.NewEncoder(w).Encode(all)
	case r.URL.Path == path && r.Method == http.MethodPost:
		n.creates, n.bodies = n.creates+1, append(n.bodies, note.Body)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(shown{len(n.bodies), note.Body, author{42}})
	case r.URL.Path == path+"/1" && r.Method == http.MethodPut:
		n.updates, n.bodies[0] = n.updates+1, note.Body
		_ = json.NewEncoder(w).Encode(shown{1, note.Body, author{42}})
	default:
		http.Error(w, fmt.Sprintf("{%q: %q}", r.Method, r.URL.Path), http.StatusNotFound)
	}
}

// The jobs of a merge request, run for real. The job test runs the tests of a few packages: all of them ran before, or run right now.
func TestPipeline_ChecksTestsAndReviewsAMergeRequest(t *testing.T) {
	r := newRunner(t)
	gitlab := &notes{}
	server := httptest.NewServer(gitlab)
	t.Cleanup(server.Close)
	base := git(t, r.clone, "rev-parse", "HEAD")
	// The merge request: nginx gets less of a CPU.
	file := filepath.Join(r.clone, "stacks", "ingress.go")
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	changed := strings.Replace(string(raw), "ingressMilliCPU = 250", "ingressMilliCPU = 200", 1)
	require.NotEqual(t, string(raw), changed)
	require.NoError(t, os.WriteFile(file, []byte(changed), 0o644))
	git(t, r.clone, "-c", "user.name=tester", "-c", "user.email=tester@example.org", "commit", "--quiet", "--all", "--message", "ingress: less CPU")

	variables := map[string]string{
		"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
		"CI_API_V4_URL": server.URL, "CI_PROJECT_ID": "1", "GITLAB_TOKEN": token,
		"AWS_SECRET_ACCESS_KEY": "canary-key-of-aws", "PACKAGES": "./internal/images ./stacks/config ./review/drift",
		// Compiled before: an empty cache has a job of its own.
		"GOCACHE": goEnv(t, "GOCACHE"), "GOMODCACHE": goEnv(t, "GOMODCACHE"),
	}
	shell := []string{"--force-shell-executor", "--shell-isolation", "--concurrency", "1"}
	out, ok := r.run(variables, append(shell, "build", "check", "test", "preview:testnet", "preview:mainnet", "review")...)
	require.True(t, ok, out)
	require.NotContains(t, out, token)
	require.Equal(t, 1, gitlab.creates, out)
	again, ok := r.run(variables, append(shell, "review")...)
	require.True(t, ok, again)
	require.Equal(t, 1, gitlab.creates, "one comment")
	require.Equal(t, 1, gitlab.updates, "written anew")
	require.Len(t, gitlab.bodies, 1)
	require.Contains(t, gitlab.bodies[0], "## Preview of `testnet`")
	require.Contains(t, gitlab.bodies[0], "## Preview of `mainnet`")
	require.Regexp(t, `to update`, gitlab.bodies[0], "it shows what changes, and not that everything is new")
	require.NotContains(t, gitlab.bodies[0], "to create", "nothing is new")

	// The tool writes Og for the colon in a job's name.
	artifacts := filepath.Join(r.clone, ".gitlab-ci-local", "artifacts")
	for _, stack := range []string{"testnet", "mainnet"} {
		var issues []struct {
			Fingerprint string `json:"fingerprint"`
		}
		folder := filepath.Join(artifacts, "previewOg"+stack, "reports", stack)
		read(t, json.Unmarshal, filepath.Join(folder, "codequality.json"), &issues)
		require.NotEmpty(t, issues)
		var suites struct {
			Tests int `xml:"tests,attr"`
		}
		read(t, xml.Unmarshal, filepath.Join(folder, "junit.xml"), &suites)
		require.Greater(t, suites.Tests, 150)
		for _, name := range []string{"comment.md", "report.html"} {
			require.FileExists(t, filepath.Join(folder, name))
		}
	}
	var tests struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
	}
	read(t, xml.Unmarshal, filepath.Join(artifacts, "test", "artifacts", "tests.xml"), &tests)
	require.Greater(t, tests.Tests, 50)
	require.Zero(t, tests.Failures)
	for _, program := range []string{"satkube", "sandbox", "pulumi-analyzer-satkube", "review"} {
		require.FileExists(t, filepath.Join(artifacts, "build", "bin", program))
	}
	require.NoError(t, filepath.WalkDir(artifacts, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		require.NotContains(t, string(raw[:min(len(raw), 4<<20)]), "canary-", path)
		return err
	}))
}

func read(t *testing.T, unmarshal func([]byte, any) error, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, unmarshal(raw, into), path)
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}
