package drills

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// update is a `sandbox up` that runs.
type update struct {
	command *exec.Cmd
	said    bytes.Buffer
	lines   *bufio.Scanner
}

// startUp begins `sandbox up` in a session of its own, slowed down such that something can happen in the middle of it.
func (s *stage) startUp(t *testing.T) *update {
	t.Helper()
	u := &update{command: s.sandbox(t.Context(), "up")}
	u.command.Env = append(u.command.Env, "SANDBOX_LATENCY=100ms")
	u.command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	read, write, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = read.Close() })
	u.command.Stdout, u.command.Stderr = write, write
	require.NoError(t, u.command.Start())
	// Its processes have the pipe now: it ends with the last of them.
	require.NoError(t, write.Close())
	u.lines = bufio.NewScanner(io.TeeReader(read, &u.said))
	return u
}

// until reads on until a number of lines of the update itself, not of its preview, contained a word.
func (u *update) until(t *testing.T, word string, times int) {
	t.Helper()
	updating := false
	for times > 0 && u.lines.Scan() {
		updating = updating || strings.HasPrefix(u.lines.Text(), "Updating (")
		if updating && strings.Contains(u.lines.Text(), word) {
			times--
		}
	}
	require.Zero(t, times, "the update ended without %q:\n%s", word, &u.said)
}

// end waits for the end of the update.
func (u *update) end() (string, error) {
	for u.lines.Scan() {
		continue
	}
	err := u.command.Wait()
	return u.said.String(), err
}

// apiServerIsKilled ends the API server in the middle of an update. The update may fail, and says so; the next one completes it.
func apiServerIsKilled(t *testing.T, s *stage) {
	lnd, bitcoind := s.life(t, "lnd-0"), s.life(t, "bitcoind-0")
	s.configure(t, func(platform settings) { bitcoindOf(platform)["maxUploadTargetMiB"] = 144 })
	u := s.startUp(t)
	u.until(t, " updating (", 1)
	pid := s.apiServer(t)
	require.NoError(t, s.Machine.Command(t.Context(), "kill", "-9", pid).Run())
	said, err := u.end()
	if err == nil {
		t.Log("the update survived the API server")
	} else {
		t.Logf("the update failed: %v\n%s", err, diagnostics(said))
		// Named are the object and what became of the connection; the port in between is this computer's, so it breaks in several ways.
		require.Regexp(t, `(ConfigMap|StatefulSet|Secret|Service) bitcoin-regtest/\S+: .*(EOF|connection refused|connection reset)`, diagnostics(said))
	}
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		out, err := s.Kubectl(ctx, "get", "--raw", "/readyz")
		return out, err == nil
	})
	require.NotEqual(t, pid, s.apiServer(t))
	s.up(t)
	s.expectNoChanges(t)
	text := s.kubectl(t, "get", "configmap", "bitcoind", "--namespace", namespace, "-o", "jsonpath={.data}")
	require.Contains(t, text, "maxuploadtarget=144M")
	require.Equal(t, lnd, s.life(t, "lnd-0"))
	require.Equal(t, bitcoind, s.life(t, "bitcoind-0"))
}

// apiServer is the process id of the API server, as the machine counts it.
func (s *stage) apiServer(t *testing.T) string {
	t.Helper()
	pid, err := os.ReadFile(filepath.Join(s.Folder, "kube-apiserver.pid"))
	require.NoError(t, err)
	return strings.TrimSpace(string(pid))
}

// diagnostics are what the engine says at the end of what went wrong.
func diagnostics(said string) string {
	_, what, _ := strings.Cut(said, "Diagnostics:")
	what, _, _ = strings.Cut(what, "Outputs:")
	return strings.TrimSpace(what)
}

// upIsKilled ends an update with all its processes when half of what it makes is there. The next one wants to be told that nobody works
// on the stack any more, and then takes over what it finds.
func upIsKilled(t *testing.T, s *stage) {
	lnd := s.life(t, "lnd-0")
	strangers := s.strangers(t)
	s.configure(t, func(platform settings) {
		platform["nodes"] = append(platform["nodes"].([]any), settings{
			"name": "drill", "network": "regtest",
			"bitcoind": settings{"storage": "1Gi", "dbcacheMiB": 4, "memory": "768Mi", "cpu": "50m", "maxUploadTargetMiB": 0},
		})
	})
	t.Cleanup(func() { s.forgetSecondNode(t) })
	u := s.startUp(t)
	u.until(t, "created (", 6)
	killSession(t, u.command.Process.Pid)
	_, err := u.end()
	require.ErrorContains(t, err, "killed")

	out, err := s.run(t, "up")
	require.Error(t, err, "an update began while the lock of another was there")
	require.Contains(t, out, "locked by 1 lock")
	require.Contains(t, out, "pulumi cancel")

	// From here on as docs/runbooks/up-was-killed.md says.
	out, err = s.run(t, "cancel", "--yes")
	require.NoError(t, err, out)
	out, err = s.run(t, "refresh", "--clear-pending-creates")
	require.NoError(t, err, out)
	s.up(t)
	s.expectNoChanges(t)
	require.Equal(t, strangers, s.strangers(t), "every object that an update made is in the state, and the other way round")
	require.Equal(t, lnd, s.life(t, "lnd-0"))
}

// forgetSecondNode takes the node away again that upIsKilled added, with what a destroyed node leaves behind.
func (s *stage) forgetSecondNode(t *testing.T) {
	t.Helper()
	s.configure(t, nil)
	s.up(t)
	volume := s.kubectl(t, "get", "persistentvolumeclaim", "bitcoind-data", "--namespace", "bitcoin-drill", "--ignore-not-found", "-o", "jsonpath={.spec.volumeName}")
	s.kubectl(t, "delete", "namespace", "bitcoin-drill", "--ignore-not-found", "--timeout=60s")
	if volume != "" {
		s.kubectl(t, "delete", "persistentvolume", volume, "--timeout=60s")
	}
}
