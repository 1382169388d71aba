package cluster

import (
	"context"
	"fmt"
	"path/filepath"

	"gitlab.com/thinkmassive/satkube/e2e/volumes"
)

// ServeVolumes is the process in the machine that makes, mounts and removes the volumes of the cluster in folder.
func ServeVolumes(ctx context.Context, folder string) error {
	p := Parts{Folder: folder}
	return volumes.Serve(ctx, volumes.Config{
		// Beside kubelet's folder, whose content kubelet thinks its own.
		Root:               p.file("volumes"),
		Socket:             p.volumesSocket(),
		RegistrationSocket: p.file("kubelet", "plugins_registry", volumes.Driver+"-reg.sock"),
		Node:               Node,
		Log:                func(format string, args ...any) { fmt.Printf(format+"\n", args...) },
	})
}

// VolumesFolder holds the volumes' directories in a cluster's folder.
func VolumesFolder(folder string) string { return filepath.Join(folder, "volumes") }
