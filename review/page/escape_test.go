package page

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"gitlab.com/thinkmassive/satkube/review"
)

// hostile are texts that try to get out of their place, to run, to send the browser elsewhere, or to be read as another text.
var hostile = []string{
	`</script><script>alert(1)</script>`,
	`</style><style>*{display:none}</style>`,
	`</title></svg></desc></pre><img src=x onerror=alert(1)>`,
	`"><a href="javascript:alert(1)" onclick='x'>`,
	`' onmouseover='alert(1)' style='x`,
	"` autofocus onfocus=alert(1) x=`",
	`javascript:alert(1)`,
	"java\nscript:alert(1)",
	`data:text/html,<script>alert(1)</script>`,
	`//example.org/x`,
	`http://example.org/" onclick="alert(1)`,
	`https://example.org/</a><script>alert(1)</script>`,
	`<!--`, `-->`, `]]>`, `{{.Stack}}`, `&lt;script&gt;`, `#r1`, "\x00\x01\x1b[31m", "\xff\xfe",
	"safe\u202egpj.exe", "\u2066hidden\u2069", "a\u200bb",
}

func TestRender_KeepsHostileTextInItsPlace(t *testing.T) {
	want := shape(t, render(t, sampleReview()))
	for i, text := range hostile {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			r := sampleReview()
			poison(reflect.ValueOf(&r).Elem(), text)
			// The resources have to stay apart, or the tree is another one.
			for i := range r.Resources {
				r.Resources[i].URN += fmt.Sprint(i)
			}
			requireHarmless(t, render(t, r))
		})
		t.Run(fmt.Sprintf("%d in names and messages", i), func(t *testing.T) {
			r := sampleReview()
			for i := range r.Resources {
				r.Resources[i].Name = text
			}
			for i := range r.Findings {
				r.Findings[i].Message, r.Findings[i].Fix = text, text
			}
			page := render(t, r)
			requireHarmless(t, page)
			require.Equal(t, want, shape(t, page), "a text has become markup")
		})
	}
}

func TestRender_SpellsOutWhatCannotBeSeen(t *testing.T) {
	r := sampleReview()
	r.Findings[0].Message = "safe\u202egpj.exe\u200b\x1b[31m"
	page := render(t, r)
	require.Contains(t, page, `safe\u202egpj.exe\u200b\u001b[31m`)
	require.NotContains(t, page, "\u202e")
}

func TestLink_TakesOnlyWebAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"https://example.org/a#b": true, "http://example.org": true, "HTTPS://example.org": true, "javascript:alert(1)": false, "JaVaScRiPt://example.org/%0aalert(1)": false, "data:text/html,x": false,
		"//example.org": false, "docs/policies.md": false, "#r1": false, "": false, "https:alert(1)": false, "file:///etc/passwd": false, "ftp://example.org": false, " https://example.org": false,
	} {
		require.Equal(t, want, link(address) != "", "%q", address)
	}
}

// poison replaces every text of a value.
func poison(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			poison(v.Field(i), text)
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), text)
		}
	case reflect.String:
		v.SetString(text)
	}
}

// shape is the page's elements with the names of their attributes: all that data must not be able to change.
func shape(t *testing.T, page string) string {
	t.Helper()
	var out strings.Builder
	nodes(t, page, func(n *html.Node) {
		fmt.Fprintf(&out, "%s", n.Data)
		for _, a := range n.Attr {
			fmt.Fprintf(&out, " %s", a.Key)
		}
		out.WriteString("\n")
	})
	return out.String()
}

// allowed are the attributes that the templates write. None of them runs anything.
const allowed = " lang dir charset http-equiv content name class href id aria-label aria-hidden aria-labelledby tabindex role scope type checked disabled rel open " +
	"xmlns width height viewbox viewBox refX refY markerWidth markerHeight markerUnits orient d marker-end marker-start x y rx dy "

func requireHarmless(t *testing.T, page string) {
	t.Helper()
	styles := 0
	nodes(t, page, func(n *html.Node) {
		require.NotContains(t, []string{"script", "img", "iframe", "object", "embed", "form", "base", "link", "video", "audio", "math", "template", "foreignObject"}, n.Data)
		if n.Data == "style" {
			styles++
		}
		for _, a := range n.Attr {
			require.Contains(t, allowed, " "+a.Key+" ", "attribute of <%s>", n.Data)
			switch a.Key {
			case "href":
				u, err := url.Parse(a.Val)
				require.NoError(t, err)
				require.True(t, (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" || strings.HasPrefix(a.Val, "#"), "link to %q", a.Val)
			case "http-equiv":
				require.Equal(t, "Content-Security-Policy", a.Val)
			case "content":
				require.NotContains(t, a.Val, "unsafe")
			case "class", "id":
				require.Regexp(t, `^[a-zA-Z0-9 -]+$`, a.Val)
			}
		}
	})
	require.Equal(t, 1, styles)
}

func nodes(t *testing.T, page string, visit func(*html.Node)) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

func TestRender_ForbidsEverythingByPolicy(t *testing.T) {
	policy := ""
	nodes(t, render(t, review.Review{}), func(n *html.Node) {
		if n.Data == "meta" && len(n.Attr) == 2 && n.Attr[0].Val == "Content-Security-Policy" {
			policy = n.Attr[1].Val
		}
	})
	require.Regexp(t, `^default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='$`, policy)
}
