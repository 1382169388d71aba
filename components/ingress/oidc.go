package ingress

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// OIDC is a login at an OpenID Connect provider, through an oauth2-proxy before each backend.
type OIDC struct {
	// Image is oauth2-proxy's; it must have a digest.
	Image images.Image
	// Issuer is the provider's URL, whose /.well-known/openid-configuration tells the rest.
	Issuer string
	// IssuerCIDRs are the provider's networks; empty means the internet.
	IssuerCIDRs []string
	// Scope is what is asked of the provider; empty means openid, email and profile. Some need one more to tell the groups.
	Scope string
	// Groups and EmailDomains are who may log in; of two that are given both must hold.
	Groups, EmailDomains []string
	// ClientID and ClientSecret are ours at the provider, which must allow https://HOST/oauth2/callback for every route's host.
	ClientID, ClientSecret pulumi.StringInput
}

// What one pod of oauth2-proxy gets.
const (
	ProxyMilliCPU = 100
	ProxyMiB      = 128
)

const (
	oauthUser = 10272
	oauthDir  = "/etc/oauth2-proxy"
	oauthFile = "oauth2-proxy.cfg"
)

func oauthPort() kube.Port { return kube.Port{Name: "http", Number: 4180} }

// newTargets returns where nginx sends the requests of each route, and makes the oauth2-proxies where they are wanted.
func newTargets(ctx *pulumi.Context, name string, args Args, child, inside pulumi.ResourceOption) ([]target, error) {
	var targets []target
	for _, r := range args.Routes {
		endpoint := r.Backend
		if args.Auth.OIDC != nil {
			proxy, err := newProxy(ctx, name+"-"+r.Name+"-login", args, r, child, inside)
			if err != nil {
				return nil, err
			}
			endpoint = proxy.Endpoint(oauthPort())
		}
		targets = append(targets, target{Route: r, endpoint: endpoint})
	}
	return targets, nil
}

// newProxy makes the oauth2-proxy of a route. There is one for each, because it tells upstreams apart by path and not by host.
func newProxy(ctx *pulumi.Context, name string, args Args, r Route, child, inside pulumi.ResourceOption) (*kube.Workload, error) {
	oidc := *args.Auth.OIDC
	app := kube.App{Name: "oauth2-proxy-" + r.Name, Instance: "platform", Component: "ingress", Version: oidc.Image.Version()}
	// 32 bytes, the longest key of AES that it takes.
	cookie, err := random.NewRandomPassword(ctx, name+"-cookie", &random.RandomPasswordArgs{
		Length: pulumi.Int(32), Special: pulumi.Bool(false),
	}, child)
	if err != nil {
		return nil, err
	}
	file := pulumi.All(oidc.ClientID, oidc.ClientSecret, cookie.Result).ApplyT(func(given []any) string {
		id, _ := given[0].(string)
		secret, _ := given[1].(string)
		cookie, _ := given[2].(string)
		return oidc.render(r, id, secret, cookie)
	}).(pulumi.StringOutput)
	config, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata:   kube.Metadata(app, args.Namespace, app.Name),
		Type:       pulumi.String("Opaque"),
		StringData: pulumi.StringMap{oauthFile: pulumi.ToSecret(file).(pulumi.StringOutput)},
	}, inside)
	if err != nil {
		return nil, err
	}
	issuer := kube.Internet()
	if len(oidc.IssuerCIDRs) > 0 {
		issuer = kube.Peer{Name: "issuer", CIDRs: oidc.IssuerCIDRs}
	}
	probe := func(path string, failures int) *kube.Probe {
		return &kube.Probe{HTTP: oauthPort().Number, Path: path, EverySeconds: 10, TimeoutSeconds: 5, Failures: failures}
	}
	return kube.NewDeployment(ctx, name, kube.DeploymentArgs{Replicas: args.Replicas, WorkloadArgs: kube.WorkloadArgs{
		App: app, Namespace: args.Namespace, After: []pulumi.Resource{config},
		Annotations: kube.Reads(oidc.render(r, "", "", "")),
		AllowTo:     []kube.Endpoint{qualified(r.Backend), {Peer: issuer, Port: oidc.issuerPort()}},
		Pod: kube.Pod{
			User: oauthUser, StopSeconds: 30, PriorityClass: args.PriorityClass,
			Volumes: []kube.Volume{{Name: "config", Secret: app.Name, SecretKeys: []string{oauthFile}}},
			Containers: []kube.Container{{
				Name: "oauth2-proxy", Image: oidc.Image.Ref(), Args: []string{"--config=" + oauthDir + "/" + oauthFile},
				Ports: []kube.Port{oauthPort()}, Mounts: []kube.Mount{{Volume: "config", Path: oauthDir}},
				CPU: fmt.Sprintf("%dm", ProxyMilliCPU), Memory: fmt.Sprintf("%dMi", ProxyMiB),
				Liveness: probe("/ping", 6), Readiness: probe("/ready", 2),
			}},
		},
	}}, child)
}

// issuerPort is the provider's port, 443 unless its URL has another.
func (o OIDC) issuerPort() kube.Port {
	port := kube.Port{Name: "oidc", Number: 443}
	if issuer, err := url.Parse(o.Issuer); err == nil && issuer.Port() != "" {
		if number, err := strconv.Atoi(issuer.Port()); err == nil {
			port.Number = number
		}
	}
	return port
}

// render returns oauth2-proxy's file, in TOML; see its documentation, "Overview", for the keys. The whole file is secret.
func (o OIDC) render(r Route, clientID, clientSecret, cookieSecret string) string {
	scheme := "http"
	if r.BackendHTTPS {
		scheme = "https"
	}
	scope := o.Scope
	if scope == "" {
		scope = "openid email profile"
	}
	domains := o.EmailDomains
	if len(domains) == 0 {
		// The groups decide.
		domains = []string{"*"}
	}
	var b strings.Builder
	for _, setting := range []struct {
		key   string
		value any
	}{
		{"provider", "oidc"},
		{"oidc_issuer_url", o.Issuer},
		{"client_id", clientID},
		{"client_secret", clientSecret},
		{"scope", scope},
		{"redirect_url", r.URL() + "oauth2/callback"},
		{"code_challenge_method", "S256"},
		{"insecure_oidc_skip_nonce", false},
		{"allowed_groups", append([]string{}, o.Groups...)},
		{"email_domains", domains},
		{"upstreams", []string{fmt.Sprintf("%s://%s:%d/", scheme, r.Backend.Host, r.Backend.Port.Number)}},
		{"ssl_upstream_insecure_skip_verify", r.BackendHTTPS},
		{"pass_basic_auth", false},
		{"proxy_websockets", r.WebSocket},
		{"http_address", fmt.Sprintf("0.0.0.0:%d", oauthPort().Number)},
		{"reverse_proxy", true},
		{"skip_provider_button", true},
		{"silence_ping_logging", true},
		// The prefix makes browsers refuse the cookie from any other host and without TLS.
		{"cookie_name", "__Host-oauth2-proxy"},
		{"cookie_secret", cookieSecret},
		{"cookie_secure", true},
		{"cookie_httponly", true},
		{"cookie_samesite", "lax"},
		// A working day: whoever loses the right to log in keeps a session for as long.
		{"cookie_expire", "8h0m0s"},
		{"session_cookie_minimal", true},
	} {
		// A string, a list or a boolean of JSON is one of TOML too.
		value, _ := json.Marshal(setting.value)
		fmt.Fprintf(&b, "%s = %s\n", setting.key, value)
	}
	return b.String()
}
