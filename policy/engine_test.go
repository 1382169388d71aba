package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// bin returns a program that make build makes.
func bin(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "bin", name))
	require.NoError(t, err)
	require.FileExists(t, path, "the engine tests need bin/%s: run `make build`", name)
	return path
}

// build compiles a package of this folder into a folder of its own and returns the program's path.
func build(t *testing.T, source string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pulumi-analyzer-satkube")
	out, err := exec.Command("go", "build", "-p", "2", "-buildvcs=false", "-o", path, source).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// sandbox runs the sandbox on the committed stack testnet, with state of its own, and returns what it printed.
func sandbox(t *testing.T, state string, args ...string) (string, error) {
	t.Helper()
	bin(t, "satkube")
	bin(t, "pulumi")
	cmd := exec.Command(bin(t, "sandbox"), append(args, "-s", "testnet")...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "SANDBOX_DIR="+state)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	t.Logf("sandbox %s: %s", strings.Join(args, " "), time.Since(began).Round(10*time.Millisecond))
	return string(out), err
}

// preview is a first preview: nothing exists yet.
func preview(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return sandbox(t, t.TempDir(), append([]string{"preview"}, args...)...)
}

func TestPreview_FailsOnAStackRule(t *testing.T) {
	out, err := preview(t, "--policy-pack", build(t, "./testdata/brokenpack"))
	require.Error(t, err, out)
	for _, want := range []string{
		"broken-pack@v9.9.9",
		"[mandatory] [severity: critical]  stack-has-no-bitcoind  (kubernetes:apps/v1:StatefulSet: testnet4-bitcoind)",
		"spec.template.spec.containers[0].image is set.",
		"Fix: Take bitcoind away.",
		"[advisory] [severity: high]  rule-that-panics",
		"undecided: The rule itself failed",
		"[advisory] [severity: low]  few-replicas",
		"spec.replicas is above 0.",
	} {
		require.Contains(t, out, want)
	}
}

func TestPreview_TakesConfiguration(t *testing.T) {
	pack := build(t, "./testdata/brokenpack")
	config := func(text string) string {
		path := filepath.Join(t.TempDir(), "config.json")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	out, err := preview(t, "--policy-pack", pack, "--policy-pack-config",
		config(`{"stack-has-no-bitcoind": "disabled", "few-replicas": {"enforcementLevel": "mandatory", "most": 9}}`))
	require.NoError(t, err, out)
	require.NotContains(t, out, "few-replicas")

	out, err = preview(t, "--policy-pack", pack, "--policy-pack-config", config(`{"few-replicas": {"mots": 9}}`))
	require.Error(t, err)
	require.Contains(t, out, "rule few-replicas: it has no setting mots")

	out, err = preview(t, "--policy-pack", pack, "--policy-pack-config", config(`{"few-replica": "disabled"}`))
	require.Error(t, err)
	require.Contains(t, out, "few-replica is no rule of this pack")
}

func TestPreview_TakesExemptions(t *testing.T) {
	pack := build(t, "./testdata/brokenpack")
	exempt := func(entries string) {
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(pack), "exemptions.yaml"), []byte(entries), 0o644))
	}
	entry := `- {rule: stack-has-no-bitcoind, resource: "kubernetes:apps/v1:StatefulSet::%s", reason: It is one., owner: platform, expires: 9999-12-31}` + "\n"
	exempt(fmt.Sprintf(entry, "*"))
	out, err := preview(t, "--policy-pack", pack)
	require.NoError(t, err, out)
	require.Contains(t, out, "exempt: spec.template.spec.containers[0].image is set.")
	require.Contains(t, out, "It is one. (owner platform, expires 9999-12-31, ")

	exempt(fmt.Sprintf(entry, "*") + fmt.Sprintf(entry, "gone"))
	out, err = preview(t, "--policy-pack", pack)
	require.Error(t, err)
	require.Contains(t, out, "[mandatory] [severity: high]  exemptions")
	require.Contains(t, out, "nothing in this stack needs it")

	exempt("[{rulez: x}]")
	out, err = preview(t, "--policy-pack", pack)
	require.Error(t, err)
	require.Contains(t, out, `unknown field "rulez"`)
}

// TestPack_RunsInBothForms reviews a state of ours with the executable and, through a stand-in for the language host, from the folder.
func TestPack_RunsInBothForms(t *testing.T) {
	executable := build(t, ".")
	state := t.TempDir()
	bare, err := preview(t, "--no-policy")
	require.NoError(t, err, bare)
	// Whether the stack passes is another test's matter.
	out, _ := preview(t, "--policy-pack", executable)
	require.Contains(t, out, "satkube@v0.1.0")
	require.NotContains(t, out, "reviewable")

	out, err = sandbox(t, state, "up", "--no-policy")
	require.NoError(t, err, out)
	exported := filepath.Join(state, "state.json")
	out, err = sandbox(t, state, "stack", "export", "--file", exported)
	require.NoError(t, err, out)

	folder, err := filepath.Abs(".")
	require.NoError(t, err)
	fromExecutable := analyze(t, executable, exported)
	require.Contains(t, fromExecutable, "satkube@v0.1.0")
	require.NotContains(t, fromExecutable, "reviewable")
	require.Equal(t, fromExecutable, analyze(t, folder, exported))
}

// analyze reviews a state file and returns the verdict. No language host for Go comes with this repository, so a stand-in does what it would do.
func analyze(t *testing.T, pack, state string) string {
	t.Helper()
	path := t.TempDir()
	// The engine looks for the host's program before it finds that one is attached already.
	require.NoError(t, os.WriteFile(filepath.Join(path, "pulumi-language-go"), []byte("#!/bin/sh\nexit 1\n"), 0o755))
	cancel := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Cancel: cancel, Init: func(s *grpc.Server) error {
		pulumirpc.RegisterLanguageRuntimeServer(s, host{folder: t.TempDir()})
		return nil
	}})
	require.NoError(t, err)
	defer func() { close(cancel); <-handle.Done }()
	cmd := exec.Command(bin(t, "pulumi"), "policy", "analyze", "--policy-pack", pack, "--file", state)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+path+string(os.PathListSeparator)+os.Getenv("PATH"), "PULUMI_HOME="+t.TempDir(),
		fmt.Sprintf("PULUMI_DEBUG_LANGUAGES=go:%d", handle.Port), "PULUMI_SKIP_UPDATE_CHECK=true")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil {
		require.ErrorAs(t, err, &exit)
	}
	_, verdict, found := strings.Cut(string(out), "Policies:")
	require.True(t, found, "%s", out)
	return verdict
}

// host compiles and runs a policy pack as Pulumi's own language host for Go does.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	folder string
}

func (h host) Handshake(context.Context, *pulumirpc.LanguageHandshakeRequest) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

func (h host) RunPlugin(req *pulumirpc.RunPluginRequest, stream grpc.ServerStreamingServer[pulumirpc.RunPluginResponse]) error {
	program := filepath.Join(h.folder, "pack")
	compile := exec.Command("go", "build", "-p", "2", "-buildvcs=false", "-o", program)
	compile.Dir = req.GetInfo().GetProgramDirectory()
	if out, err := compile.CombinedOutput(); err != nil {
		return fmt.Errorf("compile: %w: %s", err, out)
	}
	cmd := exec.CommandContext(stream.Context(), program, req.GetArgs()...)
	cmd.Dir, cmd.Env = req.GetPwd(), req.GetEnv()
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { in.CloseWithError(cmd.Wait()) }()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := &pulumirpc.RunPluginResponse_Stdout{Stdout: []byte(lines.Text() + "\n")}
		if err := stream.Send(&pulumirpc.RunPluginResponse{Output: line}); err != nil {
			return err
		}
	}
	return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{}})
}

func TestPack_ImportsNoProviderSDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-buildvcs=false", "-deps", ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, dependency := range strings.Fields(string(out)) {
		for _, heavy := range []string{"pulumi-aws", "pulumi-eks", "pulumi-kubernetes", "pulumi-random", "k8s.io/client-go", "k8s.io/api/"} {
			require.NotContains(t, dependency, heavy)
		}
	}
}
