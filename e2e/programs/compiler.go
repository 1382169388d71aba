package programs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// shown is how many of the compiler's last lines an error has.
const shown = 20

// run runs the go command in a folder and gives what it prints. When the context ends, go and its compilers are killed: their temporary files, which may be
// hundreds of megabytes, lie in a folder that the caller deletes, empty for the system's.
func run(ctx context.Context, folder, temporary string, args ...string) ([]byte, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return nil, fmt.Errorf("%w: install Go, the version is in e2e/go.mod", err)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), append(environment(), "GOTMPDIR="+temporary)...)
	// When this process is killed, the kernel kills go: it would compile on for minutes. The kernel takes the end of the thread that started it for that of the
	// process, so the thread has to stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var out, trouble bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trouble
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("go %s in %s: %w\n%s", args[0], folder, err, lastLines(trouble.String()))
	}
	return out.Bytes(), err
}

// lastLines leaves out the downloads, of which there may be hundreds.
func lastLines(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "go: downloading ") {
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines[max(0, len(lines)-shown):], ""))
}
