// Package machine runs processes in namespaces of their own: a machine within the machine. Its init is process 1 of a process namespace, so
// ending that one process ends everything that was started in it, and mounts, interfaces and firewall rules go with the last of them.
// Nothing is installed, and nothing leads out of it but one port on the loopback interface.
package machine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// The addresses of a machine. They are the machine's own: its network namespace has no way to any other network.
const (
	// Address is the machine's own.
	Address = "10.210.0.2"
	// gateway is the other end of its only link, in the namespace Outside.
	gateway = "10.210.0.1"
	// PodNetwork is routed to the machine from outside of it, for the containers that it runs.
	PodNetwork = "10.210.1.0/24"
	// OutsideAddress stands for a host of the Internet (TEST-NET-2, RFC 5737). It is in the network namespace Outside.
	OutsideAddress = "198.51.100.10"
	// MetadataAddress is where clouds answer questions about an instance, its credentials among them. It is in the namespace Outside too.
	MetadataAddress = "169.254.169.254"
	// Outside is the network namespace that the machine's default route leads to, as `ip netns` in the machine knows it.
	Outside = "outside"
)

// Service is a process that the machine keeps running: one that ends is started again after a second.
type Service struct {
	Name    string   `json:"name"`
	Command []string `json:"command"`
	// Environment is added to the machine's own: KEY=VALUE.
	Environment []string `json:"environment,omitempty"`
	// Ready is asked until it answers before the next service starts: an http or https address that has to answer 200 (certificates are
	// not verified), or the path of a unix socket. Empty means that nobody waits.
	Ready string `json:"ready,omitempty"`
	// Within is how long it may take to be ready, two minutes when left out.
	Within time.Duration `json:"within,omitempty"`
}

// Spec says what a machine is made of.
type Spec struct {
	// Name is its host name and the name of its control groups.
	Name string `json:"name"`
	// Folder holds its state, and is removed with it: absolute.
	Folder string `json:"folder"`
	// Programs is a root with unpacked Debian packages, whose usr/ is laid over the machine's /usr.
	Programs string `json:"programs"`
	// Links are names in the machine's first folder of PATH, and what they lead to.
	Links map[string]string `json:"links,omitempty"`
	// Forward is the address in the machine that its port on the loopback interface outside leads to: host:port.
	Forward  string    `json:"forward"`
	Services []Service `json:"services"`
}

// Logs is the folder of the services' logs, NAME.log each.
func (s Spec) Logs() string { return filepath.Join(s.Folder, "logs") }

func (s Spec) validate() error {
	var all []error
	if s.Name == "" {
		all = append(all, errors.New("machine: name is missing"))
	}
	if !filepath.IsAbs(s.Folder) {
		all = append(all, fmt.Errorf("machine %s: folder is %q, want an absolute path", s.Name, s.Folder))
	}
	for _, service := range s.Services {
		if len(service.Command) == 0 || !filepath.IsAbs(service.Command[0]) {
			all = append(all, fmt.Errorf("machine %s: service %s: command is %q, want an absolute path first", s.Name, service.Name, service.Command))
		}
	}
	return errors.Join(all...)
}

func specFile(folder string) string { return filepath.Join(folder, "machine.json") }

func (s Spec) write() error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(specFile(s.Folder), data, 0o600)
}

func readSpec(folder string) (Spec, error) {
	var s Spec
	data, err := os.ReadFile(specFile(folder))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}
