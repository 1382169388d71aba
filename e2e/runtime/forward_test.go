package runtime

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// forward makes a pod's port reachable on the loopback interface until the test ends, as `kubectl port-forward` does, and returns the address. The kubelet connects from inside
// of the pod's network namespace, so no network policy has to let anybody in. It is not kubectl itself, which refuses a pod that is Pending, and a pod is for as long as any of
// its containers has no image: lnd's, whose lndmon cannot be had here.
func forward(t *testing.T, c *live.Cluster, pod string, port int) string {
	t.Helper()
	transport, upgrader, err := spdy.RoundTripperFor(c.Config)
	require.NoError(t, err)
	url := c.Client.CoreV1().RESTClient().Post().Resource("pods").Namespace(node).Name(pod).SubResource("portforward").URL()
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, url)
	ready, ended := make(chan struct{}), make(chan error, 1)
	var wrong bytes.Buffer
	f, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{fmt.Sprintf("0:%d", port)}, t.Context().Done(), ready, nil, &wrong)
	require.NoError(t, err)
	go func() { ended <- f.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		require.NoError(t, err, "forwarding port %d of pod %s: %s", port, pod, &wrong)
	case <-time.After(30 * time.Second):
		require.Fail(t, "forwarding does not come up", "port %d of pod %s", port, pod)
	}
	ports, err := f.GetPorts()
	require.NoError(t, err)
	return fmt.Sprintf("127.0.0.1:%d", ports[0].Local)
}
