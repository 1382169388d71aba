package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/images/engine"
)

const (
	password = "the-registry's-password"
	token    = "the-token"
	digest   = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	sources  = `images:
  - name: tool
    version: "1.2"
    source: https://git.example.com/tool
    commit: 0123456789abcdef0123456789abcdef01234567
    platforms: [linux/amd64, linux/arm64]
    user: {id: 10150}
resolved: [upstream]
`
	lock = `[
  {
    "name": "tool",
    "reference": "docker.io/other/tool:1",
    "digest": "",
    "evidence": "none"
  },
  {
    "name": "upstream",
    "reference": "docker.io/other/upstream:1",
    "digest": "",
    "evidence": "none"
  }
]
`
)

// tool stands in for buildctl, trivy, syft and cosign: it writes down how it was called, whether it had the registry's account, and what
// a later step needs. FAIL names the one that fails.
const tool = `#!/bin/sh
name=$(basename "$0")
echo "$name $*" >>"$LOG"
grep -q auths "$DOCKER_CONFIG/config.json" || exit 3
case "$*" in *"$FAIL"*) [ -n "$FAIL" ] && exit 1 ;; esac
while [ $# -gt 0 ]; do
  case "$1" in
  --metadata-file) echo '{"containerimage.digest":"'"$DIGEST"'"}' >"$2" ;;
  spdx-json=*) echo '{}' >"${1#spdx-json=}" ;;
  esac
  shift
done
`

// bench is a working folder with the tools' stand-ins on the path.
type bench struct {
	folder, work, log string
	environment       map[string]string
	out, err          bytes.Buffer
}

func newBench(t *testing.T, table string) *bench {
	t.Helper()
	b := &bench{folder: t.TempDir(), work: filepath.Join(t.TempDir(), "work"), environment: map[string]string{
		"CI_REGISTRY": "registry.example.com", "CI_REGISTRY_USER": "job", "CI_REGISTRY_PASSWORD": password, "CI_REGISTRY_IMAGE": "registry.example.com/satkube",
		"SIGSTORE_ID_TOKEN": "identity-token", "CI_SERVER_URL": "https://gitlab.example.com", "CI_PROJECT_URL": "https://gitlab.example.com/g/satkube",
		"CI_CONFIG_PATH": ".gitlab-ci.yml", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main", "CI_PROJECT_ID": "42",
		"CI_PIPELINE_URL": "https://gitlab.example.com/g/satkube/-/pipelines/7", tokenVariable: token,
	}}
	require.NoError(t, os.WriteFile(filepath.Join(b.folder, "images.yaml"), []byte(table), 0o600))
	bin := t.TempDir()
	for _, name := range []string{"buildctl-daemonless.sh", "trivy", "syft", "cosign"} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte(tool), 0o700))
	}
	crane := "#!/bin/sh\necho \"crane $*\" >>\"$LOG\"\necho \"$DIGEST\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "crane"), []byte(crane), 0o700))
	b.log = filepath.Join(bin, "log")
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("LOG", b.log)
	t.Setenv("DIGEST", digest)
	t.Setenv("FAIL", "")
	return b
}

func (b *bench) run(args ...string) error {
	getenv := func(name string) string { return b.environment[name] }
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return run(context.Background(), append(args, "-images", b.folder, "-work", b.work), getenv, now, &b.out, &b.err)
}

func (b *bench) called(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(b.log)
	if os.IsNotExist(err) {
		return ""
	}
	require.NoError(t, err)
	return string(raw)
}

// gitlab answers what an image's first proposal asks, and keeps the commit that it is sent.
func (b *bench) gitlab(t *testing.T) *strings.Builder {
	t.Helper()
	sent := &strings.Builder{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/raw"):
			io.WriteString(w, lock)
		case r.Method == http.MethodGet:
			io.WriteString(w, "[]")
		default:
			io.Copy(sent, r.Body)
			io.WriteString(w, `{"iid":1,"web_url":"https://gitlab.example.com/-/merge_requests/1"}`)
		}
	}))
	t.Cleanup(server.Close)
	b.environment["CI_API_V4_URL"] = server.URL + "/api/v4"
	return sent
}

func TestRun_TakesAnImageFromTheBuildToTheMergeRequest(t *testing.T) {
	b := newBench(t, sources)
	sent := b.gitlab(t)
	for _, step := range []string{"build", "scan", "sbom", "sign", "propose"} {
		require.NoError(t, b.run(step, "-image", "tool"), "%s: %s", step, b.err.String())
	}
	called := b.called(t)
	require.Equal(t, 9, strings.Count(called, "\n"), called)
	require.Less(t, strings.Index(called, "cosign sign"), strings.Index(called, "cosign verify"))
	const identity = "https://gitlab.example.com/g/satkube//.gitlab-ci.yml@refs/heads/main"
	require.Contains(t, called, "cosign verify --certificate-identity "+identity+
		" --certificate-oidc-issuer https://gitlab.example.com registry.example.com/satkube/tool@"+digest)
	require.Contains(t, called, "tool.linux-arm64.spdx.json")

	require.Contains(t, sent.String(), `\"reference\": \"registry.example.com/satkube/tool:1.2\"`)
	require.Contains(t, sent.String(), digest)
	require.Contains(t, sent.String(), "built by https://gitlab.example.com/g/satkube/-/pipelines/7 on 2026-11-22, signed by "+identity)
	require.Contains(t, b.out.String(), "tool: opened https://gitlab.example.com/-/merge_requests/1")

	for _, secret := range []string{password, token, "identity-token"} {
		require.NotContains(t, called+sent.String()+b.out.String()+b.err.String(), secret)
	}
}

func TestRun_StopsWhereAToolFails(t *testing.T) {
	for step, earlier := range map[string][]string{
		"build": nil, "scan": {"build"}, "sbom": {"build"}, "sign": {"build", "sbom"},
	} {
		t.Run(step, func(t *testing.T) {
			b := newBench(t, sources)
			for _, before := range earlier {
				require.NoError(t, b.run(before, "-image", "tool"))
			}
			t.Setenv("FAIL", map[string]string{"build": "build", "scan": "arm64", "sbom": "arm64", "sign": "verify"}[step])
			require.ErrorContains(t, b.run(step, "-image", "tool"), "exit status 1")
			if step == "sign" {
				built, err := engine.Load(filepath.Join(b.work, "tool.json"))
				require.NoError(t, err)
				require.Empty(t, built.Identity, "an identity that was not verified is no evidence")
			}
		})
	}
}

func TestRun_RefusesAStepBeforeItsTurn(t *testing.T) {
	b := newBench(t, sources)
	b.gitlab(t)
	for _, step := range []string{"scan", "sbom", "sign", "propose"} {
		require.ErrorContains(t, b.run(step, "-image", "tool"), "no such file", step)
	}
	require.NoError(t, b.run("build", "-image", "tool"))
	require.ErrorContains(t, b.run("sign", "-image", "tool"), "sbom is missing, run sbom before")
	require.ErrorContains(t, b.run("propose", "-image", "tool"), "identity is empty, want a signed image: run sign before")
	require.NotContains(t, b.called(t), "cosign")
}

func TestRun_RefusesADigestThatIsNone(t *testing.T) {
	b := newBench(t, sources)
	t.Setenv("DIGEST", "sha256:12")
	require.ErrorContains(t, b.run("build", "-image", "tool"), `containerimage.digest is "sha256:12"`)
	require.NoFileExists(t, filepath.Join(b.work, "tool.json"))
}

func TestPropose_TakesTheDigestThatTheRegistryGivesForAnUpstreamImage(t *testing.T) {
	b := newBench(t, sources)
	sent := b.gitlab(t)
	require.NoError(t, b.run("propose", "-image", "upstream"))
	require.Equal(t, "crane digest docker.io/other/upstream:1\n", b.called(t))
	require.Contains(t, sent.String(), `\"reference\": \"docker.io/other/upstream:1\"`)
	require.Contains(t, sent.String(), digest)
	require.Contains(t, sent.String(), "the registry's answer to https://gitlab.example.com/g/satkube/-/pipelines/7 on 2026-11-22")
}

func TestPropose_SendsNothingThatIsNoDigestOrNoImage(t *testing.T) {
	b := newBench(t, sources)
	sent := b.gitlab(t)
	t.Setenv("DIGEST", "sha256:12")
	require.ErrorContains(t, b.run("propose", "-image", "upstream"), "want sha256: and 64 hex digits")
	require.ErrorContains(t, b.run("propose", "-image", "nobody"), `image is "nobody", want one of tool`)
	require.Empty(t, sent.String())
}

func TestRun_SaysWhatIsMissing(t *testing.T) {
	b := newBench(t, sources)
	require.ErrorContains(t, run(context.Background(), nil, os.Getenv, time.Now(), io.Discard, io.Discard), "step is missing")
	require.ErrorContains(t, b.run("bake", "-image", "tool"), `step is "bake"`)
	require.ErrorContains(t, b.run("build", "tool"), `argument is "tool`)
	require.ErrorContains(t, b.run("verify-release", "-image", "tool"), "it is built from source at a commit")
	delete(b.environment, "CI_REGISTRY_PASSWORD")
	require.ErrorContains(t, b.run("build", "-image", "tool"), "registry login is incomplete")
	delete(b.environment, tokenVariable)
	require.ErrorContains(t, b.run("propose", "-image", "tool"), tokenVariable+" is empty")
}
