package programs

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain lets a copy of the test be killed while it builds.
func TestMain(m *testing.M) {
	if root := os.Getenv("BUILD_ROOT"); root != "" {
		table := []module{{name: "one", folder: "one", programs: map[string]string{"first": "."}}}
		_, err := build(context.Background(), root, os.Getenv("BUILD_CACHE"), table, func(string, ...any) {})
		if err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// slowGo puts a go command first on the PATH that never ends a build. It gives the file that it writes a process id into.
func slowGo(t *testing.T, build string) (pid string) {
	t.Helper()
	tools := t.TempDir()
	pid = filepath.Join(tools, "pid")
	write(t, tools, "go", "#!/bin/sh\n[ \"$*\" = version ] && echo a version && exit\nfile="+pid+"\n"+build+"\n")
	require.NoError(t, os.Chmod(filepath.Join(tools, "go"), 0o755))
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	return pid
}

// started waits for a process id in a file.
func started(t *testing.T, file string) (pid string) {
	t.Helper()
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(file)
		pid = strings.TrimSpace(string(text))
		return err == nil && strings.HasSuffix(string(text), "\n")
	}, 10*time.Second, 10*time.Millisecond)
	return pid
}

// requireEnd waits until a process is gone, or dead and not buried yet.
func requireEnd(t *testing.T, pid string) {
	t.Helper()
	require.Eventually(t, func() bool {
		text, err := os.ReadFile("/proc/" + pid + "/stat")
		return err != nil || strings.Contains(string(text), ") Z ")
	}, 5*time.Second, 10*time.Millisecond)
}

func TestBuild_EndsWithItsContextAndTakesTheCompilersAlong(t *testing.T) {
	root, table := tiny(t)
	cache := t.TempDir()
	// The child stands for a compiler: it outlives its parent unless the whole group is ended.
	compiler := slowGo(t, `sleep 60 & echo $! > "$file"; wait`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := build(ctx, root, cache, table, heard(&[]string{}))
		ended <- err
	}()
	pid := started(t, compiler)
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	requireEnd(t, pid)
	require.Empty(t, cached(t, cache))
}

func TestBuild_ThatIsKilledDoesNotCompileOn(t *testing.T) {
	root, table := tiny(t)
	cache := t.TempDir()
	command := slowGo(t, `echo $$ > "$file"; exec sleep 60`)
	self, err := os.Executable()
	require.NoError(t, err)
	builder := exec.Command(self)
	builder.Env = append(os.Environ(), "BUILD_ROOT="+root, "BUILD_CACHE="+cache)
	require.NoError(t, builder.Start())
	pid := started(t, command)
	require.NoError(t, builder.Process.Kill())
	require.Error(t, builder.Wait())
	requireEnd(t, pid)

	// What it left does not stand in the way of the next one, which needs neither its lock nor its folder.
	require.NotEmpty(t, cached(t, cache))
	t.Setenv("PATH", strings.SplitN(os.Getenv("PATH"), ":", 2)[1])
	_, err = build(t.Context(), root, cache, table, heard(&[]string{}))
	require.NoError(t, err)
	require.Len(t, cached(t, cache), 1)
}
