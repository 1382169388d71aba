package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// compared is a comparison of one run each.
func compared(none, oneRule, ours, other float64) comparison {
	return comparison{
		nodes: 50, resources: 1879, rules: 175,
		none: packRuns{name: "no pack", wall: seconds(none)}, oneRule: packRuns{name: "onerule", wall: seconds(oneRule)},
		ours: packRuns{name: "satkube", wall: seconds(ours)}, other: packRuns{name: "policyx", wall: seconds(other)},
	}
}

func TestPacks_AreHeldAgainstOneRuleAndAgainstPolicyx(t *testing.T) {
	c := compared(2, 4, 4.2, 12)
	require.InDelta(t, 1.05, c.ratio(), 1e-9)
	share, told := c.share()
	require.True(t, told)
	require.InDelta(t, 0.22, share, 1e-9)
}

func TestPacks_SayNothingWherePolicyxAddsNoTime(t *testing.T) {
	_, told := compared(2, 2, 2, 2).share()
	require.False(t, told)
	wrong := printComparison(&bytes.Buffer{}, compared(2, 2, 2, 1.9))
	require.Len(t, wrong, 1)
	require.Contains(t, wrong[0], "policyx adds no time")
}

func TestPacks_NameEachLimitThatIsPassed(t *testing.T) {
	for name, test := range map[string]struct {
		runs  comparison
		wrong []string
	}{
		"none":           {compared(2, 4, 4.2, 12), nil},
		"at the limits":  {compared(0, 10, 11, 44), nil},
		"one rule":       {compared(2, 4, 4.5, 22), []string{"takes 1.125 times as long as with one rule, want at most 1.1"}},
		"policyx":        {compared(2, 4, 4.2, 8), []string{"adds 0.367 of the time that policyx adds, want at most 0.25"}},
		"both":           {compared(2, 4, 6, 8), []string{"takes 1.500 times", "adds 0.667 of the time"}},
		"faster than no": {compared(2, 2, 1.9, 3), nil},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := printComparison(&bytes.Buffer{}, test.runs)
			require.Len(t, wrong, len(test.wrong))
			for i, want := range test.wrong {
				require.Contains(t, wrong[i], want)
			}
		})
	}
}

func TestPacks_ArePrintedWithWhatEachAdds(t *testing.T) {
	var out bytes.Buffer
	printComparison(&out, compared(2, 4, 4.2, 12))
	require.Contains(t, out.String(), "pack     rules  preview                added     CPU seconds")
	require.Contains(t, out.String(), "satkube  175    4.20 s (4.20–4.20)     +2.20 s   0.00")
	require.Contains(t, out.String(), "kept: a preview with ours takes 1.050 times as long as with one rule, want at most 1.1")
}

func TestPacks_AreNotComparedWhenAnotherOneWasApplied(t *testing.T) {
	ours, none := packRuns{name: "satkube"}, packRuns{name: "no pack"}
	applied := run{output: "Policies:\n    ✅ satkube@v0.1.0 (local: x)\n"}
	require.NoError(t, ours.requireApplied(applied))
	require.ErrorContains(t, ours.requireApplied(run{}), "preview with satkube")
	require.NoError(t, none.requireApplied(run{}))
	require.ErrorContains(t, none.requireApplied(applied), "pack satkube")
	require.ErrorContains(t, packRuns{name: "onerule"}.requireApplied(applied), "preview with onerule")
}
