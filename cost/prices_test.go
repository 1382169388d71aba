package cost

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPrices_HaveTheirEvidence(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Prices() {
		require.Regexp(t, `^[a-z0-9]+/[a-z0-9.-]+$`, p.Key)
		require.Contains(t, []string{"us-east-1", "us-east-2"}, p.Region, p.Key)
		require.Positive(t, p.Amount, p.Key)
		require.Contains(t, []string{"hour", "GB-month", "GB", "key-month", "LCU-hour", "NLCU-hour"}, p.Unit, p.Key)
		require.Regexp(t, regexp.MustCompile(`^https://[a-z0-9.-]+\.[a-z]+/[^ ]+$`), p.Source, p.Key)
		day, err := time.Parse(time.DateOnly, p.Date)
		require.NoError(t, err, p.Key)
		require.True(t, day.After(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)), "%s is of %s", p.Key, p.Date)
		require.False(t, seen[p.Region+" "+p.Key], "%s of %s is in the table twice", p.Key, p.Region)
		seen[p.Region+" "+p.Key] = true
	}
}

// A slip of a digit is seen against the sibling: twice the machine is twice the price, and the units of a key are the same everywhere.
func TestPrices_AreConsistent(t *testing.T) {
	units := map[string]string{}
	for _, p := range Prices() {
		if unit, known := units[p.Key]; known {
			require.Equal(t, unit, p.Unit, p.Key)
		}
		units[p.Key] = p.Unit
	}
	for region, prices := range table() {
		for _, family := range []string{"m6g", "m7g", "r6g", "r7g"} {
			large, twice := prices["ec2/"+family+".large"], prices["ec2/"+family+".xlarge"]
			require.Equal(t, 2*large.Amount, twice.Amount, "%s of %s", family, region)
		}
	}
}

// Nobody who holds a table may change another's.
func TestPrices_AreMadeAnew(t *testing.T) {
	first := Prices()
	clear(first)
	require.False(t, slices.ContainsFunc(Prices(), func(p Price) bool { return p.Key == "" }))
}
