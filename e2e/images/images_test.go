package images

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// programs makes a static executable and gives it every name that the recipes know.
func programs(t *testing.T) (files, versions map[string]string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() { println(\"here\") }\n"), 0o644))
	build := exec.Command("go", "build", "-o", "program", "main.go")
	build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	files, versions = map[string]string{}, map[string]string{}
	for _, r := range recipes() {
		for name := range r.programs {
			files[name], versions[name] = filepath.Join(dir, "program"), "v1.2.3"
		}
	}
	return files, versions
}

func TestAssemble_NamesEveryImageAndEverythingMissing(t *testing.T) {
	lock, _, err := readLock(lockPath)
	require.NoError(t, err)
	files, versions := programs(t)
	delete(files, "kube-state-metrics")
	versions["lnd"] = "v0.21.3-beta"
	dir := t.TempDir()
	result, err := assemble(dir, lock, Input{Programs: files, Versions: versions}, rootfs(t, 0, 0), bitcoind{why: "no mirror: " + remedy})
	require.NoError(t, err)

	index, layers := read(t, filepath.Join(dir, archiveName))
	var names []string
	for _, m := range index.Manifests {
		names = append(names, m.Annotations["io.containerd.image.name"])
	}
	have := map[string]bool{}
	for _, image := range result.Images {
		want, ok := map[string]string{
			"lnd":     "lnd v0.21.3-beta built from its Go module, with a shell and tools of Debian",
			"pause":   "pause of this repository",
			"coredns": "coredns v1.2.3 built from its Go module",
		}[image.Name]
		if !ok {
			want = "that is locked"
		}
		require.Contains(t, image.Holds, want)
		require.Subset(t, names, image.References)
		have[image.Name] = true
	}
	require.Contains(t, names, "docker.io/coredns/coredns:1.2.3")
	require.Contains(t, names, "satkube.local/pause:1")
	for _, m := range result.Missing {
		require.False(t, have[m.Name], "%s is there and missing", m.Name)
		require.NotEmpty(t, m.Why, m.Name)
		require.NotContains(t, m.Why, "\n")
		have[m.Name] = true
		switch m.Name {
		case "bitcoind":
			require.Contains(t, m.Why, "E2E_BITCOIND=/path/to/bitcoind")
		case "kube-state-metrics":
			require.Contains(t, m.Why, "no executable kube-state-metrics was given")
		case "mariadb":
			require.Equal(t, notDeployed, m.Why)
		}
	}
	for _, l := range lock {
		require.True(t, have[l.Name], "%s is neither there nor missing", l.Name)
	}

	for _, header := range layers["docker.io/lightninglabs/lnd:v0.21.3-beta"] {
		require.Zero(t, header.Uid+header.Gid, header.Name)
		require.True(t, header.ModTime.Equal(epoch), header.Name)
		switch header.Name {
		case "usr/bin/tool", "usr/bin/su", "usr/bin/lnd", "usr/bin/lncli":
			require.Equal(t, int64(0o755), header.Mode, "%s: any user may execute it, and it has no setuid bit", header.Name)
		case "usr/conf":
			require.Equal(t, int64(0o644), header.Mode)
		case "tmp/":
			require.Equal(t, int64(0o1777), header.Mode)
		}
		require.NotContains(t, header.Name, "share/doc")
		delete(have, header.Name)
		have["in layers "+header.Name] = true
	}
	for _, name := range []string{"bin", "usr/bin/tool", "usr/bin/lnd", "etc/passwd", "tmp/"} {
		require.True(t, have["in layers "+name], name)
	}
}

func TestAssemble_RefusesWhatWouldNotRun(t *testing.T) {
	lock, _, err := readLock(lockPath)
	require.NoError(t, err)
	cases := map[string]struct {
		change func(files, versions map[string]string)
		want   string
	}{
		"a dynamic executable": {func(files, _ map[string]string) { files["lnd"] = "/bin/sh" }, "build it with CGO_ENABLED=0"},
		"no executable at all": {func(files, _ map[string]string) { files["lnd"] = lockPath }, "want a Linux executable"},
		"no version":           {func(_, versions map[string]string) { delete(versions, "lnd") }, "version of lnd is empty"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			files, versions := programs(t)
			c.change(files, versions)
			_, err := assemble(t.TempDir(), lock, Input{Programs: files, Versions: versions}, rootfs(t, 0, 0), bitcoind{why: "none"})
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestKey_ChangesWithTheContentOnly(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	require.NoError(t, errors.Join(os.WriteFile(one, []byte("x"), 0o755), os.WriteFile(two, []byte("x"), 0o755)))
	of := func(path, version, lock, package_ string) string {
		got, err := key(Input{Programs: map[string]string{"lnd": path}, Versions: map[string]string{"lnd": version}}, []byte(lock), map[string]string{"bash": package_}, bitcoind{})
		require.NoError(t, err)
		return got
	}
	same := of(one, "v1", "lock", "5")
	require.Equal(t, same, of(two, "v1", "lock", "5"))
	unused, err := key(Input{Programs: map[string]string{"lnd": one, "kubelet": "/nowhere"}, Versions: map[string]string{"lnd": "v1", "kubelet": "v2"}}, []byte("lock"), map[string]string{"bash": "5"}, bitcoind{})
	require.NoError(t, err)
	require.Equal(t, same, unused, "what is in no image does not matter")
	for _, other := range []string{of(one, "v2", "lock", "5"), of(one, "v1", "new", "5"), of(one, "v1", "lock", "6")} {
		require.NotEqual(t, same, other)
	}
	require.NoError(t, os.WriteFile(two, []byte("y"), 0o755))
	require.NotEqual(t, same, of(two, "v1", "lock", "5"))
}
