package volumes

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// namespaced says to the second run of the test program that the mount namespace is its own.
const namespaced = "VOLUMES_TEST_MOUNT_NAMESPACE"

// TestMain runs the tests in a mount namespace of their own where it can (Go makes every mount in it private): whatever a test leaves
// mounted goes with the process. Elsewhere the tests that mount skip themselves.
func TestMain(m *testing.M) {
	if os.Geteuid() != 0 || os.Getenv(namespaced) != "" {
		os.Exit(m.Run())
	}
	again := exec.Command(os.Args[0], os.Args[1:]...)
	again.Env = append(os.Environ(), namespaced+"=yes")
	again.Stdin, again.Stdout, again.Stderr = os.Stdin, os.Stdout, os.Stderr
	again.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if err := again.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "volumes: no mount namespace, tests that mount are skipped:", err)
		os.Exit(m.Run())
	}
	var exit *exec.ExitError
	if err := again.Wait(); errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	} else if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// needsMounts skips a test where nothing can be mounted.
func needsMounts(t *testing.T) {
	t.Helper()
	if os.Getenv(namespaced) == "" {
		t.Skip("needs root and a mount namespace of its own: it makes bind mounts")
	}
}
