// Command reference writes docs/policies.md and docs/cks-coverage.md from the rules of the policy pack. make generate runs it; with
// -check it only compares and fails when a file is stale.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"gitlab.com/thinkmassive/satkube/policy/rules"
)

func main() {
	check := flag.Bool("check", false, "fail when a file is stale, write nothing")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(check bool) error {
	all := rules.All()
	var stale []error
	for path, render := range map[string]func() (string, error){
		"docs/policies.md":     func() (string, error) { return policies(all) },
		"docs/cks-coverage.md": func() (string, error) { return coverage(all), nil },
	} {
		text, err := render()
		if err != nil {
			return err
		}
		if !check {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				return err
			}
			continue
		}
		if found, err := os.ReadFile(path); err != nil || string(found) != text {
			stale = append(stale, fmt.Errorf("%s is stale: run make generate", path))
		}
	}
	return errors.Join(stale...)
}
