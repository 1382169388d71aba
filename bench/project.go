package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// stack is the stack file that every size is derived from.
const stack = "testnet"

// findRepository looks for the module upwards from a folder.
func findRepository(from string) (string, error) {
	for dir := from; ; dir = filepath.Dir(dir) {
		_, err := os.Stat(filepath.Join(dir, "Pulumi."+stack+".yaml"))
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no Pulumi.%s.yaml in or above %s: start the bench in the repository", stack, from)
		}
	}
}

// writeProject makes a folder that the sandbox takes for the repository, with a stack of that many nodes.
func writeProject(repository, dir string, nodes int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("project of %d nodes: %w", nodes, err)
	}
	project, err := os.ReadFile(filepath.Join(repository, "Pulumi.yaml"))
	if err != nil {
		return fmt.Errorf("project of %d nodes: %w", nodes, err)
	}
	committed, err := os.ReadFile(filepath.Join(repository, "Pulumi."+stack+".yaml"))
	if err != nil {
		return fmt.Errorf("project of %d nodes: %w", nodes, err)
	}
	derived, err := repeatNode(committed, nodes)
	if err != nil {
		return fmt.Errorf("stack file Pulumi.%s.yaml: %w", stack, err)
	}
	for name, text := range map[string][]byte{"Pulumi.yaml": project, "Pulumi." + stack + ".yaml": derived} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return fmt.Errorf("project of %d nodes: %w", nodes, err)
		}
	}
	return nil
}

// repeatNode derives a stack file with the first node of another one, as many times as asked, each under its own name.
func repeatNode(committed []byte, nodes int) ([]byte, error) {
	var file map[string]any
	if err := yaml.Unmarshal(committed, &file); err != nil {
		return nil, err
	}
	config, _ := file["config"].(map[string]any)
	platform, _ := config["satkube:platform"].(map[string]any)
	list, _ := platform["nodes"].([]any)
	if len(list) == 0 {
		return nil, errors.New("satkube:platform.nodes is empty, want a node to repeat")
	}
	first, named := list[0].(map[string]any)
	name, isText := first["name"].(string)
	if !named || !isText {
		return nil, errors.New("satkube:platform.nodes[0].name is no text, want a name to derive others from")
	}
	repeated := make([]any, nodes)
	for i := range repeated {
		node := make(map[string]any, len(first))
		for key, value := range first {
			node[key] = value
		}
		if i > 0 {
			node["name"] = fmt.Sprintf("%s-%d", name, i+1)
		}
		repeated[i] = node
	}
	platform["nodes"] = repeated
	return yaml.Marshal(file)
}
