package pack

import (
	"context"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// watch is how often the engine is asked whether it still lives.
const watch = 30 * time.Second

// Serve answers the engine until it interrupts the process or is gone. The arguments are the process's own, without its name; the
// engine's address is the last of them. The port is the first line on stdout, as the engine expects.
func Serve(p Pack, args []string, stdout io.Writer) error {
	server, err := NewServer(p)
	if err != nil {
		return err
	}
	engine, err := engineAddress(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	// rpcutil lifts gRPC's limit of 4 MB a message, which the review of a whole stack passes easily.
	cancel := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterAnalyzerServer(s, server)
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("serve policy pack: %w", err)
	}
	if err := rpcutil.Healthcheck(ctx, engine, watch, stop); err != nil {
		return fmt.Errorf("watch engine at %s: %w", engine, err)
	}
	if _, err := fmt.Fprintln(stdout, handle.Port); err != nil {
		return fmt.Errorf("tell the engine the port: %w", err)
	}
	go func() {
		<-ctx.Done()
		close(cancel)
	}()
	if err := <-handle.Done; err != nil {
		return fmt.Errorf("serve policy pack: %w", err)
	}
	return nil
}

// engineAddress is the last argument. Flags may stand before it, which the engine adds when its own log is on.
func engineAddress(args []string) (string, error) {
	if len(args) == 0 || strings.HasPrefix(args[len(args)-1], "-") {
		return "", fmt.Errorf("policy pack: the engine's address is missing; Pulumi starts this program: pulumi preview --policy-pack PATH")
	}
	return args[len(args)-1], nil
}
