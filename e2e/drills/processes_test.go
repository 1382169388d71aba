package drills

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// process is one of a pod on the cluster's node, as this computer counts them.
type process struct {
	pid int
	pod types.UID
	// born is its start in clock ticks since this computer's: with pid it is unique.
	born string
}

var podOf = regexp.MustCompile(`/pod([0-9a-f-]{36})/`)

// processes are those of the cluster's pods that run a program of the name.
func (s *stage) processes(program string) ([]process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var found []process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		// A process that ends meanwhile is none.
		executable, err := os.Readlink(filepath.Join("/proc", entry.Name(), "exe"))
		if err != nil || strings.TrimSuffix(filepath.Base(executable), " (deleted)") != program {
			continue
		}
		groups, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cgroup"))
		if err != nil || !strings.Contains(string(groups), ":/"+filepath.Base(s.Folder)+"/") {
			continue
		}
		if pod := podOf.FindStringSubmatch(string(groups)); pod != nil {
			found = append(found, process{pid: pid, pod: types.UID(pod[1]), born: stat(pid, 19)})
		}
	}
	return found, nil
}

// stat is a field of /proc/PID/stat, counted from the one behind the name; empty when the process has ended.
func stat(pid, field int) string {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) <= field {
		return ""
	}
	return fields[field]
}

// only is the one process of a program.
func (s *stage) only(t *testing.T, program string) process {
	t.Helper()
	found, err := s.processes(program)
	require.NoError(t, err)
	require.Len(t, found, 1, program)
	return found[0]
}

// freeze stops a pod in the middle of whatever it does, such that no signal reaches it, as a disk does that has stopped answering. The
// returned function lets it go on.
func (s *stage) freeze(t *testing.T, pod types.UID) func() {
	t.Helper()
	const file, on, off = "freezer.state", "FROZEN", "THAWED"
	root := filepath.Join("/sys/fs/cgroup/freezer", filepath.Base(s.Folder), "kubepods")
	if !exists(root) {
		t.Skip("this computer has control groups of version 2 only, and what is frozen there can be killed all the same: nothing hangs")
	}
	var group string
	for _, class := range []string{"", "burstable", "besteffort"} {
		if folder := filepath.Join(root, class, "pod"+string(pod)); exists(folder) {
			group = folder
		}
	}
	require.NotEmpty(t, group, "pod %s has no control group below %s", pod, root)
	write := func(state string) error { return os.WriteFile(filepath.Join(group, file), []byte(state), 0o600) }
	require.NoError(t, write(on))
	// A pod that stays frozen can never be ended, not even with its cluster.
	t.Cleanup(func() { _ = write(off) })
	live.Eventually(t, 10*time.Second, func(context.Context) (string, bool) {
		state, err := os.ReadFile(filepath.Join(group, file))
		return string(state), err == nil && strings.TrimSpace(string(state)) == on
	})
	return func() { require.NoError(t, write(off)) }
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// killSession ends every process of a session at once, as a machine does that loses its power: none may tidy up behind another.
func killSession(t *testing.T, leader int) {
	t.Helper()
	members := func() []int {
		entries, err := os.ReadDir("/proc")
		require.NoError(t, err)
		var found []int
		for _, entry := range entries {
			// Fields behind the name: state, parent, group, session.
			if pid, err := strconv.Atoi(entry.Name()); err == nil && stat(pid, 3) == strconv.Itoa(leader) && stat(pid, 0) != "Z" {
				found = append(found, pid)
			}
		}
		return found
	}
	all := members()
	require.Contains(t, all, leader)
	for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		for _, pid := range members() {
			if err := syscall.Kill(pid, signal); err != nil {
				require.ErrorIs(t, err, syscall.ESRCH)
			}
		}
	}
	live.Eventually(t, 10*time.Second, func(context.Context) (string, bool) {
		return "processes of the session are left", len(members()) == 0
	})
}
