package pack

import (
	"slices"
	"strings"
)

// SomeLine tells whether a line of a text has one of the words, whatever their case, and is as asked. The words are in lower case, and
// are there because looking for a word takes a hundredth of the time of an expression: most lines of most files have none.
func SomeLine(text string, words []string, is func(line string) bool) bool {
	has := func(text string) bool {
		lower := strings.ToLower(text)
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(lower, word) })
	}
	if !has(text) {
		return false
	}
	for line := range strings.Lines(text) {
		if has(line) && is(line) {
			return true
		}
	}
	return false
}
