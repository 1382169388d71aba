// Command policy is SatKube's policy pack. Pulumi starts it, with --policy-pack policy or as bin/pulumi-analyzer-satkube.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"runtime/debug"

	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

// The engine takes the version from PulumiPolicy.yaml where it finds that file; compiled in, it is the same where it does not.
//
//go:embed PulumiPolicy.yaml
var project []byte

//go:embed exemptions.yaml
var exemptions []byte

func main() {
	// A run takes seconds and little memory: collecting garbage less often makes previews faster.
	debug.SetGCPercent(400)
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(args []string) error {
	var about struct {
		Version, Description string
	}
	if err := yaml.Unmarshal(project, &about); err != nil {
		return fmt.Errorf("PulumiPolicy.yaml: %w", err)
	}
	return pack.Serve(pack.Pack{
		Name:        "satkube",
		DisplayName: "SatKube",
		Version:     about.Version,
		Description: about.Description,
		Repository:  "https://gitlab.com/thinkmassive/satkube",
		Docs:        "docs/policies.md",
		Rules:       rules.All(),
		Exemptions:  exemptions,
	}, args, os.Stdout)
}
