// Package golden compares what a test produced with a file that reviewers read. go test PACKAGE -update rewrites the files.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/pmezard/go-difflib/difflib"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Equal fails the test when got differs from testdata/name.
func Equal(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "there is no golden file yet: run the test with -update and read what it wrote")
	if string(want) == got {
		return
	}
	// The whole texts would bury the lines that matter.
	difference, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: difflib.SplitLines(string(want)), B: difflib.SplitLines(got), FromFile: path, ToFile: "this run", Context: 2,
	})
	require.NoError(t, err)
	t.Fatalf("%s differs: if that is wanted, run the test with -update and read the difference\n%s", path, difference)
}
