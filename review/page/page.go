// Package page renders a review as one HTML file that needs nothing else: no network, no script, no font.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"

	"gitlab.com/thinkmassive/satkube/review"
)

//go:embed *.html page.css
var files embed.FS

// Render writes the page. It is the same for the same review, byte by byte, and nothing is written when it fails.
func Render(w io.Writer, r review.Review) error {
	style, err := files.ReadFile("page.css")
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	parsed, err := template.New("page.html").Funcs(functions()).ParseFS(files, "*.html")
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	// The style sheet is ours and holds no data: the only thing here that html/template is told to trust.
	v := newView(r)
	v.Style, v.Policy = template.CSS(style), contentPolicy(style)
	var page bytes.Buffer
	if err := parsed.Execute(&page, v); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	if _, err := w.Write(legible(page.Bytes())); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// contentPolicy forbids everything but the one style sheet: no script could run even if a name got out of its place.
func contentPolicy(style []byte) string {
	sum := sha256.Sum256(style)
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// legible spells out every character that has no shape of its own, such as U+202E, which turns the text after it around: what a
// reviewer reads is what is there. It looks at the finished page, so no text can be forgotten; what it writes is never markup.
func legible(page []byte) []byte {
	var text strings.Builder
	text.Grow(len(page))
	for _, r := range string(page) {
		if unicode.IsPrint(r) || r == '\n' || r == '\t' {
			text.WriteRune(r)
			continue
		}
		fmt.Fprintf(&text, "\\u%04x", r)
	}
	return []byte(text.String())
}

func functions() template.FuncMap {
	return template.FuncMap{
		"quantity": quantity, "count": count, "link": link, "verdict": verdict, "moves": moves,
	}
}
