package ingress

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// annotation begins the controller's annotations; see its documentation, "Advanced configuration with annotations".
const annotation = "nginx.org/"

// defaultRate is how many requests a second one address may send: a page of Grafana fetches about a hundred files, most of them once.
const defaultRate = 20

// target is a route and where nginx sends its requests: the backend, or the oauth2-proxy before it.
type target struct {
	Route
	endpoint kube.Endpoint
}

// endpoints are the ports that nginx connects to, each once. The namespace's name tells apart backends of several nodes.
func endpoints(targets []target) []kube.Endpoint {
	var found []kube.Endpoint
	for _, t := range targets {
		endpoint := qualified(t.endpoint)
		known := func(other kube.Endpoint) bool { return other.Host == endpoint.Host && other.Port == endpoint.Port }
		if !slices.ContainsFunc(found, known) {
			found = append(found, endpoint)
		}
	}
	return found
}

func qualified(endpoint kube.Endpoint) kube.Endpoint {
	endpoint.Peer.Name = endpoint.Peer.Namespace.Name + "-" + endpoint.Peer.Name
	return endpoint
}

// newRoutes makes the Ingresses. An Ingress reaches only Services beside it, and Secrets beside it too. So that certificate and
// passwords stay in the controller's namespace, a route to another namespace is two of them: the master, here, has the host, TLS and
// the login; its minion, beside the backend, has the path. Both come after the Secrets that they name: nginx refuses all of its
// configuration when it lacks one password file.
func newRoutes(ctx *pulumi.Context, name string, args Args, targets []target, secrets []pulumi.Resource, child pulumi.ResourceOption) error {
	for _, t := range targets {
		exists := pulumi.DependsOn(slices.Concat(args.Namespace.Exists, t.endpoint.Peer.Namespace.Exists, secrets))
		for _, part := range t.parts(args) {
			_, err := networkingv1.NewIngress(ctx, name+"-"+t.Name+part.suffix, t.ingress(args, part), child, exists)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// part is one Ingress of a route.
type part struct {
	suffix      string
	namespace   kube.Namespace
	annotations []map[string]string
	// host has TLS, and path sends requests on.
	host, path bool
}

func (t target) parts(args Args) []part {
	beside := t.endpoint.Peer.Namespace
	if beside.Name == args.Namespace.Name {
		return []part{{namespace: beside, annotations: []map[string]string{t.hostAnnotations(args), t.pathAnnotations(args)}, host: true, path: true}}
	}
	kind := func(kind string) map[string]string {
		return map[string]string{annotation + "mergeable-ingress-type": kind}
	}
	return []part{
		{namespace: args.Namespace, annotations: []map[string]string{kind("master"), t.hostAnnotations(args)}, host: true},
		{suffix: "-backend", namespace: beside, annotations: []map[string]string{kind("minion"), t.pathAnnotations(args)}, path: true},
	}
}

func (t target) ingress(args Args, p part) *networkingv1.IngressArgs {
	// Nobody writes the status that Pulumi would wait for.
	annotations := map[string]string{skipAwait: "true"}
	for _, more := range p.annotations {
		maps.Copy(annotations, more)
	}
	metadata := kube.Metadata(args.app(), p.namespace, "ingress-"+t.Name)
	metadata.Annotations = pulumi.ToStringMap(annotations)
	rule := networkingv1.IngressRuleArgs{Host: pulumi.String(t.Host)}
	if p.path {
		rule.Http = networkingv1.HTTPIngressRuleValueArgs{Paths: networkingv1.HTTPIngressPathArray{networkingv1.HTTPIngressPathArgs{
			Path: pulumi.String("/"), PathType: pulumi.String("Prefix"),
			Backend: networkingv1.IngressBackendArgs{Service: networkingv1.IngressServiceBackendArgs{
				Name: pulumi.String(service(t.endpoint)), Port: networkingv1.ServiceBackendPortArgs{Number: pulumi.Int(t.endpoint.Port.Number)},
			}},
		}}}
	}
	spec := networkingv1.IngressSpecArgs{IngressClassName: pulumi.String(className), Rules: networkingv1.IngressRuleArray{rule}}
	if p.host {
		spec.Tls = networkingv1.IngressTLSArray{networkingv1.IngressTLSArgs{
			Hosts: pulumi.StringArray{pulumi.String(t.Host)}, SecretName: pulumi.String(certificateName),
		}}
	}
	return &networkingv1.IngressArgs{Metadata: metadata, Spec: spec}
}

// hostAnnotations are for the whole host.
func (t target) hostAnnotations(args Args) map[string]string {
	annotations := map[string]string{
		annotation + "listen-ports":     strconv.Itoa(httpPort),
		annotation + "listen-ports-ssl": strconv.Itoa(httpsPort),
	}
	if args.Auth.Basic != nil {
		annotations[annotation+"basic-auth-secret"] = loginName
		annotations[annotation+"basic-auth-realm"] = t.Host
	}
	return annotations
}

// pathAnnotations are for what goes to the backend.
func (t target) pathAnnotations(args Args) map[string]string {
	rate := t.RatePerSecond
	if rate == 0 {
		rate = defaultRate
	}
	annotations := map[string]string{
		annotation + "limit-req-rate":        fmt.Sprintf("%dr/s", rate),
		annotation + "limit-req-burst":       strconv.Itoa(5 * rate),
		annotation + "limit-req-no-delay":    "true",
		annotation + "limit-req-reject-code": "429",
	}
	if args.Auth.Basic != nil {
		// An empty value takes the header away: the password is nginx's, and Grafana and Kibana would take it for one of theirs.
		annotations[annotation+"proxy-set-headers"] = "Authorization:"
	}
	if t.BackendHTTPS && args.Auth.OIDC == nil {
		annotations[annotation+"ssl-services"] = service(t.endpoint)
	}
	if t.WebSocket {
		annotations[annotation+"websocket-services"] = service(t.endpoint)
	}
	return annotations
}

// service is the name of the Service, the first label of its DNS name.
func service(endpoint kube.Endpoint) string {
	name, _, _ := strings.Cut(endpoint.Host, ".")
	return name
}
