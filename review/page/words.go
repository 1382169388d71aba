package page

import (
	"net/url"
	"strconv"
	"strings"
)

// minus is the sign for less, as wide as a plus.
const minus = "\u2212"

// quantity is an amount of units with three decimals at most.
func quantity(q float64) string {
	text := strconv.FormatFloat(q, 'f', 3, 64)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	whole, part, found := strings.Cut(text, ".")
	if !found {
		return thousands(whole)
	}
	return thousands(whole) + "." + part
}

func thousands(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		if digits[i-1] < '0' || digits[i-1] > '9' {
			break
		}
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// count is a number with its noun, such as 1 rule and 2 rules.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return thousands(strconv.Itoa(n)) + " " + noun
}

// link is the address when a browser may be sent there, empty when not: only http and https.
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return address
}
