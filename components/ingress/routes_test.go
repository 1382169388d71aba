package ingress

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/mock"
)

func annotations(t *testing.T, recording *mock.Recording, name string) map[resource.PropertyKey]resource.PropertyValue {
	t.Helper()
	return recording.Must(t, ingressType, name).Path("metadata", "annotations").ObjectValue()
}

func TestNew_MakesIngressesAsTheirGoldensSay(t *testing.T) {
	recording := deploy(t, args())
	golden.Equal(t, "kibana-host.yaml", asYAML(t, recording.Must(t, ingressType, "ingress-kibana").Inputs.Mappable()))
	golden.Equal(t, "kibana-backend.yaml", asYAML(t, recording.Must(t, ingressType, "ingress-kibana-backend").Inputs.Mappable()))
	golden.Equal(t, "kibana-oidc.yaml", asYAML(t, deploy(t, withOIDC()).Must(t, ingressType, "ingress-kibana").Inputs.Mappable()))
}

func TestNew_AsksForTheLoginBeforeEveryRoute(t *testing.T) {
	a := args()
	// One whose backend stands beside the controller is a single Ingress.
	a.Routes = append(a.Routes, Route{Name: "here", Host: "here.nodes.example.org", Backend: backend("ingress", "here", 80)})
	recording := deploy(t, a)
	for _, r := range a.Routes {
		host := recording.Must(t, ingressType, "ingress-"+r.Name)
		require.Equal(t, "ingress", host.Path("metadata", "namespace").StringValue())
		require.Equal(t, loginName, host.Path("metadata", "annotations", "nginx.org/basic-auth-secret").StringValue())
		require.Equal(t, certificateName, host.Path("spec", "tls", 0, "secretName").StringValue())
		require.Equal(t, r.Host, host.Path("spec", "tls", 0, "hosts", 0).StringValue())
	}
	require.Len(t, recording.All(ingressType), 5)
	secret := recording.Must(t, secretType, "ingress-login")
	require.Equal(t, "nginx.org/htpasswd", secret.Path("type").StringValue())
}

func TestNew_KeepsThePasswordFromTheBackends(t *testing.T) {
	minion := deploy(t, args()).Must(t, ingressType, "ingress-grafana-backend")
	require.Equal(t, "Authorization:", minion.Path("metadata", "annotations", "nginx.org/proxy-set-headers").StringValue())
	require.True(t, minion.Path("spec", "tls").IsNull(), "the controller rejects a minion with TLS")
}

func TestNew_TellsApartBackendsOfOneNameInTwoNamespacesAndMeetsTheSameOneOnce(t *testing.T) {
	a := args()
	a.Routes = []Route{
		{Name: "alice", Host: "alice.nodes.example.org", Backend: backend("bitcoin-alice", "explorer", 80)},
		{Name: "bob", Host: "bob.nodes.example.org", Backend: backend("bitcoin-bob", "explorer", 80)},
		{Name: "again", Host: "again.nodes.example.org", Backend: backend("bitcoin-bob", "explorer", 80)},
	}
	require.Len(t, deploy(t, a).All(policyType), 6)
}

func TestNew_BoundsTheRequestsOfOneAddress(t *testing.T) {
	recording := deploy(t, args())
	for name, want := range map[string][2]string{"ingress-grafana-backend": {"20r/s", "100"}, "ingress-kibana-backend": {"50r/s", "250"}} {
		got := annotations(t, recording, name)
		require.Equal(t, want[0], got["nginx.org/limit-req-rate"].StringValue())
		require.Equal(t, want[1], got["nginx.org/limit-req-burst"].StringValue())
		require.Equal(t, "429", got["nginx.org/limit-req-reject-code"].StringValue())
	}
}

func TestNew_SpeaksToEachBackendAsItWants(t *testing.T) {
	for name, a := range map[string]Args{"-backend": args(), "": withOIDC()} {
		recording := deploy(t, a)
		grafana, kibana := annotations(t, recording, "ingress-grafana"+name), annotations(t, recording, "ingress-kibana"+name)
		require.True(t, grafana["nginx.org/websocket-services"].HasValue())
		require.False(t, kibana["nginx.org/websocket-services"].HasValue())
		require.False(t, grafana["nginx.org/ssl-services"].HasValue())
		// oauth2-proxy speaks plain HTTP beside nginx, and TLS to the backend.
		require.Equal(t, a.Auth.Basic != nil, kibana["nginx.org/ssl-services"].HasValue())
	}
}

func TestNew_DoesNotWaitForAStatusThatNobodyWrites(t *testing.T) {
	for _, r := range deploy(t, args()).All(ingressType) {
		require.Equal(t, "true", r.Path("metadata", "annotations", skipAwait).StringValue(), r.Name)
	}
}

func TestNew_OpensNoRouteBeforeItsLoginAndNoPodBeforeWhatItReads(t *testing.T) {
	recording := deploy(t, args())
	waits := func(token, name string) string {
		return strings.Join(recording.Must(t, token, name).DependsOn, "\n") + "\n"
	}
	for _, name := range []string{"ingress-grafana", "ingress-grafana-backend"} {
		require.Contains(t, waits(ingressType, name), secretType+"::ingress-login\n")
		require.Contains(t, waits(ingressType, name), secretType+"::ingress-tls\n")
	}
	for _, what := range []string{secretType + "::ingress-tls", "kubernetes:core/v1:ConfigMap::ingress", "kubernetes:networking.k8s.io/v1:IngressClass::ingress"} {
		require.Contains(t, waits(deploymentType, "ingress"), what+"\n")
	}
}
