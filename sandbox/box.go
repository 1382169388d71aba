package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// box is the folder that a sandbox keeps everything in.
type box struct {
	dir     string // .sandbox
	root    string // the repository, where Pulumi.yaml is
	project string // the copy of the project files that the CLI works on
	name    string // the project's name
}

// openBox finds the repository and brings its folder up to date.
func openBox(set settings, here, binaries string) (*box, error) {
	root, err := findProject(here, binaries)
	if err != nil {
		return nil, err
	}
	b := &box{root: root, dir: set.dir}
	if b.dir == "" {
		b.dir = filepath.Join(root, ".sandbox")
	}
	b.project = filepath.Join(b.dir, "project")
	for _, dir := range []string{"state", "home", "project"} {
		if err := os.MkdirAll(filepath.Join(b.dir, dir), 0o700); err != nil {
			return nil, fmt.Errorf("sandbox folder: %w", err)
		}
	}
	if err := b.passphrase(); err != nil {
		return nil, err
	}
	if err := b.linkPlugins(); err != nil {
		return nil, err
	}
	return b, b.copyProject()
}

// findProject looks for Pulumi.yaml upwards from the working folder, as the CLI does, then from the executable's.
func findProject(starts ...string) (string, error) {
	for _, dir := range starts {
		for {
			if _, err := os.Stat(filepath.Join(dir, "Pulumi.yaml")); err == nil {
				return dir, nil
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	return "", fmt.Errorf("no Pulumi.yaml in or above %s: start the sandbox in the repository", starts[0])
}

// passphrase makes the secret that encrypts the sandbox's state, once.
func (b *box) passphrase() error {
	file, err := os.OpenFile(filepath.Join(b.dir, "passphrase"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("passphrase: %w", err)
	}
	defer file.Close()
	secret := make([]byte, 32)
	// Read never fails: it ends the process instead.
	_, _ = rand.Read(secret)
	if _, err := file.WriteString(hex.EncodeToString(secret)); err != nil {
		return fmt.Errorf("passphrase: %w", err)
	}
	return nil
}

// hosts is the folder of executables that the CLI looks up by name.
func (b *box) hosts() string { return filepath.Join(b.dir, "hosts") }

// announceHost puts a file where the CLI looks for the language host before it starts a plugin that is written in Go, and returns the
// environment in which it is found. The file is never run: the host is attached already. The CLI warns of it at each start, so it is
// there only for whoever names a policy pack by its folder.
func (b *box) announceHost(env []string) ([]string, error) {
	path := filepath.Join(b.hosts(), "pulumi-language-go")
	err := os.MkdirAll(b.hosts(), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte("#!/bin/sh\necho 'the sandbox serves this host itself' >&2\nexit 1\n"), 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("sandbox folder: %w", err)
	}
	return append(env, "PATH="+b.hosts()+string(os.PathListSeparator)+os.Getenv("PATH")), nil
}

// linkPlugins shows the CLI the plugins that the user has installed, for the providers that are not stood in for.
func (b *box) linkPlugins() error {
	home := os.Getenv("PULUMI_HOME")
	if home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return nil
		}
		home = filepath.Join(user, ".pulumi")
	}
	plugins := filepath.Join(home, "plugins")
	if _, err := os.Stat(plugins); err != nil {
		return nil
	}
	link := filepath.Join(b.dir, "home", "plugins")
	if _, err := os.Lstat(link); err == nil {
		return nil
	}
	if err := os.Symlink(plugins, link); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("installed plugins: %w", err)
	}
	return nil
}

// copyProject refreshes the copies of Pulumi.yaml and the stack files. The CLI writes into both, and a stack file may name a key
// service that cannot be reached from here, so it never sees the committed ones.
func (b *box) copyProject() error {
	raw, err := os.ReadFile(filepath.Join(b.root, "Pulumi.yaml"))
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	var copied []string
	for line := range strings.Lines(string(raw)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if key == "name" && strings.HasPrefix(line, "name") {
			b.name = strings.Trim(strings.TrimSpace(value), `"'`)
		}
		// The program runs in the repository, and the backend is the sandbox's own.
		if !strings.HasPrefix(line, "main:") && !strings.HasPrefix(line, "stackConfigDir:") {
			copied = append(copied, line)
		}
	}
	if b.name == "" {
		return fmt.Errorf("project %s: no name", filepath.Join(b.root, "Pulumi.yaml"))
	}
	text := strings.TrimRight(strings.Join(copied, ""), "\n") + "\nmain: " + fmt.Sprintf("%q", b.root) + "\n"
	if err := replaceFile(filepath.Join(b.project, "Pulumi.yaml"), []byte(text)); err != nil {
		return err
	}
	stacks, err := filepath.Glob(filepath.Join(b.root, "Pulumi.*.yaml"))
	if err != nil {
		return fmt.Errorf("stack files: %w", err)
	}
	for _, path := range stacks {
		if err := b.copyStack(path); err != nil {
			return err
		}
	}
	return nil
}

// copyStack copies one stack file without the committed encryption settings and with the sandbox's own, which the CLI wrote into
// the copy when it made the stack.
func (b *box) copyStack(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("stack file: %w", err)
	}
	target := filepath.Join(b.project, filepath.Base(path))
	old, err := os.ReadFile(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("stack file: %w", err)
	}
	encrypted := regexp.MustCompile(`^\s+(-\s+)?secure:`)
	encryption := regexp.MustCompile(`^(secretsprovider|encryptedkey|encryptionsalt):`)
	var text bytes.Buffer
	for line := range bytes.Lines(raw) {
		if encrypted.Match(line) {
			return fmt.Errorf("%s: the sandbox cannot decrypt its secure values: move them out of the stack file", path)
		}
		if !encryption.Match(line) {
			text.Write(line)
		}
	}
	if text.Len() > 0 && !bytes.HasSuffix(text.Bytes(), []byte("\n")) {
		text.WriteByte('\n')
	}
	lines := bufio.NewScanner(bytes.NewReader(old))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "encryptionsalt:") {
			text.WriteString(lines.Text() + "\n")
		}
	}
	return replaceFile(target, text.Bytes())
}

// replaceFile writes a file in one step and leaves one that is right already alone: two sandboxes may run at once.
func replaceFile(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

// hasStack tells whether the backend knows the stack; looking for its file saves a start of the CLI.
func (b *box) hasStack(name string) bool {
	found, err := filepath.Glob(filepath.Join(b.dir, "state", ".pulumi", "stacks", b.name, name+".json*"))
	return err == nil && len(found) > 0
}

func (b *box) hasConfig(name string) bool {
	_, err := os.Stat(filepath.Join(b.project, "Pulumi."+name+".yaml"))
	return err == nil
}

// environment is what the CLI sees: none of the caller's credentials, and the sandbox's own state.
func (b *box) environment(inherited []string) []string {
	own := []string{
		"PULUMI_BACKEND_URL=file://" + filepath.ToSlash(filepath.Join(b.dir, "state")),
		"PULUMI_HOME=" + filepath.Join(b.dir, "home"),
		"PULUMI_CONFIG_PASSPHRASE_FILE=" + filepath.Join(b.dir, "passphrase"),
		"PULUMI_SKIP_UPDATE_CHECK=1",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
	}
	return append(withoutCredentials(inherited), own...)
}

// withoutCredentials drops every variable that could lead to a real account or cluster, or to another backend.
func withoutCredentials(env []string) []string {
	drop := map[string]bool{
		"KUBECONFIG": true, "PULUMI_ACCESS_TOKEN": true, "PULUMI_API": true, "PULUMI_BACKEND_URL": true, "PULUMI_HOME": true,
		"PULUMI_CONFIG_PASSPHRASE": true, "PULUMI_CONFIG_PASSPHRASE_FILE": true, "PULUMI_DEBUG_PROVIDERS": true,
		"PULUMI_DEBUG_LANGUAGES": true,
	}
	var kept []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		if !drop[name] && !strings.HasPrefix(name, "AWS_") && !strings.HasPrefix(name, "SANDBOX_") {
			kept = append(kept, v)
		}
	}
	return kept
}
