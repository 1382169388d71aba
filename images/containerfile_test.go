package images_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/images/table"
	"gitlab.com/thinkmassive/satkube/internal/images"
)

func readTable(t *testing.T) table.Table {
	t.Helper()
	read, err := table.Read("images.yaml")
	require.NoError(t, err)
	return read
}

// every runs a test for each image of the table, with its Containerfile.
func every(t *testing.T, test func(t *testing.T, image table.Image, file containerfile)) {
	for _, image := range readTable(t).Images {
		t.Run(image.Name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(image.Name, "Containerfile"))
			require.NoError(t, err)
			file, err := parseContainerfile(string(raw))
			require.NoError(t, err)
			test(t, image, file)
		})
	}
}

func TestContainerfiles_KeepTheRules(t *testing.T) {
	every(t, func(t *testing.T, image table.Image, file containerfile) {
		require.Empty(t, file.mistakes(image))
	})
}

func TestContainerfiles_SayWhatTheTableSays(t *testing.T) {
	every(t, func(t *testing.T, image table.Image, file containerfile) {
		labels := file.final().labels()
		require.Equal(t, image.Name, labels["org.opencontainers.image.title"])
		require.Equal(t, image.Source, labels["org.opencontainers.image.source"])
		require.Equal(t, image.Version, labels["org.opencontainers.image.version"])
		if image.Commit != "" {
			require.Equal(t, image.Commit, labels["org.opencontainers.image.revision"])
			require.Contains(t, file.text, "ADD --checksum="+image.Commit+" "+image.Source+".git#")
			if !strings.HasPrefix(image.Version, "v") {
				require.Equal(t, image.Commit[:12], image.Version)
			}
			return
		}
		// What the signatures were checked for is what is built.
		require.Len(t, image.Release.Files, len(image.Platforms))
		for _, published := range image.Release.Files {
			require.Contains(t, file.text, "ADD --checksum=sha256:"+published.SHA256+" "+image.Release.URL+"/"+published.Name+" ")
		}
	})
}

func TestContainerfiles_HaveNoSecondCopyOfAnotherRelease(t *testing.T) {
	every(t, func(t *testing.T, image table.Image, file containerfile) {
		if image.Release == nil {
			return
		}
		require.Equal(t, len(image.Release.Files), strings.Count(file.text, "\nADD "))
	})
}

// A constant is read from the source, for it is the component's own affair; what counts is that both say the same number.
func TestUsers_AreThoseOfTheComponentsThatRunTheImages(t *testing.T) {
	seen := map[int]string{}
	for _, image := range readTable(t).Images {
		require.Empty(t, seen[image.User.ID], "%s has the user of another image", image.Name)
		seen[image.User.ID] = image.Name
		if image.User.File == "" {
			continue
		}
		require.Equal(t, image.User.ID, constant(t, filepath.Join("..", filepath.FromSlash(image.User.File)), image.User.Constant), image.Name)
	}
}

func constant(t *testing.T, path, name string) int {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	require.NoError(t, err)
	found := -1
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || spec.Names[0].Name != name || len(spec.Values) != 1 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.INT {
			found, err = strconv.Atoi(literal.Value)
			require.NoError(t, err)
		}
		return true
	})
	require.NotEqual(t, -1, found, "%s has no constant %s", path, name)
	return found
}

// An image without a digest is one that the pipeline has to bring one for.
func TestLockFile_LacksNoDigestThatThePipelineDoesNotBring(t *testing.T) {
	lock, err := images.Load()
	require.NoError(t, err)
	known := readTable(t)
	built := map[string]bool{}
	for _, image := range known.Images {
		built[image.Name] = true
		require.Contains(t, lock, images.Name(image.Name), "a built image has no entry to bring its digest to")
	}
	for name, image := range lock {
		if image.Digest == "" {
			require.True(t, built[string(name)] || known.IsResolved(string(name)), "%s has no digest and nobody brings one", name)
		}
	}
	for _, name := range known.Resolved {
		require.Contains(t, lock, images.Name(name))
	}
}

func TestFolders_HaveOneContainerfileForEachImage(t *testing.T) {
	found, err := filepath.Glob("*/Containerfile")
	require.NoError(t, err)
	var want []string
	for _, image := range readTable(t).Images {
		want = append(want, filepath.Join(image.Name, "Containerfile"))
	}
	require.ElementsMatch(t, want, found)
}

var hashed = regexp.MustCompile(`^[a-z0-9-]+==[^ ]+( --hash=sha256:[0-9a-f]{64})+$`)

func TestRequirements_HaveAHashForEveryPackage(t *testing.T) {
	found, err := filepath.Glob("*/*requirements.txt")
	require.NoError(t, err)
	require.NotEmpty(t, found)
	for _, path := range found {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, line := range strings.Split(strings.ReplaceAll(strings.TrimSpace(string(raw)), " \\\n    ", " "), "\n") {
			if line != "" && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				require.Regexp(t, hashed, line, path)
			}
		}
	}
}

// An image is blocked as long as its Containerfile copies a file that is not there, and not a day longer.
func TestBlocked_IsWhatLacksAFile(t *testing.T) {
	every(t, func(t *testing.T, image table.Image, file containerfile) {
		missing := false
		for _, stage := range file.stages {
			for _, i := range stage.instructions {
				if i.name != "COPY" || i.flags["from"] != "" {
					continue
				}
				for _, source := range i.args[:len(i.args)-1] {
					if _, err := os.Stat(filepath.Join(image.Name, source)); err != nil {
						missing = true
					}
				}
			}
		}
		require.Equal(t, missing, image.Blocked != "", "blocked: %q", image.Blocked)
	})
}

func isExecForm(raw string) bool {
	var parts []string
	return json.Unmarshal([]byte(raw), &parts) == nil && len(parts) > 0
}
