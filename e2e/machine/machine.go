package machine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrNone says that no machine of that folder is running.
var ErrNone = errors.New("no machine is running")

// InitCommand is the first argument with which this program becomes a machine's init. The second one is the machine's folder.
const InitCommand = "machine-init"

// Machine is a running one.
type Machine struct {
	Spec Spec `json:"-"`
	// PID is its init's process id, as seen from outside.
	PID int `json:"pid"`
	// Born is the init's start time in clock ticks since boot, field 22 of /proc/PID/stat: an id that was given anew has another one.
	Born string `json:"born"`
	// Port on 127.0.0.1 leads to the machine's Forward.
	Port int `json:"port"`
}

// Check tells what this computer lacks to run a machine.
func Check() error {
	var all []error
	if os.Geteuid() != 0 {
		all = append(all, errors.New("the cluster needs root, for its namespaces, mounts and control groups: run it as root or with sudo"))
	}
	if _, err := os.Stat("/sys/fs/cgroup"); err != nil {
		all = append(all, errors.New("/sys/fs/cgroup is missing: containers need control groups, mount them or use another machine"))
	} else if roots, err := cgroupRoots(); err != nil || len(roots) == 0 {
		all = append(all, errors.New("/sys/fs/cgroup has no writable hierarchy with cpu, memory and pids: in a container, start it privileged with its own control groups"))
	}
	for _, program := range []string{"nsenter", "mount"} {
		if _, err := exec.LookPath(program); err != nil {
			all = append(all, fmt.Errorf("%s is missing: install util-linux", program))
		}
	}
	return errors.Join(all...)
}

// Start starts a machine and returns when all its services are ready. A machine that runs in the same folder already is an error.
func Start(ctx context.Context, spec Spec) (*Machine, error) {
	if err := errors.Join(spec.validate(), Check()); err != nil {
		return nil, err
	}
	if m, err := Find(spec.Folder); err == nil {
		return nil, fmt.Errorf("machine %s: process %d runs in %s already", spec.Name, m.PID, spec.Folder)
	}
	if err := os.MkdirAll(spec.Logs(), 0o700); err != nil {
		return nil, err
	}
	if err := errors.Join(spec.write(), makeCgroups(spec.Name)); err != nil {
		return nil, err
	}

	// The listener is opened here, outside, and handed in: a socket stays in the network namespace in which it was made.
	listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	handed, err := listener.File()
	if err != nil {
		return nil, err
	}
	defer handed.Close()
	told, tell, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer told.Close()
	log, err := os.OpenFile(filepath.Join(spec.Logs(), "machine.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()

	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.Command(program, InitCommand, spec.Folder)
	command.Stdout, command.Stderr = log, log
	command.ExtraFiles = []*os.File{handed, tell}
	command.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true,
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET |
			syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("machine %s: its namespaces could not be made: %w", spec.Name, err)
	}
	tell.Close()
	m := &Machine{Spec: spec, PID: command.Process.Pid, Port: listener.Addr().(*net.TCPAddr).Port}
	if m.Born, err = born(m.PID); err == nil {
		err = m.write()
	}
	if err == nil {
		err = m.await(ctx, told)
	}
	if err != nil {
		return nil, errors.Join(err, m.Stop())
	}
	// Nobody waits for the init any more; when this process ends, the system's init does.
	go func() { _ = command.Wait() }()
	return m, nil
}

// await reads what the machine says of its start: the word "ready", or why it is not.
func (m *Machine) await(ctx context.Context, told *os.File) error {
	said := make(chan string, 1)
	go func() {
		buffer := make([]byte, 4096)
		n, _ := told.Read(buffer)
		said <- strings.TrimSpace(string(buffer[:n]))
	}()
	select {
	case <-ctx.Done():
		return fmt.Errorf("machine %s: %w; its logs were in %s", m.Spec.Name, ctx.Err(), m.Spec.Logs())
	case word := <-said:
		switch word {
		case "ready":
			return nil
		case "":
			return fmt.Errorf("machine %s: its init ended; its last words: %s", m.Spec.Name, lastLines(filepath.Join(m.Spec.Logs(), "machine.log"), 5))
		default:
			return fmt.Errorf("machine %s: %s", m.Spec.Name, word)
		}
	}
}

// Find returns the machine that runs in a folder, ErrNone when there is none.
func Find(folder string) (*Machine, error) {
	data, err := os.ReadFile(filepath.Join(folder, "running.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	m := &Machine{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	if m.Spec, err = readSpec(folder); err != nil {
		return nil, err
	}
	if now, err := born(m.PID); err != nil || now != m.Born {
		return nil, ErrNone
	}
	return m, nil
}

// Stop ends the machine with everything in it and returns when nothing of it is left but its folder.
func (m *Machine) Stop() error {
	if now, err := born(m.PID); err == nil && now == m.Born {
		// The kernel ends every process of the namespace before the init's end is complete.
		if err := syscall.Kill(m.PID, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("machine %s: process %d does not end: %w", m.Spec.Name, m.PID, err)
		}
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			var status syscall.WaitStatus
			_, _ = syscall.Wait4(m.PID, &status, syscall.WNOHANG, nil)
			if now, err := born(m.PID); err != nil || now != m.Born {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("machine %s: process %d has not ended after a minute", m.Spec.Name, m.PID)
			}
		}
	}
	return removeCgroups(m.Spec.Name)
}

// Remove ends what runs in a folder and removes the folder. It is no error when nothing runs there, or there is no folder.
func Remove(folder string) error {
	m, err := Find(folder)
	switch {
	case err == nil:
		err = m.Stop()
	case errors.Is(err, ErrNone):
		// A machine that was not stopped but lost, by a reboot for example, left its control groups.
		err = nil
		if spec, errSpec := readSpec(folder); errSpec == nil {
			err = removeCgroups(spec.Name)
		}
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(folder)
}

// Command is a command to run in the machine.
func (m *Machine) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	enter := []string{"--target", strconv.Itoa(m.PID), "--mount", "--uts", "--ipc", "--net", "--pid", "--wd=/", "--"}
	command := exec.CommandContext(ctx, "nsenter", append(append(enter, name), args...)...)
	command.Env = environment(m.Spec)
	return command
}

func (m *Machine) write() error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.Spec.Folder, "running.json"), data, 0o600)
}

// born is a process' start time. A process that ended and that nobody has waited for has none.
func born(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	// The second field is the program's name in parentheses and may hold anything.
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return "", fmt.Errorf("/proc/%d/stat has %d fields after the name, want 20 or more", pid, len(fields))
	}
	if fields[0] == "Z" || fields[0] == "X" {
		return "", fmt.Errorf("process %d has ended", pid)
	}
	return fields[19], nil
}

func lastLines(path string, n int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
