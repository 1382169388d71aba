package promql

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMetrics_AreNamesAndNoFunctionsLabelsOrTexts(t *testing.T) {
	for expr, want := range map[string][]string{
		`up{job="lnd"} == 0`: {"up"},
		`sum by (pod, node) (rate(a_total{x="b_total"}[5m])) > 1`: {"a_total"},
		`a - on (node) group_left (pod) b offset 1h`:              {"a", "b"},
		`absent(up{job="x"}) or max(c) unless bool_d`:             {"up", "c", "bool_d"},
		`label_replace(a, "dst", "$1", "src", "(.*)")`:            {"a"},
	} {
		require.Equal(t, want, Metrics(expr), expr)
	}
}

func TestEmitted_RefusesAListWithoutASource(t *testing.T) {
	dir := t.TempDir()
	_, err := Emitted(dir)
	require.ErrorContains(t, err, "no list of metrics")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte("# Source: a\na_total\n"), 0o600))
	known, err := Emitted(dir)
	require.NoError(t, err)
	require.Equal(t, map[string]bool{"a_total": true}, known)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.txt"), []byte("b_total\n"), 0o600))
	_, err = Emitted(dir)
	require.ErrorContains(t, err, "b.txt: source is missing")
}
