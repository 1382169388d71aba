package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mistakes collects what is wrong with a document, at most one line for a path.
type mistakes struct {
	lines map[string]string
}

// add records that the value at path is not what is wanted.
func (m *mistakes) add(path string, value any, want string) {
	m.addText(path, short(value), want)
}

// missing records that nothing stands at path.
func (m *mistakes) missing(path, want string) {
	m.addText(path, "missing", want)
}

func (m *mistakes) addText(path, is, want string) {
	if !m.clean(path) {
		return
	}
	if m.lines == nil {
		m.lines = map[string]string{}
	}
	m.lines[path] = fmt.Sprintf("%s is %s, want %s", path, is, want)
}

// clean says that nothing is known to be wrong at any of the paths or above it. A rule about several values asks first,
// so that a mistake in one is not reported as a second one in another.
func (m *mistakes) clean(paths ...string) bool {
	for _, path := range paths {
		for at := range m.lines {
			if rest, below := strings.CutPrefix(path, at); below && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				return false
			}
		}
	}
	return true
}

// err joins the lines in the order of their paths, where nodes[2] precedes nodes[10].
func (m *mistakes) err() error {
	order := func(path string) string {
		return listIndex.ReplaceAllStringFunc(path, func(index string) string { return fmt.Sprintf("[%20s", index[1:]) })
	}
	var all []error
	for _, path := range slices.SortedFunc(maps.Keys(m.lines), func(a, b string) int { return strings.Compare(order(a), order(b)) }) {
		all = append(all, errors.New(m.lines[path]))
	}
	return errors.Join(all...)
}

// limit is the length of the longest value that a message shows, in characters.
const limit = 60

// short shows a value on one line and within the limit. Objects and lists are not spelled out: a misplaced one
// could hold anything.
func short(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		if len(value) == 0 {
			return "[]"
		}
		return "a list"
	case string:
		return shortQuoted(value)
	case json.Number:
		if len(value) > limit {
			return string(value[:limit-1]) + "…"
		}
		return string(value)
	}
	return fmt.Sprint(value)
}

// shortQuoted quotes a string, cutting the string and not its quotation: no escape is torn, and the closing quote shows
// that the cut is SatKube's.
func shortQuoted(text string) string {
	quoted := strconv.Quote(text)
	if utf8.RuneCountInString(quoted) <= limit {
		return quoted
	}
	for kept := []rune(text)[:min(limit, utf8.RuneCountInString(text))]; len(kept) > 0; kept = kept[:len(kept)-1] {
		quoted = strconv.Quote(string(kept) + "…")
		if utf8.RuneCountInString(quoted) <= limit {
			break
		}
	}
	return quoted
}

// oneLine keeps somebody else's error message from breaking the rule of one line for each mistake.
func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}
