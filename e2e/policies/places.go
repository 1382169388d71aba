package policies

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// namespacesFolder is where CNI plugins and `ip netns` keep network namespaces.
const namespacesFolder = "/run/netns"

// places are network namespaces by the addresses in them: the path of the namespace's file, empty for the caller's own.
type places map[string]string

// findPlaces looks into every network namespace for its addresses. Loopback ones are the caller's own.
func findPlaces() (places, error) {
	found := places{}
	files, err := filepath.Glob(filepath.Join(namespacesFolder, "*"))
	if err != nil {
		return nil, err
	}
	for _, file := range append(files, "") {
		err := inNamespace(file, func() error {
			addresses, err := net.InterfaceAddrs()
			if err != nil {
				return err
			}
			for _, a := range addresses {
				if network, ok := a.(*net.IPNet); ok && (file == "" || !network.IP.IsLoopback()) {
					found[network.IP.String()] = file
				}
			}
			return nil
		})
		// A pod that ends takes its namespace with it. One that is not ours to enter is unknown, and then a connection from it is an error.
		if err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, unix.EINVAL) && !errors.Is(err, os.ErrPermission) {
			return nil, fmt.Errorf("network namespace %s: %w", file, err)
		}
	}
	return found, nil
}

// inside does something in the network namespace that has the address.
func (p places) inside(address string, do func() error) error {
	file, known := p[address]
	if !known {
		return fmt.Errorf("no network namespace has the address %s, want one of a pod that is there", address)
	}
	return inNamespace(file, do)
}

// inNamespace does something on a thread that it puts into a network namespace. The thread ends with it, so nothing else ever runs there.
// Sockets stay where they were made.
func inNamespace(file string, do func() error) error {
	if file == "" {
		return do()
	}
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		done <- func() error {
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
				return err
			}
			return do()
		}()
	}()
	return <-done
}
