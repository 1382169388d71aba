// Package promql tells which metrics an expression asks for, so that tests can hold them against what exporters emit. Whether an
// expression is valid is for Prometheus' own parser to say.
package promql

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	quoted   = regexp.MustCompile(`"[^"]*"`)
	braces   = regexp.MustCompile(`\{[^}]*\}|\[[^\]]*\]`)
	offset   = regexp.MustCompile(`\boffset\s+-?[0-9a-z]+`)
	grouping = regexp.MustCompile(`\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`)
	// word is a name and, where it is a function or an aggregation, the parenthesis behind it.
	word = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`)
)

// Metrics returns the names of the metrics in an expression.
func Metrics(expr string) []string {
	for _, part := range []*regexp.Regexp{quoted, braces, offset, grouping} {
		expr = part.ReplaceAllString(expr, " ")
	}
	var metrics []string
	for _, found := range word.FindAllString(expr, -1) {
		name := strings.TrimSpace(found)
		if !strings.HasSuffix(name, "(") && !slices.Contains([]string{"and", "or", "unless", "bool"}, name) {
			metrics = append(metrics, name)
		}
	}
	return metrics
}

// Emitted reads the lists of what exporters emit: one file for each, with a name a line, and a comment that says where they are from.
func Emitted(folder string) (map[string]bool, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("%s: there is no list of metrics", folder)
	}
	known := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if !strings.Contains(string(raw), "# Source: ") {
			return nil, fmt.Errorf("%s: source is missing, want a comment that says where the names are from", file)
		}
		for line := range strings.Lines(string(raw)) {
			if name := strings.TrimSpace(line); name != "" && !strings.HasPrefix(name, "#") {
				known[name] = true
			}
		}
	}
	return known, nil
}
