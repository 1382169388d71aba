package standin

import (
	"fmt"

	"google.golang.org/grpc"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Serve answers on a loopback port, chosen by the system, until the process ends.
func Serve(srv pulumirpc.ResourceProviderServer) (port int, err error) {
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(s, srv)
			return nil
		},
	})
	if err != nil {
		return 0, fmt.Errorf("serve stand-in: %w", err)
	}
	return handle.Port, nil
}
