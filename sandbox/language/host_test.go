package language

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// engine records the messages that a host sends.
type engine struct {
	pulumirpc.UnimplementedEngineServer

	mu       sync.Mutex
	messages []string
}

func (e *engine) Log(_ context.Context, req *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.messages = append(e.messages, req.GetMessage())
	return &emptypb.Empty{}, nil
}

// run runs a shell script as the program and returns the response and the messages.
func run(t *testing.T, script string, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, string) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o755))
	e := &engine{}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Init: func(s *grpc.Server) error {
		pulumirpc.RegisterEngineServer(s, e)
		return nil
	}})
	require.NoError(t, err)
	h := &Host{Program: program, Directory: dir, Environment: []string{"PATH=" + os.Getenv("PATH"), "OWN=1"}}
	_, err = h.Handshake(context.Background(), &pulumirpc.LanguageHandshakeRequest{EngineAddress: fmt.Sprintf("127.0.0.1:%d", handle.Port)})
	require.NoError(t, err)
	resp, err := h.Run(context.Background(), req)
	require.NoError(t, err)
	return resp, strings.Join(e.messages, "")
}

func TestRun_PassesTheRunToTheProgram(t *testing.T) {
	resp, messages := run(t, "env; pwd; echo to stderr >&2; printf unended", &pulumirpc.RunRequest{
		Organization: "organization", Project: "satkube", Stack: "testnet", DryRun: true, Parallel: 16, MonitorAddress: "127.0.0.1:1",
		Config: map[string]string{"aws:region": "eu-central-1"}, ConfigSecretKeys: []string{"a:b"},
		Info: &pulumirpc.ProgramInfo{RootDirectory: "/root/directory"},
	})
	require.Empty(t, resp.Error)
	require.False(t, resp.Bail)
	for _, want := range []string{
		"PULUMI_ORGANIZATION=organization\n", "PULUMI_PROJECT=satkube\n", "PULUMI_STACK=testnet\n", "PULUMI_DRY_RUN=true\n",
		"PULUMI_PARALLEL=16\n", "PULUMI_MONITOR=127.0.0.1:1\n", "PULUMI_ENGINE=127.0.0.1:", `PULUMI_CONFIG={"aws:region":"eu-central-1"}`,
		`PULUMI_CONFIG_SECRET_KEYS=["a:b"]`, "PULUMI_ROOT_DIRECTORY=/root/directory\n", "OWN=1\n", "to stderr\n", "unended",
	} {
		require.Contains(t, messages, want)
	}
}

func TestRun_TellsABailFromAnError(t *testing.T) {
	resp, _ := run(t, "exit 32", &pulumirpc.RunRequest{})
	require.True(t, resp.Bail)
	require.Empty(t, resp.Error)

	resp, _ = run(t, "exit 3", &pulumirpc.RunRequest{})
	require.False(t, resp.Bail)
	require.Contains(t, resp.Error, "exit status 3")
}

func TestRun_DeliversALongLine(t *testing.T) {
	_, messages := run(t, "head -c 300000 /dev/zero | tr '\\0' x; echo end", &pulumirpc.RunRequest{})
	require.Len(t, messages, 300004)
}

func TestRun_NamesTheRemedyForAMissingProgram(t *testing.T) {
	h := &Host{Program: "/nowhere/satkube"}
	resp, err := h.Run(context.Background(), &pulumirpc.RunRequest{})
	require.NoError(t, err)
	require.Equal(t, "the program /nowhere/satkube is not built: run `make build`", resp.Error)
}
