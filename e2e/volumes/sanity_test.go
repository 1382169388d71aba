package volumes

import (
	"path/filepath"
	"testing"

	"github.com/kubernetes-csi/csi-test/v5/pkg/sanity"
)

func TestDriver_PassesCSISanity(t *testing.T) {
	needsMounts(t)
	b := newBench(t)
	b.stop()
	b.config.Log = nil // its refusals are what the suite asks for
	b.start()
	config := sanity.NewTestConfig()
	config.Address = b.config.Socket
	config.TargetPath = filepath.Join(filepath.Dir(b.config.Root), "target")
	config.StagingPath = filepath.Join(filepath.Dir(b.config.Root), "staging")
	sanity.Test(t, config)
}
