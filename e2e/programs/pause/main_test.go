package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain lets a copy of the test stand for the program.
func TestMain(m *testing.M) {
	if os.Getenv("PAUSE") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// start runs the program and gives it a child that it did not start, as the first process of a PID namespace has them: a shell starts the child and becomes
// the program. When it returns, the child is dead and buried, so the program is past its preparations.
func start(t *testing.T) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "child")
	pause := exec.Command("/bin/sh", "-c", `sleep 60 & echo $! > "$1"; exec "$0"`, self, file)
	pause.Env = append(os.Environ(), "PAUSE=1")
	require.NoError(t, pause.Start())
	t.Cleanup(func() { pause.Process.Kill() })
	require.Eventually(t, func() bool {
		now, err := os.Readlink("/proc/" + strconv.Itoa(pause.Process.Pid) + "/exe")
		return err == nil && now == self
	}, 5*time.Second, 10*time.Millisecond)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(child, syscall.SIGKILL))
	// A dead child that nobody buried keeps its number.
	require.Eventually(t, func() bool { return syscall.Kill(child, 0) == syscall.ESRCH }, 5*time.Second, 10*time.Millisecond, "the child is not buried")
	return pause
}

func TestPause_BuriesChildrenOfOthersAndEndsWhenToldTo(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"kubelet stops the pod": syscall.SIGTERM, "somebody presses ctrl-c": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			pause := start(t)
			require.NoError(t, pause.Process.Signal(signal))
			require.NoError(t, pause.Wait())
		})
	}
}

func TestPause_StaysUntilThen(t *testing.T) {
	pause := start(t)
	ended := make(chan error, 1)
	go func() { ended <- pause.Wait() }()
	for range 3 {
		require.NoError(t, pause.Process.Signal(syscall.SIGCHLD))
	}
	select {
	case err := <-ended:
		t.Fatalf("it ended by itself: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
}
