package programs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// making begins the names of folders that are not complete.
const making = ".making-"

// Build gives every program, and builds those that the cache does not have. Root is the folder of the repository. A build that was killed leaves nothing that
// would be taken for a whole one; what older pins and flags made is deleted.
func Build(ctx context.Context, root, cache string, say func(format string, args ...any)) (Built, error) {
	return build(ctx, root, cache, all(), say)
}

func build(ctx context.Context, root, cache string, table []module, say func(format string, args ...any)) (Built, error) {
	built := Built{paths: map[string]string{}, versions: map[string]string{}}
	parent, err := filepath.Abs(filepath.Join(cache, "programs"))
	if err != nil {
		return Built{}, fmt.Errorf("programs: %w", err)
	}
	unlock, err := lock(ctx, parent, say)
	if err != nil {
		return Built{}, fmt.Errorf("programs: %w", err)
	}
	defer unlock()
	if err := remove(parent, regexp.MustCompile("^"+regexp.QuoteMeta(making)), ""); err != nil {
		return Built{}, fmt.Errorf("programs: %w", err)
	}
	for _, m := range table {
		version, dir, err := m.build(ctx, root, parent, say)
		if err != nil {
			return Built{}, fmt.Errorf("program %s, pinned in %s: %w", m.name, filepath.Join(m.folder, "go.mod"), err)
		}
		for name := range m.programs {
			built.paths[name], built.versions[name] = filepath.Join(dir, name), version
		}
	}
	return built, nil
}

// build gives the version of the module's programs and the folder that has them.
func (m module) build(ctx context.Context, root, parent string, say func(format string, args ...any)) (version, dir string, err error) {
	version, err = m.version(root)
	if err != nil {
		return "", "", err
	}
	key, err := m.key(ctx, root, version)
	if err != nil {
		return "", "", err
	}
	final := filepath.Join(parent, m.name+"-"+key)
	if m.complete(final) {
		return version, final, nil
	}
	names := strings.Join(slices.Sorted(maps.Keys(m.programs)), ", ")
	say("building %s %s from its Go module (%s): usually %s the first time", m.name, version, names, m.usual)
	begin := time.Now()
	made, err := os.MkdirTemp(parent, making+m.name+"-")
	if err != nil {
		return "", "", err
	}
	if err := m.fill(ctx, root, made, version); err != nil {
		return "", "", errors.Join(err, os.RemoveAll(made))
	}
	if err := os.RemoveAll(final); err != nil {
		return "", "", err
	}
	if err := os.Rename(made, final); err != nil {
		return "", "", err
	}
	say("%s %s built in %s", m.name, version, time.Since(begin).Round(time.Second))
	return version, final, remove(parent, regexp.MustCompile("^"+regexp.QuoteMeta(m.name)+"-[0-9a-f]{16}$"), final)
}

// fill puts the module's executables into a folder. One at a time, because go names them after their packages: etcd's would be "v3" or "server".
func (m module) fill(ctx context.Context, root, made, version string) (err error) {
	if err := os.Chmod(made, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(made), making+m.name+"-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	folder := filepath.Join(root, m.folder)
	if len(m.lacks) > 0 {
		upstream, err := m.download(ctx, folder)
		if err != nil {
			return err
		}
		source := filepath.Join(work, "source")
		if err := m.complement(folder, upstream, source); err != nil {
			return err
		}
		folder = source
	}
	for _, name := range slices.Sorted(maps.Keys(m.programs)) {
		args := append([]string{"build", "-o", filepath.Join(made, name)}, m.flags(version)...)
		if _, err := run(ctx, folder, work, append(args, m.programs[name])...); err != nil {
			return err
		}
	}
	return nil
}

// complete says whether the folder has every executable: somebody may have tidied up in there.
func (m module) complete(dir string) bool {
	for name := range m.programs {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || !info.Mode().IsRegular() || info.Mode()&0o100 == 0 {
			return false
		}
	}
	return true
}

// remove deletes what has such a name, except one.
func remove(parent string, names *regexp.Regexp, except string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(parent, entry.Name())
		if !names.MatchString(entry.Name()) || path == except {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}
