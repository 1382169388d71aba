package runtime

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startProcess starts a program on this computer and ends it with the test. What it writes is in the file.
func startProcess(t *testing.T, log string, command ...string) {
	t.Helper()
	file, err := os.Create(log)
	require.NoError(t, err)
	process := exec.CommandContext(t.Context(), command[0], command[1:]...)
	process.Stdout, process.Stderr = file, file
	// The test's context ends before its cleanups run. The process is asked first, and killed when it has not ended after ten seconds.
	process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
	process.WaitDelay = 10 * time.Second
	// A test that is killed leaves nothing behind.
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, process.Start())
	t.Cleanup(func() {
		// How it ended is of no interest: it was told to.
		_ = process.Wait()
		file.Close()
	})
}

// tail is the end of a log, for messages.
func tail(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(data), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "")
}
