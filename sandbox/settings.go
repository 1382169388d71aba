package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// settings are what SANDBOX_* variables say.
type settings struct {
	dir        string // SANDBOX_DIR, where state is kept; empty means .sandbox at the repository root
	program    string // SANDBOX_PROGRAM, the program to run
	standins   []string
	fault      *standin.Fault
	latency    time.Duration
	kubeconfig string // SANDBOX_KUBECONFIG, a real API server for Kubernetes objects
	skipAwait  bool   // SANDBOX_SKIP_AWAIT, whether what is applied there need not become ready
}

// known lists the stand-ins in the order in which the banner names them.
func known() []string { return []string{"aws", "eks", "random", "kubernetes"} }

func readSettings(getenv func(string) string, binaries string) (settings, error) {
	s := settings{program: getenv("SANDBOX_PROGRAM"), standins: known()}
	for _, path := range []struct {
		name string
		to   *string
	}{{"SANDBOX_DIR", &s.dir}, {"SANDBOX_PROGRAM", &s.program}, {"SANDBOX_KUBECONFIG", &s.kubeconfig}} {
		v := getenv(path.name)
		if v == "" {
			continue
		}
		abs, err := filepath.Abs(v)
		if err != nil {
			return s, fmt.Errorf("%s is %q: %w", path.name, v, err)
		}
		*path.to = abs
	}
	if s.program == "" {
		s.program = filepath.Join(binaries, "satkube")
	}
	if v := getenv("SANDBOX_STANDINS"); v != "" {
		s.standins = nil
		for name := range strings.SplitSeq(v, ",") {
			name = strings.TrimSpace(name)
			if !slices.Contains(known(), name) {
				return s, fmt.Errorf("SANDBOX_STANDINS: %q is no stand-in, want any of %s", name, strings.Join(known(), ","))
			}
			if !slices.Contains(s.standins, name) {
				s.standins = append(s.standins, name)
			}
		}
	}
	if v := getenv("SANDBOX_SKIP_AWAIT"); v != "" {
		skip, err := strconv.ParseBool(v)
		if err != nil {
			return s, fmt.Errorf("SANDBOX_SKIP_AWAIT is %q, want true or false", v)
		}
		s.skipAwait = skip
	}
	if v := getenv("SANDBOX_FAULT"); v != "" {
		f, err := standin.ParseFault(v)
		if err != nil {
			return s, fmt.Errorf("SANDBOX_FAULT: %w", err)
		}
		s.fault = f
	}
	if v := getenv("SANDBOX_LATENCY"); v != "" {
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 {
			return s, fmt.Errorf("SANDBOX_LATENCY is %q, want a duration such as 50ms", v)
		}
		s.latency = d
	}
	return s, nil
}

// reality says in the banner what is made in earnest.
func (s settings) reality() string {
	if s.kubeconfig != "" && slices.Contains(s.standins, "kubernetes") {
		return "nothing real is created in AWS, but Kubernetes objects are applied to the cluster of " + s.kubeconfig
	}
	if len(s.standins) < len(known()) {
		return "the others are the installed plugins and create real things"
	}
	return "nothing real is created"
}
