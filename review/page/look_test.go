package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/review"
)

// contrasts returns the texts that are hard to read: WCAG 2.2 asks for 4.5 to 1 (success criterion 1.4.3).
const contrasts = `(() => {
	const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
	const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
	const behind = e => {
		const box = e.closest('svg.box');
		if (box) return parse(getComputedStyle(box.querySelector('.card')).fill);
		for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length == 3 || c[3] > 0) return c }
		return [255, 255, 255];
	};
	const bad = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	let seen = 0;
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest('title, desc, :disabled')) continue;
		seen++;
		const style = getComputedStyle(e), ink = parse(e.closest('svg') ? style.fill : style.color);
		const [a, b] = [light(ink.slice(0, 3)), light(behind(e).slice(0, 3))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) bad.add(ratio.toFixed(2) + ' ' + e.tagName + '.' + e.getAttribute('class') + ' ' + walk.currentNode.data.trim().slice(0, 30));
	}
	return {Bad: [...bad], Seen: seen};
})()`

func TestRender_LooksRightInABrowser(t *testing.T) {
	b := openBrowser(t)
	for name, r := range map[string]review.Review{"small": sampleReview(), "large": largeReview(400), "tangled": tangledReview(60), "empty": {Stack: "empty"}} {
		path := write(t, name, r)
		for _, scheme := range []string{"light", "dark"} {
			for device, width := range map[string]int{"desktop": 1280, "phone": 400} {
				look := fmt.Sprintf("%s-%s-%s", name, device, scheme)
				t.Run(look, func(t *testing.T) {
					b.t = t
					b.open(path, scheme, "screen", width)
					var page struct{ Width, Window int }
					b.evaluate(`({Width: document.documentElement.scrollWidth, Window: innerWidth})`, &page)
					require.Equal(t, width, page.Window)
					require.LessOrEqual(t, page.Width, width, "the page scrolls sideways")
					var contrast struct {
						Bad  []string
						Seen int
					}
					b.evaluate(contrasts, &contrast)
					require.NotZero(t, contrast.Seen)
					require.Empty(t, contrast.Bad, "texts that are hard to read")
					b.photograph(look+"-dependencies", "#dependencies")
					if name == "small" {
						b.photograph(look, "html")
					}
					b.requireNothingAmiss(t)
				})
			}
		}
	}
	b.t = t
}

func TestRender_WorksInABrowserWithoutScript(t *testing.T) {
	b := openBrowser(t)
	path := write(t, "small", sampleReview())
	b.open(path, "light", "screen", 1280)

	const visible = `[...document.querySelectorAll('#findings .card')].filter(c => c.checkVisibility()).length`
	count := func(choose string) (n int) {
		b.evaluate(`(() => { `+choose+`; return `+visible+` })()`, &n)
		return n
	}
	require.Equal(t, 4, count(``))
	require.Equal(t, 1, count(`document.getElementById('kind-stops').click()`), "the filter by kind hides nothing")
	require.Equal(t, 0, count(`document.getElementById('severity-high').click()`), "the filters do not work together")
	var said bool
	b.evaluate(`document.querySelector('.nothing').checkVisibility()`, &said)
	require.True(t, said, "an empty list says nothing")
	require.Equal(t, 1, count(`document.getElementById('kind-all').click()`), "the filter by severity hides nothing")

	var blocked bool
	b.evaluate(`(() => { const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.body.append(s); return !window.ran })()`, &blocked)
	require.True(t, blocked, "a script ran: the content security policy does not hold")
	var styled string
	b.evaluate(`getComputedStyle(document.querySelector('.badge')).borderRadius`, &styled)
	require.NotEqual(t, "0px", styled, "the style sheet is blocked by the page's own policy")
	b.requireViolationsOnly(t, "script")

	b.open(write(t, "large", largeReview(400)), "light", "screen", 1280)
	var arrows struct{ Before, After int }
	b.evaluate(`(() => { const shown = () => [...document.querySelectorAll('.line.implied')].filter(l => getComputedStyle(l).display != 'none').length;
		const before = shown(); document.getElementById('implied').click(); return {Before: before, After: shown()} })()`, &arrows)
	require.Zero(t, arrows.Before)
	require.NotZero(t, arrows.After, "the implied arrows cannot be shown")
	b.photograph("large-implied", "#dependencies")

	b.open(path, "light", "print", 800)
	var shown bool
	b.evaluate(`(() => { const row = document.querySelector('.lines tbody tr').getBoundingClientRect(); return row.height > 0 })()`, &shown)
	require.True(t, shown, "the lines of the bill are not on paper")
	var width int
	b.evaluate(`document.documentElement.scrollWidth`, &width)
	require.LessOrEqual(t, width, 800, "paper cuts off what is wider than it")
	b.photograph("small-print", "html")
}

// write renders a review to a file that a browser can open.
func write(t *testing.T, name string, r review.Review) string {
	t.Helper()
	var page bytes.Buffer
	require.NoError(t, Render(&page, r))
	path := filepath.Join(t.TempDir(), name+".html")
	require.NoError(t, os.WriteFile(path, page.Bytes(), 0o644))
	return path
}

// requireNothingAmiss fails on every complaint of the browser, and on every request beyond the file itself.
func (b *browser) requireNothingAmiss(t *testing.T) {
	t.Helper()
	requests := 0
	for _, e := range b.events {
		switch e.Method {
		case "Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown":
			t.Errorf("the browser complains: %s", e.Params)
		case "Network.requestWillBeSent":
			var sent struct{ Request struct{ URL string } }
			require.NoError(t, json.Unmarshal(e.Params, &sent))
			require.True(t, strings.HasPrefix(sent.Request.URL, "file://"), "the page asks for %s", sent.Request.URL)
			requests++
		}
	}
	require.Equal(t, 1, requests, "the page is one file")
}

// requireViolationsOnly fails on complaints that are not about what the test did on purpose.
func (b *browser) requireViolationsOnly(t *testing.T, about string) {
	t.Helper()
	for _, e := range b.events {
		if e.Method == "Log.entryAdded" {
			require.Contains(t, string(e.Params), about)
		}
	}
}
