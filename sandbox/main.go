// Command sandbox is `pulumi` without credentials: the genuine CLI and engine run the program of this repository, while AWS, EKS,
// random and Kubernetes are answered by stand-ins on the loopback interface.
//
//	bin/sandbox preview -s testnet
//	SANDBOX_FAULT=aws:ec2/natGateway:NatGateway:2 bin/sandbox up -s testnet
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	status, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "sandbox: %v\n", err)
		os.Exit(1)
	}
	os.Exit(status)
}

// run returns the exit status of the CLI, or an error of the sandbox's own.
func run(args []string) (int, error) {
	executable, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("find the sandbox's own folder: %w", err)
	}
	if executable, err = filepath.EvalSymlinks(executable); err != nil {
		return 0, fmt.Errorf("find the sandbox's own folder: %w", err)
	}
	set, err := readSettings(os.Getenv, filepath.Dir(executable))
	if err != nil {
		return 0, err
	}
	here, err := os.Getwd()
	if err != nil {
		return 0, fmt.Errorf("find the working folder: %w", err)
	}
	cmd, err := parseCommand(args, here)
	if err != nil {
		return 0, err
	}
	box, err := openBox(set, here, filepath.Dir(executable))
	if err != nil {
		return 0, err
	}
	cli, err := findCLI(filepath.Dir(executable), box.dir)
	if err != nil {
		return 0, err
	}
	attached, err := serve(set, box)
	if err != nil {
		return 0, err
	}
	env := append(box.environment(os.Environ()), attached.environment()...)
	if cmd.compilesPack() {
		if env, err = box.announceHost(env); err != nil {
			return 0, err
		}
	}

	fmt.Fprintf(os.Stderr, "sandbox: %s are answered by stand-ins: %s; state is in %s\n",
		strings.Join(set.standins, ", "), set.reality(), box.dir)
	if err := box.createStack(cli, env, cmd.stack()); err != nil {
		return 0, err
	}
	status, err := runChild(cli, cmd.arguments(findPack(filepath.Dir(executable))), box.project, env)
	if err != nil {
		return 0, err
	}
	if cmd.is("up") && !set.fault.Struck() {
		fmt.Fprintf(os.Stderr, "sandbox: warning: SANDBOX_FAULT=%s:%d did not happen: fewer of that type were created\n",
			set.fault.Type, set.fault.Nth)
	}
	return status, nil
}

// findPack returns the policy pack that stands beside the sandbox; empty when none is built.
func findPack(binaries string) string {
	pack := filepath.Join(binaries, "pulumi-analyzer-satkube")
	if _, err := os.Stat(pack); err != nil {
		return ""
	}
	return pack
}

// createStack makes the stack of that name when Pulumi.<name>.yaml is there and the backend has none yet.
func (b *box) createStack(cli string, env []string, name string) error {
	if name == "" || b.hasStack(name) || !b.hasConfig(name) {
		return nil
	}
	cmd := exec.Command(cli, "stack", "init", name, "--no-select", "--non-interactive")
	cmd.Dir, cmd.Env = b.project, env
	// Another sandbox may have made it in the meantime.
	if out, err := cmd.CombinedOutput(); err != nil && !b.hasStack(name) {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return fmt.Errorf("create stack %s: %s", name, strings.TrimSpace(string(out)))
		}
		return fmt.Errorf("create stack %s: %w", name, err)
	}
	return nil
}
