package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/blang/semver"
)

// oldestCLI is the first release whose engine speaks the protocol as the stand-ins do.
const oldestCLI = "3.255.0"

// findCLI returns the pulumi beside the sandbox, which the repository pins, or a recent one on PATH.
func findCLI(binaries, dir string) (string, error) {
	pinned := filepath.Join(binaries, "pulumi")
	if info, err := os.Stat(pinned); err == nil && !info.IsDir() {
		return pinned, nil
	}
	path, err := exec.LookPath("pulumi")
	if err != nil {
		return "", fmt.Errorf("no pulumi beside the sandbox (%s) nor on PATH: run `make build`", pinned)
	}
	version, err := versionOf(path, dir)
	if err != nil {
		return "", err
	}
	if version.LT(semver.MustParse(oldestCLI)) {
		return "", fmt.Errorf("%s is version %s, want %s or later: run `make build`", path, version, oldestCLI)
	}
	return path, nil
}

// versionOf asks an executable for its version and keeps the answer: a start of the CLI costs a fifth of a second.
func versionOf(path, dir string) (semver.Version, error) {
	info, err := os.Stat(path)
	if err != nil {
		return semver.Version{}, fmt.Errorf("%s: %w", path, err)
	}
	memo := filepath.Join(dir, "cli-version")
	key := fmt.Sprintf("%s %d %d ", path, info.Size(), info.ModTime().UnixNano())
	text := ""
	if known, err := os.ReadFile(memo); err == nil && strings.HasPrefix(string(known), key) {
		text = strings.TrimPrefix(string(known), key)
	} else {
		out, err := exec.Command(path, "version").Output()
		if err != nil {
			return semver.Version{}, fmt.Errorf("%s version: %w", path, err)
		}
		text = strings.TrimSpace(string(out))
		if err := replaceFile(memo, []byte(key+text)); err != nil {
			return semver.Version{}, err
		}
	}
	version, err := semver.ParseTolerant(text)
	if err != nil {
		return semver.Version{}, fmt.Errorf("%s is version %q, want %s or later: run `make build`", path, text, oldestCLI)
	}
	return version, nil
}

// runChild runs the CLI to its end and returns its exit status. Interrupts are passed on: the CLI finishes what is under way and
// leaves an honest state.
func runChild(cli string, args []string, dir string, env []string) (int, error) {
	cmd := exec.Command(cli, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = ownGroup()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start %s: %w", cli, err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			// It may have ended in this moment; Wait tells.
			_ = cmd.Process.Signal(s)
		case err := <-done:
			var exit *exec.ExitError
			switch {
			case err == nil:
				return 0, nil
			case errors.As(err, &exit) && exit.ExitCode() >= 0:
				return exit.ExitCode(), nil
			default:
				return 0, fmt.Errorf("%s: %w", cli, err)
			}
		}
	}
}

// ownGroup keeps a terminal's interrupt from reaching the CLI twice, once from the terminal and once from here: the second one
// makes it stop at once. When a person sits at the terminal the CLI's group is the foreground one, so that it gets the keys.
func ownGroup() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if foreground(os.Stdin.Fd()) {
		attr.Foreground, attr.Ctty = true, int(os.Stdin.Fd())
	}
	return attr
}
