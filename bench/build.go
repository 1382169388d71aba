package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// maxBuildMemory is what a cold `make build` may take, in bytes: 5 GB, so that it fits a machine of 8.
const maxBuildMemory = 5_000_000_000

// coldBuild runs `make build` as a newcomer would: in a fresh clone, with nothing compiled and no Pulumi CLI installed. The modules
// are those that are downloaded already, as the bench uses no network.
func (b bench) coldBuild(ctx context.Context) (peak, error) {
	clone := filepath.Join(b.dir, "clone")
	if out, err := exec.CommandContext(ctx, "git", "clone", "--quiet", "--local", b.repository, clone).CombinedOutput(); err != nil {
		return peak{}, fmt.Errorf("clone %s: %w\n%s", b.repository, err, out)
	}
	if _, err := os.Stat(filepath.Join(clone, "Makefile")); err != nil {
		return peak{}, errors.New("the last commit has no Makefile: commit it, or leave the build out with -skip-build")
	}
	path, err := withoutPulumi(os.Getenv("PATH"), filepath.Join(b.dir, "path"))
	if err != nil {
		return peak{}, err
	}
	cache, work := filepath.Join(b.dir, "cache"), filepath.Join(b.dir, "work")
	for _, dir := range []string{cache, work} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return peak{}, fmt.Errorf("cold build: %w", err)
		}
	}
	build := exec.CommandContext(ctx, "make", "build")
	build.Dir = clone
	// GOFLAGS, MAKEFLAGS: the caller's own do not belong to a newcomer's build. A make above this one would share its jobs.
	build.Env = append(os.Environ(), "PATH="+path, "GOCACHE="+cache, "GOTMPDIR="+work, "GOPROXY=off", "GOTOOLCHAIN=local", "GOFLAGS=", "MAKEFLAGS=", "MFLAGS=", "MAKELEVEL=")
	endGently(build)
	progress("cold `make build` of the last commit: about 10 minutes on two cores")
	return watched(ctx, build)
}

// watched runs a command to its end and samples the memory of its processes.
func watched(ctx context.Context, cmd *exec.Cmd) (peak, error) {
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return peak{}, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	watching, stop := context.WithCancel(context.Background())
	defer stop()
	found := make(chan peak, 1)
	go func() { found <- watch(watching, cmd.Process.Pid) }()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	minutes := time.NewTicker(time.Minute)
	defer minutes.Stop()
	for {
		select {
		case <-minutes.C:
			progress("still building, after %s", time.Since(start).Round(time.Second))
		case err := <-ended:
			stop()
			p := <-found
			p.duration = time.Since(start)
			if ctx.Err() != nil {
				return p, context.Cause(ctx)
			}
			if err != nil {
				return p, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, tail(output.String()))
			}
			return p, nil
		}
	}
}

// withoutPulumi returns a PATH that has everything but pulumi. A folder that has it is replaced by one of links to all else.
func withoutPulumi(path, shadows string) (string, error) {
	var kept []string
	for i, dir := range filepath.SplitList(path) {
		if _, err := os.Stat(filepath.Join(dir, "pulumi")); err != nil {
			kept = append(kept, dir)
			continue
		}
		shadow := filepath.Join(shadows, fmt.Sprint(i))
		if err := os.MkdirAll(shadow, 0o700); err != nil {
			return "", fmt.Errorf("PATH without pulumi: %w", err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return "", fmt.Errorf("PATH without pulumi: %w", err)
		}
		for _, entry := range entries {
			if entry.Name() == "pulumi" {
				continue
			}
			if err := os.Symlink(filepath.Join(dir, entry.Name()), filepath.Join(shadow, entry.Name())); err != nil {
				return "", fmt.Errorf("PATH without pulumi: %w", err)
			}
		}
		kept = append(kept, shadow)
	}
	return strings.Join(kept, string(os.PathListSeparator)), nil
}

// printBuild prints what a build took and returns what is wrong with it.
func printBuild(w io.Writer, p peak) []string {
	gigabytes := func(bytes int64) float64 { return float64(bytes) / 1e9 }
	fmt.Fprintf(w, "cold build: peak %.2f GB, the sum of all processes' resident memory every %s; largest single process %.2f GB (%s); took %s\n",
		gigabytes(p.total), every, gigabytes(p.largest), p.name, p.duration.Round(time.Second))
	if p.total >= maxBuildMemory {
		return []string{fmt.Sprintf("cold build: the peak is %.2f GB, want less than %.0f", gigabytes(p.total), gigabytes(maxBuildMemory))}
	}
	return nil
}
