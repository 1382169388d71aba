// Package volumes is a CSI driver over directories, for one node: controller and node service in one process, beside the csi-provisioner
// and the kubelet. It exists for one property. A volume that is published for one pod only (ReadWriteOncePod) is never published a
// second time while the first mount is there, because two lnd processes over one channel database lose the channels.
//
// A volume is a directory of the machine's own file system, bind-mounted into the pod. Its size is recorded and never enforced: a volume
// can grow until the file system is full, and the statistics of every volume are those of the file system that all of them share.
package volumes

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// Driver is the name of the driver: of its CSIDriver object, and the provisioner of its storage class.
const Driver = "directory.csi.satkube.com"

// version is what the driver says of itself. Nothing reads it but people.
const version = "1.0.0"

// longestSocket is how many bytes the path of a socket may have: sun_path holds 108, the last is zero (unix(7)).
const longestSocket = 107

// Config says where the driver lives. Every path is absolute.
type Config struct {
	// Root holds the volumes: volumes/ID with the data, volumes/ID.json beside it with the record.
	Root string
	// Socket is where the driver answers: kubelet's plugins/directory.csi.satkube.com/csi.sock by custom.
	Socket string
	// RegistrationSocket is where kubelet looks for new plugins: its plugins_registry/directory.csi.satkube.com-reg.sock by custom.
	RegistrationSocket string
	// Node is the node's name, as kubelet knows it.
	Node string
	// Log says what was done and what was refused, one line each. Nil says nothing.
	Log func(format string, args ...any)
}

func (c Config) validate() error {
	var all []error
	for _, path := range []struct{ name, value string }{{"root", c.Root}, {"socket", c.Socket}, {"registration socket", c.RegistrationSocket}} {
		if !filepath.IsAbs(path.value) {
			all = append(all, fmt.Errorf("volumes: %s is %q, want an absolute path", path.name, path.value))
		}
	}
	for _, path := range []struct{ name, value string }{{"socket", c.Socket}, {"registration socket", c.RegistrationSocket}} {
		if len(path.value) > longestSocket {
			all = append(all, fmt.Errorf("volumes: %s has %d bytes, want at most %d: use a shorter folder", path.name, len(path.value), longestSocket))
		}
	}
	if c.Node == "" {
		all = append(all, errors.New("volumes: node is empty, want the name that kubelet has"))
	}
	return errors.Join(all...)
}

// Serve answers kubelet and the provisioner until ctx ends; that is no error. When it returns, no call is being worked on any more and
// both sockets are gone, so kubelet forgets the driver. What is mounted stays mounted.
func Serve(ctx context.Context, c Config) error {
	if err := c.validate(); err != nil {
		return err
	}
	if c.Log == nil {
		c.Log = func(string, ...any) {}
	}
	volumes, err := openStore(c.Root)
	if err != nil {
		return err
	}
	defer volumes.close()

	socket, err := listen(c.Socket)
	if err != nil {
		return err
	}
	defer socket.Close()
	// The second socket comes when the first one is there: kubelet calls the driver as soon as it sees it.
	registry, err := listen(c.RegistrationSocket)
	if err != nil {
		return err
	}
	defer registry.Close()

	driver := newServer(c.Log)
	csi.RegisterIdentityServer(driver, identity{})
	csi.RegisterControllerServer(driver, &controller{volumes: volumes, log: c.Log})
	csi.RegisterNodeServer(driver, &node{name: c.Node, volumes: volumes, log: c.Log})
	registrar := newServer(c.Log)
	registration.RegisterRegistrationServer(registrar, &registrant{socket: c.Socket, log: c.Log})

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return unlessStopped(driver.Serve(socket)) })
	group.Go(func() error { return unlessStopped(registrar.Serve(registry)) })
	group.Go(func() error {
		<-ctx.Done()
		registrar.Stop()
		driver.Stop()
		return nil
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("volumes: %w", err)
	}
	return nil
}

// unlessStopped drops the error of a server that was stopped before it began.
func unlessStopped(err error) error {
	if errors.Is(err, grpc.ErrServerStopped) {
		return nil
	}
	return err
}

// newServer makes a server that says what it refused. Requests are never said: they have fields for secrets.
func newServer(log func(string, ...any)) *grpc.Server {
	refusals := func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		resp, err := handle(ctx, req)
		if err != nil {
			log("volumes: %s: %v", info.FullMethod, err)
		}
		return resp, err
	}
	// Stop waits for the calls that are being worked on: a mount that is made after Serve returned would escape the next driver's eyes.
	return grpc.NewServer(grpc.UnaryInterceptor(refusals), grpc.WaitForHandlers(true))
}
