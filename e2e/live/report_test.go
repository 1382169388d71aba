package live

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWriteTable_GroupsWhatWasRecorded(t *testing.T) {
	c := &Cluster{Folder: t.TempDir()}
	c.Record(t, Drills, "kill", "passed")
	c.Record(t, Admitted, "testnet", "198 objects")
	c.Record(t, Drills, "drain", "not run")
	c.Record(t, Admitted, "mainnet", "229 objects")
	c.Record(t, Drills, "drain", "passed")
	var out strings.Builder
	require.NoError(t, WriteTable(&out, c.Folder))
	require.Equal(t, `objects admitted  testnet  198 objects
                  mainnet  229 objects
drills            kill     passed
                  drain    passed
`, out.String())
}

func TestWriteTable_SaysThatNothingWasRecorded(t *testing.T) {
	var out strings.Builder
	require.NoError(t, WriteTable(&out, t.TempDir()))
	require.Equal(t, "nothing was recorded\n", out.String())
}

func TestRecordDrill_TellsHowItEnded(t *testing.T) {
	c := &Cluster{Folder: t.TempDir()}
	t.Run("passes", func(t *testing.T) { c.RecordDrill(t, "one") })
	t.Run("skips", func(t *testing.T) {
		c.RecordDrill(t, "two")
		t.Skip("on purpose: what is skipped is not passed")
	})
	var out strings.Builder
	require.NoError(t, WriteTable(&out, c.Folder))
	require.Equal(t, "drills  one  passed\n        two  not run\n", out.String())
}

func TestConnect_SkipsWithoutACluster(t *testing.T) {
	t.Setenv(Variable, "")
	skipped := true
	t.Run("without", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		Connect(t)
	})
	require.True(t, skipped)
}
