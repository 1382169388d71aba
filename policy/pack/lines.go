package pack

import (
	"slices"
	"strings"
)

// SomeLine tells whether a line of a text has one of the words, whatever their case, and is as asked. The words are in lower case, and
// are there because looking for a word takes a hundredth of the time of an expression: most lines of most files have none.
func SomeLine(text string, words []string, is func(line string) bool) bool {
	has := func(lower string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(lower, word) })
	}
	lower := strings.ToLower(text)
	if !has(lower) {
		return false
	}
	// The case of a letter changes no line's end, so both texts have the same lines.
	for line := range strings.Lines(text) {
		var lowerLine string
		lowerLine, lower, _ = strings.Cut(lower, "\n")
		if has(lowerLine) && is(line) {
			return true
		}
	}
	return false
}
