package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/images/table"
	"gitlab.com/thinkmassive/satkube/internal/golden"
)

func built() Built {
	return Built{Name: "tool", Reference: "registry.example.com:5050/satkube/tool:1.2", Digest: "sha256:" + strings.Repeat("a", 64)}
}

// What reviewers of the pipeline read: every command with every argument.
func TestCommands(t *testing.T) {
	image := table.Image{Name: "tool", Platforms: []string{"linux/amd64", "linux/arm64"}}
	var out strings.Builder
	for _, command := range []Command{
		Build("images", image, built().Reference, "artifacts/images/tool.metadata.json"),
		Scan(built(), "linux/arm64"),
		SBOM(built(), "linux/arm64", "tool.linux-arm64.spdx.json"),
		Sign(built()),
		Attest(built(), "tool.linux-arm64.spdx.json"),
		Verify(built(), "https://gitlab.example.com/satkube//.gitlab-ci.yml@refs/heads/main", "https://gitlab.example.com"),
		Digest("docker.io/other/upstream:1"),
	} {
		out.WriteString(strings.ReplaceAll(strings.Join(command, " "), " --", " \\\n  --") + "\n\n")
	}
	golden.Equal(t, "commands.txt", out.String())
}

func TestCommands_NameTheImageByItsDigestAfterTheBuild(t *testing.T) {
	for name, command := range map[string]Command{
		"scan": Scan(built(), "p"), "sbom": SBOM(built(), "p", "f"), "sign": Sign(built()), "attest": Attest(built(), "f"), "verify": Verify(built(), "i", "o"),
	} {
		line := strings.Join(command, " ")
		require.Contains(t, line, "registry.example.com:5050/satkube/tool@sha256:"+strings.Repeat("a", 64), name)
		require.NotContains(t, line, ":1.2", name)
	}
}

func TestRun_TellsWhichProgramFailed(t *testing.T) {
	require.NoError(t, Command{"true"}.Run(context.Background(), nil, nil, nil))
	require.EqualError(t, Command{"false"}.Run(context.Background(), nil, nil, nil), "false: exit status 1")
	require.ErrorContains(t, Command{"no-such-program"}.Run(context.Background(), nil, nil, nil), "no-such-program: exec:")
}

func TestMetadata_RefusesWhatIsNoDigest(t *testing.T) {
	for name, c := range map[string]struct{ raw, want string }{
		"none":     {`{}`, `containerimage.digest is ""`},
		"short":    {`{"containerimage.digest":"sha256:12"}`, "want sha256: and 64 hex digits"},
		"not JSON": {`-`, "invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "metadata.json")
			require.NoError(t, os.WriteFile(path, []byte(c.raw), 0o600))
			_, err := Metadata(path)
			require.ErrorContains(t, err, c.want)
		})
	}
	path := filepath.Join(t.TempDir(), "metadata.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"containerimage.digest":"`+built().Digest+`","other":1}`), 0o600))
	digest, err := Metadata(path)
	require.NoError(t, err)
	require.Equal(t, built().Digest, digest)
}

func TestLoad_GivesBackWhatWasSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "images", "tool.json")
	signed := built()
	signed.Identity = "me"
	require.NoError(t, signed.Save(path))
	loaded, err := Load(path)
	require.NoError(t, err)
	require.Equal(t, signed, loaded)

	require.NoError(t, Built{Name: "tool", Reference: "r:1", Digest: "sha256:12"}.Save(path))
	_, err = Load(path)
	require.ErrorContains(t, err, "run build before")
}

func TestLogin_IsReadableToItsOwnerAloneAndTakenAway(t *testing.T) {
	environment, remove, err := Login{Registry: "registry.example.com", User: "job", Password: `p"w`}.Write()
	require.NoError(t, err)
	folder := strings.TrimPrefix(environment[0], "DOCKER_CONFIG=")
	path := filepath.Join(folder, "config.json")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var config struct {
		Auths map[string]struct{ Auth string }
	}
	require.NoError(t, json.Unmarshal(raw, &config))
	// base64 of job:p"w
	require.Equal(t, "am9iOnAidw==", config.Auths["registry.example.com"].Auth)

	var out bytes.Buffer
	require.NoError(t, Command{"sh", "-c", "echo $DOCKER_CONFIG"}.Run(context.Background(), environment, &out, nil))
	require.Equal(t, folder+"\n", out.String())
	require.NoError(t, remove())
	require.NoDirExists(t, folder)
}

func TestLogin_RefusesHalfAnAccount(t *testing.T) {
	_, _, err := Login{Registry: "registry.example.com", Password: "secret"}.Write()
	require.EqualError(t, err, "registry login is incomplete, want CI_REGISTRY, CI_REGISTRY_USER and CI_REGISTRY_PASSWORD")
}
