// Command reference writes docs/monitoring.md from what the committed stacks watch: their alerts, dashboards and targets. make generate
// runs it; with -check it only compares and fails when the file is stale.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/stacks"
)

const document = "docs/monitoring.md"

func main() {
	check := flag.Bool("check", false, "fail when the file is stale, write nothing")
	flag.Parse()
	if err := run(".", *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	var all monitoring.Watch
	for _, stack := range []string{"mainnet", "testnet", "regtest"} {
		if err := collect(root, stack, &all); err != nil {
			return err
		}
	}
	text, err := render(all)
	if err != nil {
		return err
	}
	path := filepath.Join(root, document)
	if !check {
		return os.WriteFile(path, []byte(text), 0o644)
	}
	if found, err := os.ReadFile(path); err != nil || string(found) != text {
		return fmt.Errorf("%s is stale: run make generate", document)
	}
	return nil
}

// collect adds what a committed stack watches.
func collect(root, stack string, all *monitoring.Watch) error {
	settings, err := mock.StackFile(root, stack)
	if err != nil {
		return err
	}
	_, err = mock.Run(func(ctx *pulumi.Context) error {
		platform, err := stacks.New(ctx)
		if err != nil {
			return err
		}
		for _, w := range platform.Watched {
			all.Targets = append(all.Targets, w.Targets...)
			all.Alerts = append(all.Alerts, w.Alerts...)
			all.Dashboards = append(all.Dashboards, w.Dashboards...)
		}
		return nil
	}, settings)
	return err
}
