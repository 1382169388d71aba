package drills

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// held says which test holds a drill.
func held() map[string]func(*testing.T, *stage) {
	return map[string]func(*testing.T, *stage){
		"bitcoind-killed":      bitcoindIsKilled,
		"node-drained":         nodeIsDrained,
		"lnd-deleted-by-force": lndIsDeletedByForce,
		"api-server-killed":    apiServerIsKilled,
		"up-killed":            upIsKilled,
		"bitcoind-changed":     bitcoindIsChanged,
		"stack-destroyed":      stackIsDestroyed,
	}
}

func TestDrills(t *testing.T) {
	c := live.Connect(t)
	var s *stage
	t.Run("prepare", func(t *testing.T) { s = prepare(t, c) })
	for _, d := range All() {
		t.Run(d.Name, func(t *testing.T) {
			c.RecordDrill(t, d.Name)
			require.NotNil(t, s, "the stack was not prepared")
			held()[d.Name](t, s)
		})
	}
}

func TestEveryDrillIsHeld(t *testing.T) {
	var names []string
	for _, d := range All() {
		names = append(names, d.Name)
	}
	slices.Sort(names)
	require.Equal(t, slices.Sorted(maps.Keys(held())), names)
}

// proved is the sentence with which a runbook names the drill that proves it.
var proved = regexp.MustCompile("(?m)^Proved by the drill `([a-z-]+)`")

func TestEveryDrillHasARunbookThatNamesIt_AndTheOtherWayRound(t *testing.T) {
	wanted := map[string]string{}
	for _, d := range All() {
		wanted[d.Runbook] = d.Name
	}
	require.Len(t, wanted, len(All()), "two drills have one runbook")
	files, err := filepath.Glob(filepath.Join("..", "..", "docs", "runbooks", "*.md"))
	require.NoError(t, err)
	named := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if found := proved.FindSubmatch(text); found != nil {
			named[filepath.Base(file)] = string(found[1])
		}
	}
	require.Equal(t, wanted, named, "a runbook says: Proved by the drill `NAME`")
}
