package volumes

import (
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

func TestObjects_AreADriverAndAClassThatRetains(t *testing.T) {
	objects := Objects()
	require.Len(t, objects, 2)
	for i, want := range []string{`
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: directory.csi.satkube.com}
spec:
  attachRequired: false
  podInfoOnMount: false
  fsGroupPolicy: File
  storageCapacity: false
  volumeLifecycleModes: [Persistent]
`, `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: standard}
provisioner: directory.csi.satkube.com
reclaimPolicy: Retain
volumeBindingMode: WaitForFirstConsumer
`} {
		got, err := yaml.Marshal(objects[i])
		require.NoError(t, err)
		require.YAMLEq(t, want, string(got))
	}
}

func TestProvisionerArguments_NameTheSocketAndTheCluster(t *testing.T) {
	require.Equal(t, []string{
		"--csi-address=/p/csi.sock", "--kubeconfig=/k/config", "--extra-create-metadata", "--retry-interval-max=10s",
	}, ProvisionerArguments("/p/csi.sock", "/k/config"))
}
