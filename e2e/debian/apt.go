package debian

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// apt is a folder with apt's whole state: its lists, its archives, its sources. The machine's own are only read, so that no lock of it is taken, no package
// of it counts as installed and nothing of it changes.
type apt struct {
	dir string
	env []string
}

func newApt(dir string, here machine, set Set) (apt, error) {
	a := apt{dir: dir, env: append(os.Environ(), "APT_CONFIG="+filepath.Join(dir, "apt.conf"), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")}
	for _, folder := range []string{"lists/partial", "archives/partial", "sources", "state"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return a, err
		}
	}
	stanzas, err := here.stanzas(set.Suite)
	if err != nil {
		return a, err
	}
	for name, text := range map[string]string{
		"sources/mirror.sources": stanzas,
		"state/status":           left(set.Leave, here.architecture),
		"apt.conf":               settings(dir, here),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return a, err
		}
	}
	return a, nil
}

// settings is apt.conf(5). APT_CONFIG is read first and names the other places, so the machine's files are not read at all.
func settings(dir string, here machine) string {
	var out strings.Builder
	for _, line := range here.acquire {
		fmt.Fprintln(&out, line)
	}
	for _, s := range [][2]string{
		{"APT::Architecture", here.architecture},
		{"APT::Architectures::", here.architecture}, // no other one that the machine has added
		{"APT::Sandbox::User", "root"},              // the archives lie in folders that _apt cannot read
		{"APT::Install-Recommends", "false"},
		{"Acquire::Languages", "none"},
		{"Acquire::Retries", "3"},
		{"Dir::Etc::main", "/dev/null"},
		{"Dir::Etc::parts", "/dev/null"},
		{"Dir::Etc::sourcelist", "/dev/null"},
		{"Dir::Etc::sourceparts", filepath.Join(dir, "sources")},
		{"Dir::Etc::preferences", "/dev/null"},
		{"Dir::Etc::preferencesparts", "/dev/null"},
		{"Dir::State", filepath.Join(dir, "state")},
		{"Dir::State::lists", filepath.Join(dir, "lists")},
		{"Dir::State::status", filepath.Join(dir, "state", "status")},
		{"Dir::Cache", dir},
		{"Dir::Cache::archives", filepath.Join(dir, "archives")},
		{"Dir::Log", filepath.Join(dir, "log")},
	} {
		fmt.Fprintf(&out, "%s %q;\n", s[0], s[1])
	}
	return out.String()
}

// left is a status file in which nothing is installed except the packages to leave out. Their version is above every other, so that what needs one "at least"
// is content; a package that needs exactly one version of them is refused by apt, which names it.
func left(names []string, architecture string) string {
	var out strings.Builder
	for _, name := range names {
		fmt.Fprintf(&out, "Package: %s\nStatus: install ok installed\nArchitecture: %s\nMulti-Arch: foreign\nVersion: 9999\nMaintainer: none\nDescription: left out\n\n", name, architecture)
	}
	return out.String()
}

// download gives the archives of the set, sorted by name.
func (a apt) download(ctx context.Context, set Set) ([]string, error) {
	// Without error-mode=any a mirror that cannot be reached is a warning, and apt goes on with lists that it doesn't have.
	if _, err := output(ctx, &a, "apt-get", "update", "--quiet", "--quiet", "--error-on=any"); err != nil {
		return nil, err
	}
	how := []string{"download"}
	if set.Dependencies {
		how = []string{"install", "--yes", "--download-only", "--no-install-recommends"}
	}
	args := append(append(how, "--quiet", "--quiet"), set.Packages...)
	if _, err := output(ctx, &a, "apt-get", args...); err != nil {
		return nil, err
	}
	archives, err := filepath.Glob(filepath.Join(a.dir, "archives", "*.deb"))
	if err != nil {
		return nil, err
	}
	if len(archives) < len(set.Packages) {
		return nil, fmt.Errorf("apt-get downloaded %d archives, want at least %d: try again", len(archives), len(set.Packages))
	}
	slices.Sort(archives)
	return archives, nil
}

// output runs a command, in the archive folder when it is one of apt's, and gives what it printed. The error of a failed one ends with its last words.
func output(ctx context.Context, a *apt, name string, args ...string) (string, error) {
	var out, said bytes.Buffer
	command := exec.CommandContext(ctx, name, args...)
	command.Stdout, command.Stderr = &out, &said
	if a != nil {
		command.Env, command.Dir = a.env, filepath.Join(a.dir, "archives")
	}
	if err := command.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()+"\n"+out.String()), "\n")
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.Join(lines[max(0, len(lines)-4):], "; "))
	}
	return out.String(), nil
}
