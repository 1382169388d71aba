package page

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// browser is a headless Chromium that is told what to do through a pipe, by the DevTools protocol: no port is opened.
type browser struct {
	t       *testing.T
	to      io.Writer
	from    *bufio.Reader
	session string
	last    int
	// events are what the browser told without being asked.
	events []message
}

// message is a command, an answer or an event of the DevTools protocol (chromedevtools.github.io/devtools-protocol).
type message struct {
	ID        int             `json:"id,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    json.RawMessage `json:"params,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// openBrowser starts Chromium with an empty tab. Without one the test is skipped, but not where it has to be there: in CI.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no chromium, and in CI the page has to be looked at: install Debian's package chromium")
		}
		t.Skip("there is no chromium to look at the page with: install Debian's package chromium")
	}
	commands, write, err := os.Pipe()
	require.NoError(t, err)
	read, answers, err := os.Pipe()
	require.NoError(t, err)
	arguments := []string{
		"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir=" + t.TempDir(),
	}
	if os.Geteuid() == 0 {
		// Chromium's sandbox does not start as root, which is what containers of CI run as. The page is our own.
		arguments = append(arguments, "--no-sandbox")
	}
	command := exec.Command(path, append(arguments, "about:blank")...)
	command.ExtraFiles = []*os.File{commands, answers}
	require.NoError(t, command.Start())
	require.NoError(t, commands.Close())
	require.NoError(t, answers.Close())
	// A browser that hangs must not hang the tests.
	require.NoError(t, read.SetReadDeadline(time.Now().Add(2*time.Minute)))
	b := &browser{t: t, to: write, from: bufio.NewReader(read)}
	t.Cleanup(func() {
		// It ends by itself, which leaves its folder whole to be removed; killing is for one that does not.
		_, _ = write.Write([]byte(`{"id":0,"method":"Browser.close"}` + "\x00"))
		_, _ = io.Copy(io.Discard, b.from)
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = write.Close()
		_ = read.Close()
	})
	b.openTab()
	return b
}

func (b *browser) openTab() {
	b.t.Helper()
	var target struct{ TargetID string }
	require.NoError(b.t, json.Unmarshal(b.call("Target.createTarget", map[string]any{"url": "about:blank"}), &target))
	var attached struct{ SessionID string }
	require.NoError(b.t, json.Unmarshal(b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}), &attached))
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil)
	}
}

// call sends a command and waits for its answer.
func (b *browser) call(method string, params any) json.RawMessage {
	b.t.Helper()
	b.last++
	raw, err := json.Marshal(params)
	require.NoError(b.t, err)
	m := message{ID: b.last, Method: method, SessionID: b.session}
	if params != nil {
		m.Params = raw
	}
	line, err := json.Marshal(m)
	require.NoError(b.t, err)
	_, err = b.to.Write(append(line, 0))
	require.NoError(b.t, err)
	for {
		answer := b.receive()
		if answer.ID != b.last {
			continue
		}
		if answer.Error != nil {
			b.t.Fatalf("%s: %s", method, answer.Error.Message)
		}
		return answer.Result
	}
}

func (b *browser) receive() message {
	b.t.Helper()
	line, err := b.from.ReadBytes(0)
	require.NoError(b.t, err, "the browser is gone")
	var m message
	require.NoError(b.t, json.Unmarshal(line[:len(line)-1], &m))
	if m.Method != "" {
		b.events = append(b.events, m)
	}
	return m
}

// open shows a file in a window of that width, in a colour scheme, and waits until it is there.
func (b *browser) open(path, scheme, medium string, width int) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
	b.call("Emulation.setEmulatedMedia", map[string]any{
		"media": medium, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}},
	})
	b.events = nil
	b.call("Page.navigate", map[string]any{"url": "file://" + path})
	for !b.saw("Page.loadEventFired") {
		b.receive()
	}
}

func (b *browser) saw(method string) bool {
	for _, e := range b.events {
		if e.Method == method {
			return true
		}
	}
	return false
}

// evaluate runs a script of the test in the page; the page's own policy does not bind the DevTools.
func (b *browser) evaluate(script string, into any) {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	require.NoError(b.t, json.Unmarshal(b.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true}), &answer))
	require.Empty(b.t, string(answer.ExceptionDetails))
	require.NoError(b.t, json.Unmarshal(answer.Result.Value, into))
}

// photograph writes a picture of an element, or of the whole page, to the folder of the test's artifacts.
func (b *browser) photograph(name, selector string) {
	b.t.Helper()
	var at struct{ X, Y, Width, Height float64 }
	b.evaluate(fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect();
		return {X: r.x + scrollX, Y: r.y + scrollY, Width: r.width, Height: r.height} })()`, selector), &at)
	var shot struct{ Data string }
	require.NoError(b.t, json.Unmarshal(b.call("Page.captureScreenshot", map[string]any{
		"captureBeyondViewport": true, "clip": map[string]any{"x": at.X, "y": at.Y, "width": at.Width, "height": at.Height, "scale": 1},
	}), &shot))
	image, err := base64.StdEncoding.DecodeString(shot.Data)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(artifacts(b.t), name+".png"), image, 0o644))
}

// artifacts is where pictures go: TEST_ARTIFACTS, or the test's own folder.
func artifacts(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("TEST_ARTIFACTS")
	if folder == "" {
		return t.ArtifactDir()
	}
	require.NoError(t, os.MkdirAll(folder, 0o755))
	return folder
}
