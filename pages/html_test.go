package pages

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// page is what the tests ask of one HTML file.
type page struct {
	title, language, canonical, policy string
	// headings are the texts of the h1 elements, links the addresses of a elements, loaded those that a browser fetches by itself.
	headings, links, loaded []string
	// inline are scripts, styles and handlers that stand in the page itself.
	inline []string
	ids    map[string]*html.Node
}

// elements are all that templates and Markdown make. Another one is a slip in a document, such as a placeholder between angle brackets.
var elements = strings.Fields(`a article body br code dd del details div dl dt em figcaption figure footer h1 h2 h3 h4 head header html
	hr input label li link main meta nav ol p pre script search span strong summary sup table tbody td th thead time title tr ul`)

// void are the elements of ours that have no end tag.
var void = strings.Fields("br hr input link meta")

func parseAll(t *testing.T, site map[string]string) map[string]*page {
	t.Helper()
	pages := map[string]*page{}
	for name, content := range site {
		if strings.HasSuffix(name, ".html") {
			pages[name] = parse(t, content)
		}
	}
	require.NotEmpty(t, pages)
	return pages
}

func parse(t *testing.T, content string) *page {
	t.Helper()
	document, err := html.Parse(strings.NewReader(content))
	require.NoError(t, err)
	p := &page{ids: map[string]*html.Node{}}
	for n := range document.Descendants() {
		if n.Type == html.ElementNode {
			p.read(n)
		}
	}
	return p
}

func (p *page) read(n *html.Node) {
	attributes := map[string]string{}
	for _, a := range n.Attr {
		attributes[a.Key] = a.Val
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
			p.inline = append(p.inline, a.Key)
		}
	}
	if id, ok := attributes["id"]; ok {
		p.ids[id] = n
	}
	if source, ok := attributes["src"]; ok {
		p.loaded = append(p.loaded, source)
	}
	if index, ok := attributes["data-index"]; ok {
		p.loaded = append(p.loaded, index)
	}
	switch n.Data {
	case "html":
		p.language = attributes["lang"]
	case "title":
		p.title = text(n)
	case "h1":
		p.headings = append(p.headings, text(n))
	case "a":
		p.links = append(p.links, attributes["href"])
	case "link":
		if attributes["rel"] == "canonical" {
			p.canonical = attributes["href"]
		} else {
			p.loaded = append(p.loaded, attributes["href"])
		}
	case "meta":
		if attributes["http-equiv"] == "Content-Security-Policy" {
			p.policy = attributes["content"]
		}
	case "style":
		p.inline = append(p.inline, n.Data)
	case "script":
		if attributes["src"] == "" {
			p.inline = append(p.inline, n.Data)
		}
	}
}

func exists(site map[string]string, file string) bool {
	_, ok := site[file]
	return ok
}

// text is what a reader sees of an element.
func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var all strings.Builder
	for child := range n.ChildNodes() {
		all.WriteString(text(child))
	}
	return all.String()
}

// wellFormed wants every element closed where it should be, known to us, and every id once. A parser of HTML would mend all of that in silence.
func wellFormed(content string) error {
	var open []string
	ids := map[string]bool{}
	for tokens := html.NewTokenizer(strings.NewReader(content)); ; {
		switch kind := tokens.Next(); kind {
		case html.ErrorToken:
			if err := tokens.Err(); !errors.Is(err, io.EOF) {
				return err
			}
			if len(open) > 0 {
				return fmt.Errorf("%v are not closed", open)
			}
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			if !slices.Contains(elements, token.Data) {
				return fmt.Errorf("there is an element %s in %v, want one that Markdown makes", token.Data, open)
			}
			for _, a := range token.Attr {
				if a.Key == "id" && ids[a.Val] {
					return fmt.Errorf("the id %s is there twice", a.Val)
				}
				ids[a.Val] = ids[a.Val] || a.Key == "id"
			}
			if kind == html.StartTagToken && !slices.Contains(void, token.Data) {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			name := tokens.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				return fmt.Errorf("%s ends inside of %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestWellFormed_RefusesWhatAParserWouldMend(t *testing.T) {
	cases := map[string]struct{ content, want string }{
		"an element that is not closed": {"<div><p>text</div>", "div ends inside of [div p]"},
		"an end without a beginning":    {"text</p>", "p ends inside of []"},
		"the last one is open":          {"<main>text", "[main] are not closed"},
		"a placeholder":                 {"<p>/aws/eks/<cluster>/logs</p>", "there is an element cluster in [p], want one that Markdown makes"},
		"an id that is there twice":     {`<p id="a"></p><h2 id="a"></h2>`, "the id a is there twice"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			require.EqualError(t, wellFormed(c.content), c.want)
		})
	}
	require.NoError(t, wellFormed("<!doctype html><p>one<br>two</p>"))
}
