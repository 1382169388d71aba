package programs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// own is the version of programs of this repository: they have no releases.
const own = "own"

// readMod gives what a go.mod says.
func readMod(folder string) (*modfile.File, error) {
	path := filepath.Join(folder, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(path, text, nil)
}

// version gives the version of the module's pin, as its release is called.
func (m module) version(root string) (string, error) {
	if m.pin == "" {
		return own, nil
	}
	mod, err := readMod(filepath.Join(root, m.folder))
	if err != nil {
		return "", err
	}
	version := ""
	for _, require := range mod.Require {
		if require.Mod.Path == m.pin {
			version = require.Mod.Version
		}
	}
	for _, replace := range mod.Replace {
		if replace.Old.Path == m.pin && (replace.Old.Version == "" || replace.Old.Version == version) && replace.New.Version != "" {
			version = replace.New.Version
		}
	}
	if version == "" {
		return "", fmt.Errorf("%s: does not require %s, want the version to build", filepath.Join(m.folder, "go.mod"), m.pin)
	}
	if m.release != nil {
		version = m.release(version)
	}
	return version, nil
}

// flags are the arguments of `go build` apart from the output and the package. The linker leaves out symbols, which halves the images, and its build id, which
// differs where everything else is the same.
func (m module) flags(version string) []string {
	number := strings.TrimPrefix(version, "v")
	parts := append(strings.Split(number, "."), "", "")
	fill := strings.NewReplacer("{version}", version, "{number}", number, "{major}", parts[0], "{minor}", parts[1])
	linker := []string{"-s", "-w", "-buildid="}
	for _, stamp := range m.stamps {
		linker = append(linker, "-X", fill.Replace(stamp))
	}
	flags := []string{"-p", "2", "-trimpath", "-buildvcs=false", "-ldflags", strings.Join(linker, " ")}
	if m.tags != "" {
		flags = append(flags, "-tags", m.tags)
	}
	return flags
}
