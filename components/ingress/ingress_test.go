package ingress

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/internal/mock"
)

const (
	deploymentType = "kubernetes:apps/v1:Deployment"
	ingressType    = "kubernetes:networking.k8s.io/v1:Ingress"
	policyType     = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	secretType     = "kubernetes:core/v1:Secret"
	serviceType    = "kubernetes:core/v1:Service"
)

func backend(namespace, name string, port int) kube.Endpoint {
	app := kube.App{Name: name, Instance: "platform"}
	in := kube.Namespace{Name: namespace}
	return kube.Endpoint{
		Peer: kube.Peer{Name: name, Namespace: in, Selector: app.Selector()},
		Port: kube.Port{Name: "http", Number: port}, Host: kube.ServiceHost(app, in),
	}
}

func args() Args {
	lock, _ := images.Load()
	return Args{
		Namespace: kube.Namespace{Name: "ingress"},
		Image:     lock[images.NginxIngress],
		Replicas:  2, PriorityClass: "satkube-platform", CPU: "250m", Memory: "256Mi",
		Domain: "nodes.example.org",
		Routes: []Route{
			{Name: "grafana", Host: "grafana.nodes.example.org", Backend: backend("monitoring", "grafana", 3000), WebSocket: true},
			{Name: "kibana", Host: "kibana.nodes.example.org", Backend: backend("logging", "kibana", 5601), BackendHTTPS: true, RatePerSecond: 50},
		},
		Auth:         Auth{Basic: &BasicAuth{}},
		LoadBalancer: LoadBalancer{AllowedCIDRs: []string{"198.51.100.0/24"}, NetworkCIDRs: []string{"10.30.0.0/16"}},
		APIServer:    kube.Peer{Name: "api-server", CIDRs: []string{"10.30.0.0/16"}},
		APIPorts:     []kube.Port{{Name: "https", Number: 443}},
		Certificate:  &Certificate{CertPEM: pulumi.String("certificate-pem"), KeyPEM: pulumi.String("private-key-pem")},
	}
}

func oidc() *OIDC {
	return &OIDC{
		Image:  images.Image{Reference: "quay.io/oauth2-proxy/oauth2-proxy:v7.15.3", Digest: "sha256:10a1165743a192e1940b4708fb9647027185ce11a681a1c5519b442ff7f1f561"},
		Issuer: "https://login.example.org/realms/nodes", Groups: []string{"operators"},
		ClientID: pulumi.String("satkube"), ClientSecret: pulumi.String("client-secret"),
	}
}

func withOIDC() Args {
	a := args()
	a.Auth = Auth{OIDC: oidc()}
	return a
}

func behindTLS() Args {
	a := args()
	a.Certificate, a.LoadBalancer.Outside = nil, outside()
	a.LoadBalancer.Outside.EndsTLS = true
	return a
}

func outside() *Outside {
	return &Outside{NodePort: 30443, HealthPort: 30444, DrainSeconds: 30, Address: pulumi.String("pages.elb.example")}
}

func program(a Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "ingress", a)
		return err
	}
}

func deploy(t *testing.T, a Args) *mock.Recording {
	t.Helper()
	return mock.Deployed(t, program(a))
}

func asYAML(t *testing.T, value any) string {
	t.Helper()
	text, err := yaml.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

func texts(value resource.PropertyValue) []string {
	var found []string
	for _, v := range value.ArrayValue() {
		found = append(found, v.StringValue())
	}
	return found
}

func TestSettings_MatchTheirGolden(t *testing.T) {
	golden.Equal(t, "nginx-config.yaml", asYAML(t, settings()))
}

func TestNew_PutsNoSecretAnywhereButIntoSecrets(t *testing.T) {
	for name, a := range map[string]Args{"basic": args(), "oidc": withOIDC(), "acm": behindTLS()} {
		for _, r := range deploy(t, a).Resources() {
			if r.Type == secretType {
				require.True(t, r.Inputs["stringData"].ContainsSecrets(), "%s: %s", name, r.Name)
				continue
			}
			for _, secret := range []string{"password-of-", "private-key-pem", "client-secret"} {
				require.NotContains(t, fmt.Sprint(r.Inputs), secret, "%s: %s %s", name, r.Type, r.Name)
			}
		}
	}
}

func TestNew_ReturnsURLsAndASecretPassword(t *testing.T) {
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		made, err := New(ctx, "ingress", args())
		require.NoError(t, err)
		pulumi.All(made.URLs, made.User, made.Password, made.Address, pulumi.IsSecret(made.Password)).ApplyT(func(got []any) error {
			require.Equal(t, map[string]string{
				"grafana": "https://grafana.nodes.example.org/", "kibana": "https://kibana.nodes.example.org/",
			}, got[0])
			require.Equal(t, []any{"operator", "password-of-ingress-operator", ""}, got[1:4])
			require.Equal(t, true, got[4])
			return nil
		})
		require.Equal(t, "nginx-ingress", made.Peer.Name)
		require.Equal(t, 9113, made.Watch.Targets[0].Endpoint.Port.Number)
		return nil
	}, pulumi.WithMocks(mock.Project, mock.Stack, &mock.Recording{})))
}

func TestNew_AddsNoCapabilityAndOpensNoPortBelow1024(t *testing.T) {
	deployment := deploy(t, args()).Must(t, deploymentType, "ingress")
	spec := deployment.Path("spec", "template", "spec").ObjectValue()
	for _, c := range slices.Concat(spec["initContainers"].ArrayValue(), spec["containers"].ArrayValue()) {
		security := c.ObjectValue()["securityContext"].ObjectValue()
		require.True(t, security["readOnlyRootFilesystem"].BoolValue())
		require.Equal(t, []string{"ALL"}, texts(security["capabilities"].ObjectValue()["drop"]))
		require.False(t, security["capabilities"].ObjectValue()["add"].HasValue())
		if ports := c.ObjectValue()["ports"]; ports.IsArray() {
			for _, port := range ports.ArrayValue() {
				require.GreaterOrEqual(t, port.ObjectValue()["containerPort"].NumberValue(), 1024.0)
			}
		}
	}
	// The programs come from copies without file capabilities; nobody can write to them any more.
	container := spec["containers"].ArrayValue()[0].ObjectValue()
	var programs []string
	for _, mount := range container["volumeMounts"].ArrayValue() {
		if mount := mount.ObjectValue(); mount["name"].StringValue() == "programs" {
			require.True(t, mount["readOnly"].BoolValue())
			programs = append(programs, mount["mountPath"].StringValue())
		}
	}
	require.Equal(t, []string{"/nginx-ingress", "/usr/sbin/nginx"}, programs)
}

func TestNew_RunsWithoutCustomResourcesSnippetsAndTelemetry(t *testing.T) {
	recording := deploy(t, args())
	flags := texts(recording.Must(t, deploymentType, "ingress").Path("spec", "template", "spec", "containers", 0, "args"))
	require.Subset(t, flags, []string{
		"-enable-custom-resources=false", "-enable-snippets=false", "-ingress-class=nginx", "-enable-prometheus-metrics=true",
		"-enable-telemetry-reporting=false", "-watch-namespace=ingress,logging,monitoring", "-watch-secret-namespace=ingress",
		"-nginx-configmaps=ingress/nginx-config", "-default-https-listener-port=8443", "-default-http-listener-port=8088",
	})
	oidc := texts(deploy(t, withOIDC()).Must(t, deploymentType, "ingress").Path("spec", "template", "spec", "containers", 0, "args"))
	require.Contains(t, oidc, "-watch-namespace=ingress")
	class := recording.Must(t, "kubernetes:networking.k8s.io/v1:IngressClass", "ingress")
	require.Equal(t, "nginx.org/ingress-controller", class.Path("spec", "controller").StringValue())
}

func TestNew_ReadsSecretsOfItsOwnNamespaceOnlyAndWritesNothingButEvents(t *testing.T) {
	recording := deploy(t, args())
	for _, rule := range recording.Must(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "ingress").Path("rules").ArrayValue() {
		rule := rule.ObjectValue()
		require.NotContains(t, texts(rule["resources"]), "secrets")
		if !slices.Equal(texts(rule["resources"]), []string{"events"}) {
			require.Subset(t, []string{"get", "list", "watch"}, texts(rule["verbs"]))
		}
	}
	role := recording.Must(t, "kubernetes:rbac.authorization.k8s.io/v1:Role", "ingress")
	require.Equal(t, "ingress", role.Path("metadata", "namespace").StringValue())
	for _, rule := range role.Path("rules").ArrayValue() {
		require.Equal(t, []string{"get", "list", "watch"}, texts(rule.ObjectValue()["verbs"]))
	}
}

func TestNew_ConnectsNginxWithBackendsLoadBalancerAndAPIOnly(t *testing.T) {
	var names []string
	recording := deploy(t, args())
	for _, policy := range recording.All(policyType) {
		names = append(names, policy.Name)
	}
	require.ElementsMatch(t, []string{
		"ingress-nginx-ingress-https-from-load-balancer", "ingress-nginx-ingress-to-api-server-https",
		"ingress-nginx-ingress-to-monitoring-grafana-http", "ingress-monitoring-grafana-http-from-nginx-ingress",
		"ingress-nginx-ingress-to-logging-kibana-http", "ingress-logging-kibana-http-from-nginx-ingress",
	}, names)
	from := recording.Must(t, policyType, "ingress-nginx-ingress-https-from-load-balancer").Path("spec", "ingress", 0)
	require.Equal(t, 8443.0, from.ObjectValue()["ports"].ArrayValue()[0].ObjectValue()["port"].NumberValue())
	var networks []string
	for _, peer := range from.ObjectValue()["from"].ArrayValue() {
		networks = append(networks, peer.ObjectValue()["ipBlock"].ObjectValue()["cidr"].StringValue())
	}
	require.Equal(t, []string{"10.30.0.0/16", "198.51.100.0/24"}, networks)
}
