package admission

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// export brings a stack up in the sandbox, with the real engine and without a cluster, and returns all that it made.
func export(t *testing.T, stack string) []byte {
	t.Helper()
	sandbox, err := filepath.Abs("../../bin/sandbox")
	require.NoError(t, err)
	require.FileExists(t, sandbox, "make build builds it")

	dir := t.TempDir()
	run := func(arguments ...string) []byte {
		cmd := exec.Command(sandbox, arguments...)
		cmd.Dir = "../.."
		for _, variable := range os.Environ() {
			// A kubeconfig, a fault or a state of somebody's own would make it another run.
			if !strings.HasPrefix(variable, "SANDBOX_") {
				cmd.Env = append(cmd.Env, variable)
			}
		}
		// Nobody goes on from this state, so the engine need not write it after each resource: that halves the time.
		cmd.Env = append(cmd.Env, "SANDBOX_DIR="+dir, "PULUMI_SKIP_CHECKPOINTS=true")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		// The exported state holds secrets; what an update prints does not.
		if err := cmd.Run(); err != nil && arguments[0] == "up" {
			require.NoError(t, err, "%s%s", stdout.String(), stderr.String())
		} else {
			require.NoError(t, err, "%s", stderr.String())
		}
		return stdout.Bytes()
	}
	run("up", "-s", stack, "--skip-preview", "--no-policy")
	return run("stack", "export", "-s", stack, "--show-secrets")
}
