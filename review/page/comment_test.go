package page

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"gitlab.com/thinkmassive/satkube/review"
)

// The comment as a reader of the merge request sees it. GitLab's Markdown is CommonMark with tables, and lets details and line breaks
// through, as the renderer here does. How wide the page is and which letters it has are GitLab's, and only like them here.
func TestComment_LooksRightInABrowser(t *testing.T) {
	b := openBrowser(t)
	renderer := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	for name, r := range map[string]review.Review{"small": sampleReview(), "large": largeReview(400)} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			var body bytes.Buffer
			require.NoError(t, renderer.Convert([]byte(review.Comment(r)), &body))
			path := filepath.Join(t.TempDir(), "comment.html")
			require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, `<!doctype html><meta charset="utf-8"><title>%s</title>
<style>body{font:14px/1.5 sans-serif;max-width:990px;margin:1em auto} table{border-collapse:collapse} td,th{border:1px solid #ccc;padding:4px 10px;overflow-wrap:anywhere}
code{background:#eee;padding:0 3px}</style><body>%s`, name, body.String()), 0o644))
			b.open(path, "light", "screen", 1280)
			var seen struct {
				Heading                string
				Tables, Cells, Folded  int
				Broken, Scripts, Width int
			}
			b.evaluate(`(() => { const all = s => document.querySelectorAll('body ' + s).length; return {
				Heading: document.querySelector('h2').textContent, Tables: all('table'), Cells: all('td'), Folded: all('details'), Scripts: all('script'),
				Broken: [...document.querySelectorAll('p')].filter(p => /^\s*\|.*\|/.test(p.textContent)).length, Width: document.documentElement.scrollWidth} })()`, &seen)
			require.Contains(t, seen.Heading, r.Stack)
			require.GreaterOrEqual(t, seen.Tables, 3, "changes, policies, cost")
			require.Greater(t, seen.Cells, 30)
			require.NotZero(t, seen.Folded, "the tree is folded away")
			require.Zero(t, seen.Broken, "a table is shown as its source")
			require.Zero(t, seen.Scripts)
			require.LessOrEqual(t, seen.Width, 1280)
			b.photograph("comment-"+name, "html")
			b.requireNothingAmiss(t)
		})
	}
	b.t = t
}
