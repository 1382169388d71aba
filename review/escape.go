package review

import (
	"strings"
	"unicode"
)

// longestText bounds one text of the log in a comment, in characters.
const longestText = 1000

// code shows a text of the log as it is. Inside a code span GitLab neither mentions people nor follows references, and reads no quick
// action, no HTML and no emphasis; so all that a hostile name could do is to end the span or the table's cell. The few characters that can
// are shown as others that look like them.
func code(text string) string {
	shown := strings.Map(func(r rune) rune {
		switch {
		case r == '`':
			return 'ˋ'
		case r == '|':
			return '¦'
		case r == '\\':
			// It would take the meaning from the cell's own border.
			return '⧵'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			// Control characters, and those that turn the direction of writing.
			return '�'
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	shown = strings.TrimSpace(clip(shown))
	if shown == "" {
		return "(none)"
	}
	return "`" + shown + "`"
}

func clip(text string) string {
	runes := []rune(text)
	if len(runes) <= longestText {
		return text
	}
	return string(runes[:longestText]) + "…"
}

// codes shows each text, and how many there are beyond the most that fit.
func codes(texts []string, most int) string {
	var shown []string
	for _, text := range texts[:min(most, len(texts))] {
		shown = append(shown, code(text))
	}
	if more := len(texts) - most; more > 0 {
		shown = append(shown, "and "+number(more)+" more")
	}
	return strings.Join(shown, ", ")
}

// codeLines shows a text of several lines, a span each.
func codeLines(text string) string {
	var shown []string
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			shown = append(shown, code(line))
		}
	}
	if len(shown) == 0 {
		return "(none)"
	}
	return strings.Join(shown, "<br>")
}

// prose shows a sentence that stands in this repository, with nothing in it that Markdown or GitLab reads otherwise.
func prose(text string) string {
	// GitLab looks for people, issues, labels and the like in the finished page, where an escaped character is itself again. Only code
	// is spared, so a sentence that may name one is code.
	if strings.ContainsAny(text, "@#!~%$&^`\\") || strings.Contains(text, "://") {
		return codeLines(text)
	}
	return strings.NewReplacer(
		"\n", " ", "|", "&#124;", "<", "&lt;", ">", "&gt;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;",
	).Replace(strings.TrimSpace(clip(text)))
}
