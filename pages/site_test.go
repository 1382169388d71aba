// Package pages holds the sources of the site blog.satkube.com, and the tests of what Hugo makes of them.
package pages

import (
	"context"
	"encoding/xml"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	root       = ".."
	home       = "https://blog.satkube.com/"
	repository = "https://gitlab.com/thinkmassive/satkube"
)

// build runs Hugo as "make pages" does and returns the folder with the site.
func build(t *testing.T) string {
	t.Helper()
	hugo, err := filepath.Abs(filepath.Join(root, "bin", "hugo"))
	require.NoError(t, err)
	if _, err := os.Stat(hugo); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no bin/hugo, and in CI the site has to be built: run tools/build-hugo")
		}
		t.Skip("there is no bin/hugo to build the site with: run tools/build-hugo")
	}
	site := filepath.Join(t.TempDir(), "site")
	// It takes less than a second. An error that several pages meet at once can leave Hugo waiting for itself.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, hugo, "--source", ".", "--destination", site, "--noBuildLock", "--printPathWarnings", "--panicOnWarning")
	// No address answers and no program is found: a build that asked for either would fail.
	command.Env = []string{
		"HOME=" + t.TempDir(), "HUGO_CACHEDIR=" + t.TempDir(), "PATH=/nonexistent",
		"HTTP_PROXY=http://127.0.0.1:1", "HTTPS_PROXY=http://127.0.0.1:1",
	}
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	return site
}

// files returns the contents by their paths in a folder.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	contents := map[string]string{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		contents[filepath.ToSlash(name)] = string(content)
		return err
	}))
	return contents
}

// documents returns the Markdown files of docs/, as paths in the repository.
func documents(t *testing.T) []string {
	t.Helper()
	var found []string
	for name := range files(t, filepath.Join(root, "docs")) {
		if strings.HasSuffix(name, ".md") {
			found = append(found, "docs/"+name)
		}
	}
	slices.Sort(found)
	require.NotEmpty(t, found)
	return found
}

func TestSite_HasAPageForEveryDocument(t *testing.T) {
	site := files(t, build(t))
	for _, document := range append(documents(t), "README.md") {
		page := strings.ToLower(strings.TrimSuffix(document, ".md"))
		if document == "README.md" {
			page = "start"
		}
		content, ok := site[page+"/index.html"]
		require.True(t, ok, "%s has no page", document)
		require.True(t, strings.Contains(content, repository+"/-/blob/main/"+document), "the page of %s does not name its source", document)
	}
	posts := 0
	for name := range site {
		if matched, _ := filepath.Match("blog/*/index.html", name); matched {
			posts++
		}
	}
	sources, err := filepath.Glob("content/blog/[^_]*.md")
	require.NoError(t, err)
	require.Len(t, sources, posts)
}

func TestSite_HasEveryRuleWithItsAnchor(t *testing.T) {
	page := parse(t, files(t, build(t))["docs/policies/index.html"])
	source, err := os.ReadFile(filepath.Join(root, "docs", "policies.md"))
	require.NoError(t, err)
	rules := regexp.MustCompile(`(?m)^### (\S+)$`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(rules), 100)
	for _, rule := range rules {
		heading := page.ids[rule[1]]
		require.NotNil(t, heading, "the rule %s has no anchor", rule[1])
		require.Equal(t, "h3", heading.Data)
		require.Contains(t, text(heading), rule[1])
	}
}

func TestSite_SaysWhatADiagramIs(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	diagrams := strings.Count(string(readme), "```mermaid")
	require.Positive(t, diagrams)
	require.Equal(t, diagrams, strings.Count(files(t, build(t))["start/index.html"], "<figcaption>A diagram in Mermaid's notation"))
}

func TestSite_LeadsNowhereThatIsNotThere(t *testing.T) {
	site := files(t, build(t))
	pages := parseAll(t, site)
	for name, page := range pages {
		base, err := url.Parse(home + strings.TrimSuffix(name, "index.html"))
		require.NoError(t, err)
		for _, address := range page.links {
			to, err := base.Parse(address)
			require.NoError(t, err, "%s links to %s", name, address)
			if source, ok := strings.CutPrefix(to.String(), repository+"/-/"); ok {
				source = regexp.MustCompile(`^(blob|tree)/main/`).ReplaceAllString(source, "")
				source, _, _ = strings.Cut(source, "#")
				_, err := os.Stat(filepath.Join(root, filepath.FromSlash(source)))
				require.NoError(t, err, "%s links to %s, which is not in the repository", name, address)
				continue
			}
			if to.Scheme+"://"+to.Host+"/" != home {
				require.Equal(t, "https", to.Scheme, "%s links to %s", name, address)
				continue
			}
			file := strings.TrimPrefix(to.Path, "/")
			if file == "" || strings.HasSuffix(file, "/") {
				file += "index.html"
			}
			require.True(t, exists(site, file), "%s links to %s", name, address)
			if to.Fragment != "" {
				require.NotNil(t, pages[file], "%s links to a part of %s", name, address)
				require.NotNil(t, pages[file].ids[to.Fragment], "%s links to %s: there is no such anchor", name, address)
				require.NotContains(t, to.Fragment, "--", "%s links to %s: releases of GitLab differ in where several hyphens lead", name, address)
			}
		}
	}
}

func TestSite_AsksNoOtherHost(t *testing.T) {
	site := files(t, build(t))
	for name, page := range parseAll(t, site) {
		for _, address := range page.loaded {
			require.Regexp(t, `^/[^/]`, address, "%s loads %s", name, address)
			require.True(t, exists(site, strings.TrimPrefix(address, "/")), "%s loads %s", name, address)
		}
		require.Empty(t, page.inline, "%s holds a script or a style of its own, which the pages' policy stops", name)
		require.Contains(t, page.policy, "default-src 'none'", name)
		require.NotRegexp(t, `unsafe|https?:|\*`, page.policy, name)
	}
	for name, content := range site {
		if strings.HasSuffix(name, ".css") {
			require.False(t, regexp.MustCompile(`@import|url\(`).MatchString(content), "%s loads something", name)
		}
		if strings.HasSuffix(name, ".js") {
			require.False(t, regexp.MustCompile(`https?:|innerHTML|eval\(`).MatchString(content), "%s names an address or makes markup of text", name)
		}
	}
}

func TestSite_GivesEveryPageATitleAndOneHeading(t *testing.T) {
	titles := map[string]string{}
	for name, page := range parseAll(t, files(t, build(t))) {
		require.NotEmpty(t, page.title, name)
		require.Empty(t, titles[page.title], "%s has the title of another page", name)
		titles[page.title] = name
		require.Len(t, page.headings, 1, name)
		require.NotEmpty(t, page.headings[0], name)
		require.Equal(t, "en", page.language, name)
		require.NotNil(t, page.ids["content"], "%s has nothing that the skip link leads to", name)
		if name != "404.html" {
			require.Equal(t, home+strings.TrimSuffix(name, "index.html"), page.canonical, name)
		}
	}
}

func TestSite_IsWellFormed(t *testing.T) {
	for name, content := range files(t, build(t)) {
		if strings.HasSuffix(name, ".html") {
			require.NoError(t, wellFormed(content), name)
			require.False(t, strings.Contains(content, "raw HTML omitted"), name)
		}
	}
}

func TestSite_IsTheSameTwice(t *testing.T) {
	first, second := files(t, build(t)), files(t, build(t))
	require.Equal(t, len(first), len(second))
	for name, content := range first {
		require.True(t, content == second[name], "%s differs between two builds", name)
	}
}

func TestSite_TellsMachinesWhatItHas(t *testing.T) {
	site := files(t, build(t))
	for _, name := range []string{"sitemap.xml", "blog/index.xml"} {
		require.NoError(t, xml.Unmarshal([]byte(site[name]), new(struct{})), name)
	}
	require.Contains(t, site["robots.txt"], "Sitemap: "+home+"sitemap.xml")
	for name := range site {
		page := strings.TrimSuffix(name, "index.html")
		if page != name {
			require.True(t, strings.Contains(site["sitemap.xml"], "<loc>"+home+page+"</loc>"), "the sitemap does not have %s", name)
		}
		if post, ok := strings.CutPrefix(page, "blog/"); ok && strings.HasSuffix(post, "/") {
			require.True(t, strings.Contains(site["blog/index.xml"], "<link>"+home+page+"</link>"), "the feed does not have %s", name)
		}
	}
	require.True(t, strings.Contains(site["search.json"], `{"anchor":"netpol-imds-blocked","title":"netpol-imds-blocked"}`), "the search does not know a rule")
}
