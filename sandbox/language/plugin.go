package language

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"google.golang.org/grpc"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin compiles a plugin written in Go, such as a policy pack that is named by its folder, and runs it until it ends.
func (h *Host) RunPlugin(req *pulumirpc.RunPluginRequest, stream grpc.ServerStreamingServer[pulumirpc.RunPluginResponse]) error {
	folder := req.GetInfo().GetProgramDirectory()
	dir, err := os.MkdirTemp("", "satkube-plugin-")
	if err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "plugin")
	compile := exec.CommandContext(stream.Context(), "go", "build", "-p", "2", "-buildvcs=false", "-o", program)
	compile.Dir, compile.Env = folder, h.Environment
	if out, err := compile.CombinedOutput(); err != nil {
		return fmt.Errorf("compile %s: %w: %s", folder, err, out)
	}

	cmd := exec.CommandContext(stream.Context(), program, req.GetArgs()...)
	cmd.Dir = req.GetPwd()
	cmd.Env = append(append([]string{}, h.Environment...), req.GetEnv()...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = grace
	var sending sync.Mutex
	cmd.Stdout = sender(func(p []byte) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: p}})
	})
	cmd.Stderr = sender(func(p []byte) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: p}})
	})
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("run %s: %w", folder, err)
	}
	return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(cmd.ProcessState.ExitCode())}})
}

// sender is a writer that hands on a copy of what it is given.
type sender func([]byte) error

func (s sender) Write(p []byte) (int, error) {
	if err := s(append([]byte{}, p...)); err != nil {
		return 0, err
	}
	return len(p), nil
}
