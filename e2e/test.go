package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"gitlab.com/thinkmassive/satkube/e2e/live"
	"gitlab.com/thinkmassive/satkube/e2e/machine"
)

// proofs are the packages with tests that need the cluster, or what it is made of, in their order: runtime deploys, and drills take away again.
func proofs() []string {
	return []string{"./debian", "./images", "./admission", "./runtime", "./policies", "./drills"}
}

// test brings a cluster up, runs the proofs on it, prints the closing table and takes the cluster down, whatever happened.
func test(ctx context.Context) (err error) {
	begin := time.Now()
	if _, err := machine.Find(folder()); err == nil {
		return errors.New("a cluster runs already, and the proofs want a fresh one: take it away with make e2e-down")
	}
	if err := up(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, machine.Remove(folder())) }()
	fmt.Println("\nrunning the proofs: about 7 minutes")
	failed := runProofs(ctx)
	fmt.Println()
	if err := live.WriteTable(os.Stdout, folder()); err != nil {
		return errors.Join(failed, err)
	}
	fmt.Printf("\nafter %s\n", time.Since(begin).Round(time.Second))
	return errors.Join(failed, ctx.Err())
}

func runProofs(ctx context.Context) error {
	root, err := repository()
	if err != nil {
		return err
	}
	reports := filepath.Join(root, "artifacts")
	if err := os.MkdirAll(reports, 0o755); err != nil {
		return err
	}
	args := []string{
		"tool", "-modfile=" + filepath.Join(root, "tools", "go.mod"), "gotestsum",
		"--format", "testname", "--format-hide-empty-pkg", "--junitfile", filepath.Join(reports, "e2e.xml"),
		// One package after the other: they share the cluster.
		"--", "-count=1", "-p=1", "-timeout=30m",
	}
	command := exec.CommandContext(ctx, "go", append(args, proofs()...)...)
	command.Dir = filepath.Join(root, "e2e")
	command.Env = append(os.Environ(), live.Variable+"="+folder())
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	// The tests end with an interrupt, and take what they started with them.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute
	if err := command.Run(); err != nil {
		return fmt.Errorf("the proofs failed: %w; what the cluster said is gone with it, make e2e-up keeps one", err)
	}
	return nil
}
