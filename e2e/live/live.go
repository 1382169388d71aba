// Package live gives tests the cluster that `make e2e` brings up, and the sandbox that deploys to it. Without that cluster its tests are skipped.
package live

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"gitlab.com/thinkmassive/satkube/e2e/cluster"
	"gitlab.com/thinkmassive/satkube/e2e/machine"
)

// Variable is the environment variable with the folder of the cluster that tests may use: `make e2e` sets it.
const Variable = "SATKUBE_E2E"

// ImagesFile is the file in a cluster's folder that says what is in its images, as JSON of images.Result.
func ImagesFile(folder string) string { return filepath.Join(folder, "images.json") }

// Cluster is the one that runs.
type Cluster struct {
	Machine *machine.Machine
	Config  *rest.Config
	Client  kubernetes.Interface
	// Folder holds the cluster's state, Repository is the root of the project.
	Folder, Repository string
}

// Connect returns the cluster that `make e2e` brought up. Where there is none, the test is skipped.
func Connect(t *testing.T) *Cluster {
	t.Helper()
	folder := os.Getenv(Variable)
	if folder == "" {
		t.Skip(Variable + " is not set: this test needs the cluster that make e2e brings up")
	}
	m, err := machine.Find(folder)
	require.NoError(t, err)
	config, err := clientcmd.BuildConfigFromFlags("", cluster.Kubeconfig(folder))
	require.NoError(t, err)
	// Tests poll; the default of 5 requests a second makes them wait for themselves.
	config.QPS, config.Burst = 100, 200
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	return &Cluster{Machine: m, Config: config, Client: client, Folder: folder, Repository: repository()}
}

// repository is the project's root, two folders above this file.
func repository() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Sandbox is bin/sandbox with the arguments, its Kubernetes being this cluster and its state in the cluster's folder.
func (c *Cluster) Sandbox(ctx context.Context, args ...string) *exec.Cmd {
	return Sandbox(ctx, c.Repository, c.Folder, args...)
}

// Sandbox is bin/sandbox of a repository with the arguments, its Kubernetes being the cluster in folder and its state in that folder.
func Sandbox(ctx context.Context, repository, folder string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(repository, "bin", "sandbox"), args...)
	command.Dir = repository
	command.Env = append(os.Environ(),
		"SANDBOX_KUBECONFIG="+cluster.Kubeconfig(folder),
		// Some pods have no image here and never become ready; the tests ask for themselves what has to.
		"SANDBOX_SKIP_AWAIT=true",
		"SANDBOX_DIR="+filepath.Join(folder, "sandbox"))
	return command
}

// RunSandbox runs bin/sandbox to its end and returns what it wrote; a test fails with that when it does not succeed.
func (c *Cluster) RunSandbox(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	out, err := c.Sandbox(ctx, args...).CombinedOutput()
	require.NoError(t, err, "sandbox %s:\n%s", strings.Join(args, " "), out)
	return string(out)
}

// Kubectl runs the genuine kubectl as the administrator and returns its standard output.
func (c *Cluster) Kubectl(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, filepath.Join(c.Folder, "links", "kubectl"), args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+cluster.Kubeconfig(c.Folder))
	var out, wrong bytes.Buffer
	command.Stdout, command.Stderr = &out, &wrong
	if err := command.Run(); err != nil {
		return out.String(), errors.Join(err, errors.New("kubectl "+strings.Join(args, " ")+": "+strings.TrimSpace(wrong.String())))
	}
	return out.String(), nil
}

// Exec runs a command in a container and returns its standard output.
func (c *Cluster) Exec(ctx context.Context, namespace, pod, container string, command ...string) (string, error) {
	args := append([]string{"exec", "--namespace", namespace, pod, "--container", container, "--"}, command...)
	return c.Kubectl(ctx, args...)
}

// Eventually waits until done says so, and fails the test with what it said last when that takes too long.
func Eventually(t *testing.T, within time.Duration, done func(ctx context.Context) (string, bool)) {
	t.Helper()
	last := ""
	err := wait.PollUntilContextTimeout(t.Context(), 250*time.Millisecond, within, true, func(context.Context) (bool, error) {
		var ok bool
		// Without the deadline: a client that sees it come refuses to ask, and its words would hide what was missing.
		last, ok = done(t.Context())
		return ok, nil
	})
	require.NoError(t, err, "after %s: %s", within, last)
}
