package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/e2e/admission"
	"gitlab.com/thinkmassive/satkube/e2e/cluster"
	"gitlab.com/thinkmassive/satkube/e2e/live"
	"gitlab.com/thinkmassive/satkube/e2e/machine"
)

// benchTurns is how often each way is measured, on a fresh cluster each time; the median counts.
const benchTurns = 3

// bench measures `up` of stack regtest, the engine and the policy pack included, beside `kubectl apply --server-side` of the same objects,
// both against the real API server and both without waiting for readiness.
func bench(ctx context.Context) error {
	if err := machine.Check(); err != nil {
		fmt.Printf("up beside kubectl apply: left out: %v\n", err)
		return nil
	}
	// Not the cluster that somebody works with.
	if err := os.Setenv(live.Variable, "/var/lib/satkube-bench"); err != nil {
		return err
	}
	parts, _, err := build(ctx)
	if err != nil {
		return err
	}
	root, err := repository()
	if err != nil {
		return err
	}
	var up, apply []time.Duration
	manifest := filepath.Join(folder(), "objects.yaml")
	var objects []byte
	for turn := range benchTurns {
		fmt.Fprintf(os.Stderr, "bench: up and kubectl apply on fresh clusters, turn %d of %d: about 50 seconds\n", turn+1, benchTurns)
		if err := onFreshCluster(ctx, parts, func() error {
			took, err := timed(live.Sandbox(ctx, root, folder(), "up", "-s", "regtest", "--skip-preview"))
			up = append(up, took)
			if err != nil || objects != nil {
				return err
			}
			export, err := live.Sandbox(ctx, root, folder(), "stack", "export", "-s", "regtest", "--show-secrets").Output()
			if err != nil {
				return err
			}
			objects, err = manifestOf(export)
			return err
		}); err != nil {
			return err
		}
		if err := onFreshCluster(ctx, parts, func() error {
			// It holds the stack's secrets; the folder is its owner's only and goes with the cluster.
			if err := os.WriteFile(manifest, objects, 0o600); err != nil {
				return err
			}
			command := exec.CommandContext(ctx, parts.Programs["kubectl"], "--kubeconfig", cluster.Kubeconfig(folder()),
				"apply", "--server-side", "--force-conflicts", "--filename", manifest)
			took, err := timed(command)
			apply = append(apply, took)
			return err
		}); err != nil {
			return err
		}
	}
	a, b := median(up), median(apply)
	fmt.Printf("\nStack regtest against a real API server, median of %d on fresh clusters\n", benchTurns)
	fmt.Printf("  sandbox up --skip-preview      %6.2f s  (%d objects, engine and policy pack included)\n", a.Seconds(), bytes.Count(objects, []byte("\n---\n"))+1)
	fmt.Printf("  kubectl apply --server-side    %6.2f s\n", b.Seconds())
	fmt.Printf("  ratio                          %6.2f\n", a.Seconds()/b.Seconds())
	return nil
}

// onFreshCluster brings a cluster up, calls do, and takes the cluster away.
func onFreshCluster(ctx context.Context, parts cluster.Parts, do func() error) (err error) {
	if err := machine.Remove(folder()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, machine.Remove(folder())) }()
	if _, err := cluster.Up(ctx, parts, func(string, ...any) {}); err != nil {
		return err
	}
	return do()
}

// timed runs a command to its end. What it wrote is shown when it fails.
func timed(command *exec.Cmd) (time.Duration, error) {
	begin := time.Now()
	out, err := command.CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return 0, fmt.Errorf("%s: %w: %s", filepath.Base(command.Path), err, strings.Join(lines[max(0, len(lines)-20):], "\n"))
	}
	return time.Since(begin), nil
}

// manifestOf writes the objects of a stack's export as one file for kubectl, in the order in which the engine made them.
func manifestOf(export []byte) ([]byte, error) {
	objects, err := admission.Objects(export)
	if err != nil {
		return nil, err
	}
	var documents [][]byte
	for _, o := range objects {
		document, err := yaml.Marshal(o.Content.Object)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	return bytes.Join(documents, []byte("---\n")), nil
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}
