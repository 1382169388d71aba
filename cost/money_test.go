package cost

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMoney_IsToldToTheCent(t *testing.T) {
	for want, amount := range map[string]Money{
		"$0.00": 0, "$0.01": 10_000, "$1,234.56": 1_234_560_000, "$999.99": 999_990_000, "$1,000.00": 1_000_000_000, "$1,234,567.00": 1_234_567_000_000,
		"-$3.50": -3_500_000, "-$0.01": -5_000, "-$9,223,372,036,854.78": math.MinInt64,
	} {
		require.Equal(t, want, amount.String())
	}
	// Half a cent counts as one, less does not.
	require.Equal(t, "$0.01", Money(5_000).String())
	require.Equal(t, "$0.00", Money(4_999).String())
	require.Equal(t, "$1.00", Money(999_999).String())
	require.Equal(t, "$119.14", Money(119_136_000).String())
}

func TestMoney_ShowsTheSignOfAChange(t *testing.T) {
	require.Equal(t, []string{"+$12.00", "-$12.00", "$0.00"}, []string{Money(12_000_000).Signed(), Money(-12_000_000).Signed(), Money(0).Signed()})
}

func TestMoney_TellsAPriceWithAllItsDigits(t *testing.T) {
	for want, amount := range map[string]Money{
		"$0.0816": 81_600, "$0.10": 100_000, "$1.00": 1_000_000, "$0.000001": 1, "$1,000.025": 1_000_025_000, "-$0.005": -5_000, "$0.00": 0,
	} {
		require.Equal(t, want, amount.Exact())
	}
}

func TestTimes_RoundsHalfUpToTheMillionth(t *testing.T) {
	for name, c := range map[string]struct {
		amount   Money
		quantity float64
		want     Money
	}{
		"whole":             {81_600, 730, 59_568_000},
		"half goes up":      {1, 0.5, 1},
		"less goes down":    {1, 0.49, 0},
		"more goes up":      {3, 0.25, 1},
		"two and a half":    {5, 0.5, 3},
		"nothing":           {81_600, 0, 0},
		"the most":          {1_000_000, 100_000_000, 100_000_000_000_000},
		"a sum that floats": {1_000_000, 0.1 + 0.2, 300_000},
	} {
		got, err := Price{Key: "a", Amount: c.amount}.Times(c.quantity)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

func TestTimes_RefusesWhatIsNoQuantity(t *testing.T) {
	for _, quantity := range []float64{-1, math.NaN(), math.Inf(1), math.Inf(-1), 100_000_001, math.MaxFloat64} {
		_, err := Price{Key: "nat/hour", Amount: 45_000}.Times(quantity)
		require.ErrorContains(t, err, "price nat/hour: quantity is ")
		require.ErrorContains(t, err, ", want 0 to 100000000")
	}
	_, err := Price{Key: "gold", Amount: math.MaxInt64}.Times(2)
	require.ErrorContains(t, err, "price gold: 2 times its amount does not fit, want less")
}
