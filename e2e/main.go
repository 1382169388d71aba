// Command e2e brings up a real Kubernetes cluster of one node on this computer, without installing anything, and proves the platform on it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gitlab.com/thinkmassive/satkube/e2e/cluster"
	"gitlab.com/thinkmassive/satkube/e2e/live"
	"gitlab.com/thinkmassive/satkube/e2e/machine"
)

// folder holds the cluster's state: a short path, because those of unix sockets may have 107 bytes only. Another one can be chosen with
// the variable that tests get the cluster's folder in; clusters in different folders do not meet.
func folder() string {
	if chosen := os.Getenv(live.Variable); chosen != "" {
		return chosen
	}
	return "/var/lib/satkube-e2e"
}

const usage = `usage: e2e COMMAND
  build      build the programs and images into the cache
  up         bring the cluster up; says where its kubeconfig is
  down       end it and remove everything of it
  status     say what runs
  test       bring a cluster up, prove the platform on it, print a table, and take the cluster down
  table      print what tests have recorded about the cluster that runs
  bench      measure up of a stack beside kubectl apply of the same objects
  enter ...  run a command in the cluster's machine, as root of its namespaces: e2e enter kubectl get pods -A`

func main() {
	err := run(os.Args[1:])
	var status *exec.ExitError
	switch {
	case errors.As(err, &status) && len(status.Stderr) == 0 && status.ExitCode() > 0:
		os.Exit(status.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, "e2e: "+err.Error())
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch command, rest := args[0], args[1:]; command {
	case machine.InitCommand:
		return machine.Init(rest[0])
	case machine.SuperviseCommand:
		return machine.Supervise(rest[0])
	case cluster.VolumesCommand:
		return cluster.ServeVolumes(ctx, rest[0])
	case "build":
		_, _, err := build(ctx)
		return err
	case "up":
		return up(ctx)
	case "test":
		return test(ctx)
	case "bench":
		return bench(ctx)
	case "table":
		return live.WriteTable(os.Stdout, folder())
	case "down":
		return down()
	case "status":
		return status()
	case "enter":
		return enter(ctx, rest)
	default:
		return fmt.Errorf("unknown command %q\n%s", command, usage)
	}
}

// say prints a line of progress with the time since the beginning.
func say(begin time.Time) func(format string, args ...any) {
	return func(format string, args ...any) {
		fmt.Printf("%6.1fs  %s\n", time.Since(begin).Seconds(), fmt.Sprintf(format, args...))
	}
}

func up(ctx context.Context) error {
	if m, err := machine.Find(folder()); err == nil {
		fmt.Printf("the cluster runs already (process %d)\n", m.PID)
		return printUse()
	}
	if err := machine.Check(); err != nil {
		return err
	}
	begin := time.Now()
	parts, assembled, err := build(ctx)
	if err != nil {
		return err
	}
	// What a cluster left that ended without `down`.
	if err := machine.Remove(folder()); err != nil {
		return err
	}
	if _, err := cluster.Up(ctx, parts, say(begin)); err != nil {
		return err
	}
	if err := keepImages(assembled); err != nil {
		return err
	}
	say(begin)("the cluster is up")
	return printUse()
}

func printUse() error {
	fmt.Printf("\n  export KUBECONFIG=%s\n  bin/e2e enter kubectl get pods -A\n  logs: %s\n", cluster.Kubeconfig(folder()), filepath.Join(folder(), "logs"))
	return nil
}

func down() error {
	_, err := machine.Find(folder())
	if errors.Is(err, machine.ErrNone) {
		fmt.Println("no cluster runs")
	}
	return machine.Remove(folder())
}

func status() error {
	m, err := machine.Find(folder())
	if err != nil {
		return fmt.Errorf("%w: bring one up with make e2e-up", err)
	}
	fmt.Printf("the cluster runs: process %d, API server on 127.0.0.1:%d\n", m.PID, m.Port)
	for _, service := range m.Spec.Services {
		pid, err := os.ReadFile(filepath.Join(folder(), service.Name+".pid"))
		if err != nil {
			return err
		}
		fmt.Printf("  %-24s process %s of the machine\n", service.Name, strings.TrimSpace(string(pid)))
	}
	return printUse()
}

func enter(ctx context.Context, args []string) error {
	m, err := machine.Find(folder())
	if err != nil {
		return fmt.Errorf("%w: bring one up with make e2e-up", err)
	}
	if len(args) == 0 {
		args = []string{"bash"}
	}
	command := m.Command(ctx, args[0], args[1:]...)
	command.Env = append(command.Env, "KUBECONFIG="+filepath.Join(folder(), "pki", "admin.kubeconfig"), "TERM="+os.Getenv("TERM"))
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	return command.Run()
}
