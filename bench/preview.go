package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gitlab.com/thinkmassive/satkube/bench/replay"
)

// box is one program in a project folder and a sandbox of its own.
type box struct {
	sandbox   string // the executable
	program   string
	project   string
	state     string // SANDBOX_DIR
	resources string // the list for the bare program
}

// run is one run of the sandbox, from its start to its end.
type run struct {
	wall, cpu time.Duration
	output    string
}

// call runs the sandbox once. Calls are alike for both programs, the environment included.
func (b box) call(ctx context.Context, env []string, args ...string) (run, error) {
	cmd := exec.CommandContext(ctx, b.sandbox, append(args, "-s", stack)...)
	cmd.Dir = b.project
	cmd.Env = append(withoutSettings(os.Environ()),
		"SANDBOX_DIR="+b.state, "SANDBOX_PROGRAM="+b.program, replay.Variable+"="+b.resources)
	cmd.Env = append(cmd.Env, env...)
	endGently(cmd)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if ctx.Err() != nil {
		return run{}, context.Cause(ctx)
	}
	if err != nil {
		return run{}, fmt.Errorf("%s %s with %s: %w\n%s", filepath.Base(b.sandbox), strings.Join(args, " "), filepath.Base(b.program), err, output.String())
	}
	return run{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), output: output.String()}, nil
}

// record previews once without a policy pack and returns what was said on the engine's wire. It is the warm-up too.
func (b box) record(ctx context.Context) (recording, run, error) {
	path := filepath.Join(b.project, "calls")
	done, err := b.call(ctx, []string{"PULUMI_DEBUG_GRPC=" + path}, "preview", "--no-policy")
	if err != nil {
		return recording{}, done, err
	}
	log, err := os.Open(path)
	if err != nil {
		return recording{}, done, fmt.Errorf("calls of %s: %w", filepath.Base(b.program), err)
	}
	defer log.Close()
	found, err := readRecording(log)
	return found, done, err
}

// counted matches the engine's summary when it has one line only: all is to be created.
var counted = regexp.MustCompile(`(?m)^Resources:\n +\+ (\d+) to create\n(?:\n|\z)`)

// resources is the engine's own count.
func (r run) resources() (int, error) {
	found := counted.FindStringSubmatch(r.output)
	if found == nil {
		return 0, fmt.Errorf("the engine's summary does not say that all is to be created:\n%s", tail(r.output))
	}
	return strconv.Atoi(found[1])
}

// tail is the end of an output, enough to see what went wrong.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// withoutSettings drops what a user's shell may say to the sandbox or the engine, so that every bench measures the same.
func withoutSettings(env []string) []string {
	var kept []string
	for _, v := range env {
		if !strings.HasPrefix(v, "SANDBOX_") && !strings.HasPrefix(v, "PULUMI_") {
			kept = append(kept, v)
		}
	}
	return kept
}

// endGently asks the whole group of a command to stop when its context ends, and makes it after a while. The group is its own, so
// that a terminal's interrupt reaches it once.
func endGently(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
}
