package cost

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

const (
	// millionths are in a dollar.
	millionths = 1_000_000
	// mostUnits is the largest quantity that a line may have. Ten thousand nodes run 7,300,000 hours a month, so more is a mistake; and
	// tens of thousands of lines of that quantity still add up without overflow.
	mostUnits = 100_000_000
)

// Times is what a quantity costs, rounded half up to the millionth of a dollar. A quantity is finite, not negative, and at most
// 100,000,000 units.
func (p Price) Times(quantity float64) (Money, error) {
	if math.IsNaN(quantity) || quantity < 0 || quantity > mostUnits {
		return 0, fmt.Errorf("price %s: quantity is %g, want 0 to %d", p.Key, quantity, mostUnits)
	}
	// A float is a sum of powers of two, so the product is exact before it is rounded.
	product := new(big.Rat).SetFloat64(quantity)
	product.Mul(product, new(big.Rat).SetInt64(int64(p.Amount)))
	product.Add(product, big.NewRat(1, 2))
	floor := new(big.Int).Div(product.Num(), product.Denom())
	if !floor.IsInt64() {
		return 0, fmt.Errorf("price %s: %g times its amount does not fit, want less", p.Key, quantity)
	}
	return Money(floor.Int64()), nil
}

// String is the amount in dollars and cents, such as "$1,234.56". Half a cent counts as one.
func (m Money) String() string {
	if m < 0 {
		return "-" + dollars(m)
	}
	return dollars(m)
}

// Signed is the amount with its sign, for changes: "+$12.00", "-$3.50". Nothing has no sign.
func (m Money) Signed() string {
	if m > 0 {
		return "+" + dollars(m)
	}
	return m.String()
}

// dollars is the amount without its sign.
func dollars(m Money) string {
	// The smallest amount has no positive twin among signed numbers.
	size := uint64(m)
	if m < 0 {
		size = -size
	}
	const perCent = millionths / 100
	cents := size / perCent
	if size%perCent >= perCent/2 {
		cents++
	}
	return "$" + grouped(cents/100) + fmt.Sprintf(".%02d", cents%100)
}

// Exact is the amount with all its digits, cents at least, as prices are told: "$0.0816".
func (m Money) Exact() string {
	if m < 0 {
		return "-" + (-m).Exact()
	}
	fraction := strings.TrimRight(fmt.Sprintf("%06d", m%millionths), "0")
	return "$" + grouped(uint64(m/millionths)) + "." + fraction + strings.Repeat("0", max(0, 2-len(fraction)))
}

func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
