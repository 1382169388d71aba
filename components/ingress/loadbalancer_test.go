package ingress

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNew_HasOneLoadBalancerForTheAllowedNetworksAndNoNodePort(t *testing.T) {
	service := deploy(t, args()).Must(t, serviceType, "ingress-public")
	require.Equal(t, "LoadBalancer", service.Path("spec", "type").StringValue())
	require.True(t, service.Path("spec", "loadBalancerClass").IsNull())
	require.True(t, service.Path("spec", "healthCheckNodePort").IsNull())
	require.Equal(t, []string{"198.51.100.0/24"}, texts(service.Path("spec", "loadBalancerSourceRanges")))
	require.False(t, service.Path("spec", "allocateLoadBalancerNodePorts").BoolValue())
	require.Equal(t, "Local", service.Path("spec", "externalTrafficPolicy").StringValue())
	ports := service.Path("spec", "ports").ArrayValue()
	require.Len(t, ports, 1, "plain HTTP has no port")
	require.Equal(t, 443.0, ports[0].ObjectValue()["port"].NumberValue())
	require.True(t, service.Path("spec", "ports", 0, "nodePort").IsNull())
}

func TestNew_IsForTheClustersNetworksUnlessOthersAreNamed(t *testing.T) {
	a := args()
	a.LoadBalancer.AllowedCIDRs = nil
	service := deploy(t, a).Must(t, serviceType, "ingress-public")
	require.Equal(t, []string{"10.30.0.0/16"}, texts(service.Path("spec", "loadBalancerSourceRanges")))
}

func TestNew_DoesNotWaitForALoadBalancerThatAClusterMayNotHave(t *testing.T) {
	service := deploy(t, args()).Must(t, serviceType, "ingress-public")
	require.Equal(t, "true", service.Path("metadata", "annotations", skipAwait).StringValue())
}

func TestNew_TellsALoadBalancerOutsideWhichNodesServe(t *testing.T) {
	a := args()
	a.LoadBalancer.Outside = outside()
	recording := deploy(t, a)
	service := recording.Must(t, serviceType, "ingress-public")
	require.Equal(t, "LoadBalancer", service.Path("spec", "type").StringValue(), "a NodePort has no port for its health")
	require.Equal(t, ClassOutside, service.Path("spec", "loadBalancerClass").StringValue())
	require.Equal(t, 30444.0, service.Path("spec", "healthCheckNodePort").NumberValue())
	require.Equal(t, 30443.0, service.Path("spec", "ports", 0, "nodePort").NumberValue())
	require.Equal(t, "Local", service.Path("spec", "externalTrafficPolicy").StringValue())
	pod := recording.Must(t, deploymentType, "ingress")
	require.Equal(t, 30.0, pod.Path("spec", "template", "spec", "containers", 0, "lifecycle", "preStop", "sleep", "seconds").NumberValue())
	require.Equal(t, 120.0, pod.Path("spec", "template", "spec", "terminationGracePeriodSeconds").NumberValue(), "draining comes before the end of requests")
}

func TestNew_KeepsTLSBehindALoadBalancerThatEndsIt(t *testing.T) {
	flags := texts(deploy(t, behindTLS()).Must(t, deploymentType, "ingress").Path("spec", "template", "spec", "containers", 0, "args"))
	require.Contains(t, flags, "-default-server-tls-secret=ingress/ingress-tls")
	own := texts(deploy(t, args()).Must(t, deploymentType, "ingress").Path("spec", "template", "spec", "containers", 0, "args"))
	require.NotContains(t, own, "-default-server-tls-secret=ingress/ingress-tls", "unknown hosts get no handshake")
}

func TestSelfSigned_IsTheSameForTheSameSeedAndGoodForAllHosts(t *testing.T) {
	first, err := selfSigned("seed", "nodes.example.org")
	require.NoError(t, err)
	again, err := selfSigned("seed", "nodes.example.org")
	require.NoError(t, err)
	require.Equal(t, first, again)
	other, err := selfSigned("another seed", "nodes.example.org")
	require.NoError(t, err)
	require.NotEqual(t, first[1], other[1])

	pair, err := tls.X509KeyPair([]byte(first[0]), []byte(first[1]))
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	require.NoError(t, err)
	require.NoError(t, leaf.VerifyHostname("grafana.nodes.example.org"))
	require.NoError(t, leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature))
}

func TestNew_ShowsTheCertificateThatItIsGiven(t *testing.T) {
	secret := deploy(t, args()).Must(t, secretType, "ingress-tls")
	require.Equal(t, "kubernetes.io/tls", secret.Path("type").StringValue())
	require.Equal(t, "certificate-pem", secret.Path("stringData", "tls.crt").StringValue())
	require.Equal(t, "private-key-pem", secret.Path("stringData", "tls.key").StringValue())
}

func TestNew_RefusesWhatIsNotSafe(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"no namespace":      {func(a *Args) { a.Namespace.Name = "" }, "namespace is empty"},
		"no image":          {func(a *Args) { a.Image.Reference = "" }, "image is empty"},
		"no replica":        {func(a *Args) { a.Replicas = 0 }, "replicas is 0, want 1 or 2"},
		"three replicas":    {func(a *Args) { a.Replicas = 3 }, "replicas is 3, want 1 or 2"},
		"no domain":         {func(a *Args) { a.Domain = "" }, `domain is "", want a DNS domain`},
		"no API server":     {func(a *Args) { a.APIServer.CIDRs = nil }, "api server: addresses or ports are missing"},
		"no API ports":      {func(a *Args) { a.APIPorts = nil }, "api server: addresses or ports are missing"},
		"no route":          {func(a *Args) { a.Routes = nil }, "routes is empty"},
		"a nameless route":  {func(a *Args) { a.Routes[0].Name = "" }, `name is "", want a DNS label`},
		"a long name":       {func(a *Args) { a.Routes[0].Name = "a23456789012345678901234567890123456789012" }, "want a DNS label of 40 characters"},
		"one name twice":    {func(a *Args) { a.Routes[1].Name = "grafana" }, "route grafana: name stands twice"},
		"one host twice":    {func(a *Args) { a.Routes[1].Host = a.Routes[0].Host }, "host grafana.nodes.example.org stands twice"},
		"another domain":    {func(a *Args) { a.Routes[0].Host = "grafana.example.com" }, `host is "grafana.example.com", want a DNS name in nodes.example.org`},
		"a like domain":     {func(a *Args) { a.Routes[0].Host = "evilnodes.example.org" }, "want a DNS name in nodes.example.org"},
		"a wildcard":        {func(a *Args) { a.Routes[0].Host = "*.nodes.example.org" }, "want a DNS name in nodes.example.org"},
		"capitals":          {func(a *Args) { a.Routes[0].Host = "Grafana.nodes.example.org" }, "want a DNS name in nodes.example.org"},
		"a line break":      {func(a *Args) { a.Routes[0].Host = "a\n.nodes.example.org" }, "want a DNS name in nodes.example.org"},
		"an empty label":    {func(a *Args) { a.Routes[0].Host = "a..nodes.example.org" }, "want a DNS name in nodes.example.org"},
		"no backend":        {func(a *Args) { a.Routes[0].Backend.Host = "" }, `backend host is "", want the DNS name of a Service`},
		"the internet":      {func(a *Args) { a.Routes[0].Backend.Peer.Namespace.Name = "" }, "want the DNS name of a Service in the namespace of its pods"},
		"another namespace": {func(a *Args) { a.Routes[0].Backend.Peer.Namespace.Name = "logging" }, "want the DNS name of a Service in the namespace of its pods"},
		"no backend port":   {func(a *Args) { a.Routes[0].Backend.Port.Number = 0 }, "backend port is missing"},
		"a negative rate":   {func(a *Args) { a.Routes[0].RatePerSecond = -1 }, "rate per second is -1"},

		"no login":   {func(a *Args) { a.Auth = Auth{} }, "auth has no login or two, want exactly one of basic and oidc"},
		"two logins": {func(a *Args) { a.Auth.OIDC = oidc() }, "auth has no login or two, want exactly one of basic and oidc"},

		"public for the internet":  {func(a *Args) { a.LoadBalancer.AllowedCIDRs = []string{"0.0.0.0/0"} }, `allowed cidrs is "0.0.0.0/0", want a network of /8 or narrower`},
		"half of the internet":     {func(a *Args) { a.LoadBalancer.AllowedCIDRs = []string{"128.0.0.0/1"} }, "want a network of /8 or narrower"},
		"the internet in disguise": {func(a *Args) { a.LoadBalancer.AllowedCIDRs = []string{"::ffff:0.0.0.0/96"} }, "want a network of /8 or narrower"},
		"an address of a network":  {func(a *Args) { a.LoadBalancer.AllowedCIDRs = []string{"198.51.100.7/24"} }, "want a network of /8 or narrower"},
		"no network":               {func(a *Args) { a.LoadBalancer.AllowedCIDRs = []string{"office"} }, "want a network of /8 or narrower"},
		"no cluster network":       {func(a *Args) { a.LoadBalancer.NetworkCIDRs = nil }, "network cidrs is empty"},
		"a wide cluster network":   {func(a *Args) { a.LoadBalancer.NetworkCIDRs = []string{"0.0.0.0/0"} }, `network cidrs is "0.0.0.0/0"`},

		"no certificate":       {func(a *Args) { a.Certificate = nil }, "certificate is missing, want one, or a load balancer that ends TLS"},
		"two certificates":     {func(a *Args) { a.LoadBalancer.Outside = outside(); a.LoadBalancer.Outside.EndsTLS = true }, "given while the load balancer ends TLS"},
		"one port twice":       {func(a *Args) { a.LoadBalancer.Outside = outside(); a.LoadBalancer.Outside.HealthPort = 30443 }, "want two different ones"},
		"no time to drain":     {func(a *Args) { a.LoadBalancer.Outside = outside(); a.LoadBalancer.Outside.DrainSeconds = 0 }, "drain seconds or address is missing"},
		"a certificate alone":  {func(a *Args) { a.Certificate.KeyPEM = nil }, "certificate or key is missing"},
		"a key alone":          {func(a *Args) { a.Certificate.CertPEM = nil }, "certificate or key is missing"},
		"a container too thin": {func(a *Args) { a.CPU = "" }, "cpu or memory is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			a := args()
			c.change(&a)
			require.ErrorContains(t, refusal(a), c.want)
		})
	}
}
