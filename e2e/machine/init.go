package machine

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// SuperviseCommand is the first argument with which this program keeps a machine's services running, as a child of its init.
const SuperviseCommand = "machine-supervise"

// The files that Start hands in.
const (
	listenerFile = 3
	tellFile     = 4
)

// Init is process 1 of a machine: it makes the mounts and the network, starts the supervisor, and waits for whatever ends in the machine,
// for processes whose parents have ended are its children.
func Init(folder string) error {
	// A signal that a terminal sends to a group does not end the machine; Stop does.
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP)
	spec, err := readSpec(folder)
	if err != nil {
		return err
	}
	for _, step := range []func(Spec) error{makeMounts, makeLinks, makeNetwork, nameHost} {
		if err := step(spec); err != nil {
			tell(err.Error())
			return err
		}
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	// Not with os/exec: its Wait and the loop below would both ask for the same child.
	supervisor, err := os.StartProcess(program, []string{program, SuperviseCommand, folder}, &os.ProcAttr{
		Env: environment(spec),
		Files: []*os.File{
			os.Stdin, os.Stdout, os.Stderr,
			os.NewFile(listenerFile, "listener"), os.NewFile(tellFile, "tell"),
		},
	})
	if err != nil {
		tell(err.Error())
		return err
	}
	_ = syscall.Close(tellFile)
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return err
		case ended == supervisor.Pid:
			return fmt.Errorf("the supervisor has ended: %d", status)
		}
	}
}

func tell(word string) {
	f := os.NewFile(tellFile, "tell")
	_, _ = f.WriteString(word)
	_ = f.Close()
}

// environment is the machine's: nothing of the caller's but where temporary files go.
func environment(spec Spec) []string {
	return []string{
		"PATH=" + filepath.Join(spec.Folder, "links") + ":/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root", "LANG=C.UTF-8",
	}
}

// makeMounts gives the machine mounts that nobody else sees. They go with its last process.
func makeMounts(spec Spec) error {
	mount := func(source, target, kind string, flags uintptr, data string) error {
		if err := syscall.Mount(source, target, kind, flags, data); err != nil {
			return fmt.Errorf("mounting %s on %s: %w", kind, target, err)
		}
		return nil
	}
	if err := mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	// Shared within the machine, as systemd has it on every node: a pod may ask for mounts that are made later (HostToContainer).
	if err := mount("none", "/", "", syscall.MS_REC|syscall.MS_SHARED, ""); err != nil {
		return err
	}
	if err := mount("proc", "/proc", "proc", syscall.MS_NOSUID|syscall.MS_NODEV|syscall.MS_NOEXEC, ""); err != nil {
		return err
	}
	// Sockets, locks and network namespaces of the system's own services are not the machine's.
	for _, folder := range []string{"/run", "/var/log"} {
		if err := mount("tmpfs", folder, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, "mode=755"); err != nil {
			return err
		}
	}
	if err := makeResolver(spec, mount); err != nil {
		return err
	}
	if spec.Programs == "" {
		return nil
	}
	// The unpacked packages look as if they were installed. Where a package puts its libraries beside usr/, they belong below it.
	for _, layer := range []struct{ upper, onto string }{{"usr", "/usr"}, {"lib", "/usr/lib"}, {"sbin", "/usr/sbin"}, {"bin", "/usr/bin"}} {
		upper := filepath.Join(spec.Programs, layer.upper)
		if info, err := os.Lstat(upper); err != nil || !info.IsDir() {
			continue
		}
		if err := mount("overlay", layer.onto, "overlay", syscall.MS_RDONLY, "lowerdir="+upper+":"+layer.onto); err != nil {
			return err
		}
	}
	return nil
}

// resolver is the machine's resolv.conf. Nobody listens at that address, so that every question is refused at once: the outside resolver is out
// of reach, and asking it would take 20 seconds for each image that is not there.
const resolver = "nameserver 127.0.0.1\noptions attempts:1\n"

func makeResolver(spec Spec, mount func(source, target, kind string, flags uintptr, data string) error) error {
	const file = "/etc/resolv.conf"
	if target, err := os.Readlink(file); err == nil {
		// It leads below /run, which is the machine's own by now and empty.
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(file), target)
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, []byte(resolver), 0o644)
	}
	own := filepath.Join(spec.Folder, "resolv.conf")
	if err := os.WriteFile(own, []byte(resolver), 0o644); err != nil {
		return err
	}
	return mount(own, file, "", syscall.MS_BIND, "")
}

func makeLinks(spec Spec) error {
	folder := filepath.Join(spec.Folder, "links")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, target := range spec.Links {
		if err := os.Symlink(target, filepath.Join(folder, name)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

// makeNetwork gives the machine its address and, as the only way out of it, a network namespace that holds one address of the Internet
// and the one of a cloud's metadata: what a pod may not reach has to be there, or the test that it is out of reach proves nothing.
func makeNetwork(spec Spec) error {
	for _, line := range []string{
		"link set lo up",
		"netns add " + Outside,
		"link add outside0 type veth peer name inside0 netns " + Outside,
		"address add " + Address + "/30 dev outside0",
		"link set outside0 up",
		"-n " + Outside + " link set lo up",
		"-n " + Outside + " address add " + gateway + "/30 dev inside0",
		"-n " + Outside + " link set inside0 up",
		"-n " + Outside + " address add " + OutsideAddress + "/32 dev lo",
		"-n " + Outside + " address add " + MetadataAddress + "/32 dev lo",
		"-n " + Outside + " route add default via " + Address,
		"route add default via " + gateway,
	} {
		command := exec.Command("ip", strings.Fields(line)...)
		command.Env = environment(spec)
		if out, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", line, err, strings.TrimSpace(string(out)))
		}
	}
	return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)
}

func nameHost(spec Spec) error { return syscall.Sethostname([]byte(spec.Name)) }

// forward leads every connection to the listener on to an address in the machine.
func forward(listener net.Listener, address string) {
	for {
		outside, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer outside.Close()
			inside, err := net.Dial("tcp4", address)
			if err != nil {
				return
			}
			defer inside.Close()
			go func() {
				_, _ = io.Copy(inside, outside)
				_ = inside.(*net.TCPConn).CloseWrite()
			}()
			_, _ = io.Copy(outside, inside)
		}()
	}
}
