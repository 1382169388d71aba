package machine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serveCommand makes this program the service of the machines in these tests.
const serveCommand = "serve"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case InitCommand:
			exit(Init(os.Args[2]))
		case SuperviseCommand:
			exit(Supervise(os.Args[2]))
		case serveCommand:
			exit(http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, os.Getenv("GREETING"))
			})))
		}
	}
	os.Exit(m.Run())
}

func exit(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// greeting is a machine with one service. Without the rights to make one, the test is skipped.
func greeting(t *testing.T) Spec {
	t.Helper()
	if err := Check(); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("ip is missing: install iproute2")
	}
	program, err := os.Executable()
	require.NoError(t, err)
	folder := filepath.Join(t.TempDir(), "m")
	t.Cleanup(func() { require.NoError(t, Remove(folder)) })
	return Spec{
		Name: "satkube-test-" + strconv.Itoa(os.Getpid()), Folder: folder, Forward: Address + ":8080",
		Services: []Service{{
			Name: "greeter", Command: []string{program, serveCommand}, Environment: []string{"GREETING=hello"},
			Ready: "http://127.0.0.1:8080",
		}},
	}
}

func start(t *testing.T, spec Spec) *Machine {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	m, err := Start(ctx, spec)
	require.NoError(t, err)
	return m
}

func inside(t *testing.T, m *Machine, name string, args ...string) string {
	t.Helper()
	command := m.Command(t.Context(), name, args...)
	var out, wrong bytes.Buffer
	command.Stdout, command.Stderr = &out, &wrong
	require.NoError(t, command.Run(), wrong.String())
	return strings.TrimSpace(out.String())
}

func TestStart_MakesAMachineThatIsReachedByItsPortOnly(t *testing.T) {
	spec := greeting(t)
	m := start(t, spec)
	require.Equal(t, spec.Name, inside(t, m, "hostname"))

	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d", m.Port))
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, "hello", string(body))

	_, err = net.DialTimeout("tcp4", "127.0.0.1:8080", time.Second)
	require.Error(t, err, "the machine's own ports are not this computer's")
	interfaces := inside(t, m, "ip", "-brief", "link")
	require.Len(t, strings.Split(interfaces, "\n"), 2+countOf(interfaces, "ifb"), interfaces)
	require.Contains(t, inside(t, m, "cat", "/proc/1/cmdline"), InitCommand, "its processes are counted from its init")
	for _, namespace := range []string{"mnt", "net", "pid", "uts", "ipc"} {
		ours, err := os.Readlink("/proc/self/ns/" + namespace)
		require.NoError(t, err)
		require.NotEqual(t, ours, inside(t, m, "readlink", "/proc/self/ns/"+namespace))
	}
}

// countOf counts interfaces that a kernel gives to every new namespace.
func countOf(text, prefix string) int { return strings.Count(text, prefix) }

func TestStart_StartsAServiceAgainThatEnded(t *testing.T) {
	spec := greeting(t)
	m := start(t, spec)
	pid := func() string {
		data, err := os.ReadFile(filepath.Join(spec.Folder, "greeter.pid"))
		require.NoError(t, err)
		return strings.TrimSpace(string(data))
	}
	before := pid()
	inside(t, m, "kill", "-KILL", before)
	require.Eventually(t, func() bool { return pid() != before && answers(fmt.Sprintf("http://127.0.0.1:%d", m.Port)) }, 20*time.Second, 50*time.Millisecond)
	log, err := os.ReadFile(filepath.Join(spec.Logs(), "machine.log"))
	require.NoError(t, err)
	require.Contains(t, string(log), "greeter has ended and is started again: signal: killed")
}

func TestStop_LeavesNothingAndItStartsAgain(t *testing.T) {
	spec := greeting(t)
	for range 2 {
		m := start(t, spec)
		inside(t, m, "mount", "-t", "tmpfs", "left", "/mnt")
		// A process that left its parent and its session.
		inside(t, m, "sh", "-c", "setsid sleep 987654 >/dev/null 2>&1 &")
		require.Contains(t, processes(t), "987654")

		found, err := Find(spec.Folder)
		require.NoError(t, err)
		require.Equal(t, m.PID, found.PID)
		_, err = Start(t.Context(), spec)
		require.ErrorContains(t, err, fmt.Sprintf("process %d runs in %s already", m.PID, spec.Folder))

		require.NoError(t, Remove(spec.Folder))
		require.NoDirExists(t, spec.Folder)
		require.NotContains(t, processes(t), "987654")
		require.NoDirExists(t, fmt.Sprintf("/proc/%d/fd", m.PID))
		mounts, err := os.ReadFile("/proc/self/mountinfo")
		require.NoError(t, err)
		require.NotContains(t, string(mounts), "left")
		groups, err := filepath.Glob("/sys/fs/cgroup/*/" + spec.Name)
		require.NoError(t, err)
		require.Empty(t, groups)
		_, err = Find(spec.Folder)
		require.ErrorIs(t, err, ErrNone)
	}
}

func processes(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	var all strings.Builder
	for _, file := range files {
		line, _ := os.ReadFile(file) // it may have ended by now
		all.Write(line)
		all.WriteByte('\n')
	}
	return all.String()
}

func TestStart_SaysWhatAServiceSaidThatIsNeverReady(t *testing.T) {
	spec := greeting(t)
	spec.Services[0].Command = []string{"/bin/sh", "-c", "echo no such luck; exit 3"}
	spec.Services[0].Within = time.Second
	_, err := Start(t.Context(), spec)
	require.EqualError(t, err, "machine "+spec.Name+": greeter is not ready after 1s; its last words: no such luck | no such luck")
	_, err = Find(spec.Folder)
	require.ErrorIs(t, err, ErrNone)
}

func TestStart_EndsWhenItIsTold(t *testing.T) {
	spec := greeting(t)
	spec.Services[0].Ready = "http://127.0.0.1:9"
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := Start(ctx, spec)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NotContains(t, processes(t), spec.Folder)
}

func TestStart_RefusesWhatItCannotRun(t *testing.T) {
	_, err := Start(t.Context(), Spec{Folder: "here", Services: []Service{{Name: "a", Command: []string{"a"}}}})
	require.ErrorContains(t, err, "machine: name is missing")
	require.ErrorContains(t, err, `folder is "here", want an absolute path`)
	require.ErrorContains(t, err, `service a: command is ["a"], want an absolute path first`)
}

func TestFind_TakesNobodyElsesProcessForAMachine(t *testing.T) {
	folder := t.TempDir()
	_, err := Find(folder)
	require.ErrorIs(t, err, ErrNone)

	mine, err := born(os.Getpid())
	require.NoError(t, err)
	m := &Machine{Spec: Spec{Name: "m", Folder: folder}, PID: os.Getpid(), Born: mine}
	require.NoError(t, m.Spec.write())
	require.NoError(t, m.write())
	_, err = Find(folder)
	require.NoError(t, err)

	// The same process id, given to another process.
	m.Born = "1"
	require.NoError(t, m.write())
	_, err = Find(folder)
	require.ErrorIs(t, err, ErrNone)
	require.NoError(t, m.Stop(), "it ends nobody")
}
