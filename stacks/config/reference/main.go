// Command reference writes docs/configuration.md from the types, the defaults and the rules of stacks/config.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// document is what the command writes, below the repository's root.
const document = "docs/configuration.md"

func main() {
	root := flag.String("root", ".", "the repository's root")
	check := flag.Bool("check", false, "write nothing, and fail when the document is stale")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	want, err := render(root)
	if err != nil {
		return err
	}
	path := filepath.Join(root, document)
	if check {
		have, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read the document: %w", err)
		}
		if !bytes.Equal(have, want) {
			return fmt.Errorf("%s is stale: run make generate, and commit the result", document)
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	if err := os.WriteFile(path, want, 0o644); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}
