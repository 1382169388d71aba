// Package language stands in for Pulumi's Go language host: it runs a program that was built beforehand, where the genuine host
// would look for a Go toolchain and compile it on every run.
package language

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// bail is the exit status by which a program says that it has reported its error to the engine itself.
const bail = 32

// grace is how long a program may take to end after an interrupt.
const grace = 5 * time.Second

// Host runs one program for any number of previews and updates.
type Host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	// Program is the path of the compiled program.
	Program string
	// Directory is where it runs.
	Directory string
	// Environment is what it sees besides the PULUMI_* variables of a run.
	Environment []string

	mu     sync.Mutex
	engine string
}

// Serve answers on a loopback port, chosen by the system, until the process ends.
func (h *Host) Serve() (port int, err error) {
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(s, h)
			return nil
		},
	})
	if err != nil {
		return 0, fmt.Errorf("serve language host: %w", err)
	}
	return handle.Port, nil
}

// Handshake remembers where the engine listens.
func (h *Host) Handshake(
	_ context.Context, req *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.engine = req.GetEngineAddress()
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo answers with no version: the host belongs to this repository, not to a Pulumi release.
func (h *Host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

// GetRequiredPackages names no plugin, so that the CLI looks for none before it runs the program.
func (h *Host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// GetProgramDependencies names none: `go list -m all` is the way to see them.
func (h *Host) GetProgramDependencies(
	context.Context, *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	return &pulumirpc.GetProgramDependenciesResponse{}, nil
}

// InstallDependencies has nothing to install for a compiled program.
func (h *Host) InstallDependencies(
	*pulumirpc.InstallDependenciesRequest, grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) error {
	return nil
}

// RuntimeOptionsPrompts asks nothing.
func (h *Host) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

// About names the program.
func (h *Host) About(context.Context, *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	return &pulumirpc.AboutResponse{Executable: h.Program}, nil
}

// Run runs the program once. Its output goes to the engine as messages, as with the genuine host.
func (h *Host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if _, err := os.Stat(h.Program); errors.Is(err, fs.ErrNotExist) {
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program %s is not built: run `make build`", h.Program)}, nil
	}
	h.mu.Lock()
	engine := h.engine
	h.mu.Unlock()
	conn, err := grpc.NewClient(engine, grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return nil, fmt.Errorf("engine at %s: %w", engine, err)
	}
	defer conn.Close()
	messages := pulumirpc.NewEngineClient(conn)

	env, err := runEnvironment(req, engine)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, h.Program, req.GetArgs()...)
	cmd.Dir = h.Directory
	cmd.Env = append(append([]string{}, h.Environment...), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = grace
	stdout, stdoutDone := lines(ctx, messages)
	stderr, stderrDone := lines(ctx, messages)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Run()
	stdout.Close()
	stderr.Close()
	<-stdoutDone
	<-stderrDone

	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == bail:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program %s ended with %s", h.Program, exit.ProcessState)}, nil
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program %s does not start: %v", h.Program, err)}, nil
	}
}

// runEnvironment is how a Go program learns about the run that it is part of.
func runEnvironment(req *pulumirpc.RunRequest, engine string) ([]string, error) {
	config, err := json.Marshal(req.GetConfig())
	if err != nil {
		return nil, fmt.Errorf("config of stack %s: %w", req.GetStack(), err)
	}
	secretKeys, err := json.Marshal(req.GetConfigSecretKeys())
	if err != nil {
		return nil, fmt.Errorf("config of stack %s: %w", req.GetStack(), err)
	}
	return []string{
		"PULUMI_ORGANIZATION=" + req.GetOrganization(),
		"PULUMI_PROJECT=" + req.GetProject(),
		"PULUMI_STACK=" + req.GetStack(),
		"PULUMI_CONFIG=" + string(config),
		"PULUMI_CONFIG_SECRET_KEYS=" + string(secretKeys),
		"PULUMI_DRY_RUN=" + strconv.FormatBool(req.GetDryRun()),
		"PULUMI_PARALLEL=" + strconv.Itoa(int(req.GetParallel())),
		"PULUMI_MONITOR=" + req.GetMonitorAddress(),
		"PULUMI_ENGINE=" + engine,
		"PULUMI_ROOT_DIRECTORY=" + req.GetInfo().GetRootDirectory(),
	}, nil
}

// lines returns a writer whose lines become messages of the engine, and a channel that closes when the last one is delivered.
func lines(ctx context.Context, engine pulumirpc.EngineClient) (io.WriteCloser, <-chan struct{}) {
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		in := bufio.NewReader(r)
		for {
			// Not a Scanner: a line may be longer than its buffer, and an unread pipe would stop the program.
			line, err := in.ReadString('\n')
			if line != "" {
				// The engine is gone when a run is cancelled; the program must be drained all the same.
				_, _ = engine.Log(ctx, &pulumirpc.LogRequest{Severity: pulumirpc.LogSeverity_INFO, Message: line})
			}
			if err != nil {
				return
			}
		}
	}()
	return w, done
}
