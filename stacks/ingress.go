package stacks

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/components/baseline"
	"gitlab.com/thinkmassive/satkube/components/ingress"
	"gitlab.com/thinkmassive/satkube/components/loadbalancer"
	"gitlab.com/thinkmassive/satkube/components/logging"
	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// The nodes' ports that the load balancer sends to, and asks for their health.
const (
	ingressNodePort   = 30443
	ingressHealthPort = 30444
)

// What one pod of nginx gets.
const (
	ingressMilliCPU = 250
	ingressMiB      = 256
)

// pages are the addresses of what the ingress publishes, all empty without one.
type pages struct {
	grafana, prometheus, alertmanager, kibana string
}

func pagesOf(settings config.Platform) pages {
	if settings.Ingress == nil {
		return pages{}
	}
	at := func(page string) string { return "https://" + page + "." + settings.Ingress.Domain }
	return pages{grafana: at("grafana"), prometheus: at("prometheus"), alertmanager: at("alertmanager"), kibana: at("kibana")}
}

// newIngress publishes the pages of what there is: logs is nil without logging, and watching has no name without monitoring.
func newIngress(ctx *pulumi.Context, settings config.Platform, place place, base *baseline.Baseline, lock images.Lock, logs *logging.Logging, watching kube.Namespace) (*ingress.Ingress, error) {
	wanted := *settings.Ingress
	onCluster := pulumi.Provider(place.cluster.Provider)
	allowed := wanted.AllowedCIDRs
	if len(allowed) == 0 {
		allowed = place.podCIDRs
	}
	balancer := ingress.LoadBalancer{AllowedCIDRs: allowed, NetworkCIDRs: place.podCIDRs}
	routes := ingressRoutes(wanted.Domain, logs, watching)
	quota := ingressQuota(wanted, len(routes))
	if place.newLoadBalancer != nil {
		made, err := place.newLoadBalancer(ctx, loadbalancer.Args{
			Public:         wanted.Public,
			AllowedCIDRs:   allowed,
			NodePort:       ingressNodePort,
			HealthPort:     ingressHealthPort,
			CertificateARN: wanted.CertificateARN,
			Protect:        settings.Protect,
		})
		if err != nil {
			return nil, err
		}
		quota.NodePorts = 1
		balancer.Outside = &ingress.Outside{
			NodePort:     ingressNodePort,
			HealthPort:   ingressHealthPort,
			DrainSeconds: loadbalancer.DrainSeconds,
			EndsTLS:      wanted.CertificateARN != "",
			Address:      made.Address,
		}
	}
	certificate, err := ingressCertificate(ctx, wanted)
	if err != nil {
		return nil, err
	}
	auth, err := ingressLogin(ctx, wanted, lock)
	if err != nil {
		return nil, err
	}
	namespace, err := newPlatformNamespace(ctx, "ingress", baseline.NamespaceArgs{KubernetesVersion: settings.Cluster.Version, Quota: quota, Protect: settings.Protect}, base, onCluster)
	if err != nil {
		return nil, err
	}
	return ingress.New(ctx, "ingress", ingress.Args{
		Namespace:     namespace,
		Image:         lock[images.NginxIngress],
		Replicas:      wanted.Replicas,
		PriorityClass: baseline.PriorityPlatform,
		CPU:           fmt.Sprintf("%dm", ingressMilliCPU),
		Memory:        fmt.Sprintf("%dMi", ingressMiB),
		Domain:        wanted.Domain,
		Routes:        routes,
		Auth:          auth,
		LoadBalancer:  balancer,
		APIServer:     place.apiServer,
		APIPorts:      place.apiPorts,
		Certificate:   certificate,
	}, onCluster)
}

// ingressQuota is twice what runs: a rollout makes a pod before it ends one, and a pod that hangs on a lost node counts until it is gone. With a
// login at a provider there is a proxy before each route.
func ingressQuota(wanted config.Ingress, routes int) baseline.Quota {
	pods, milliCPU, miB := wanted.Replicas, wanted.Replicas*ingressMilliCPU, wanted.Replicas*ingressMiB
	if wanted.OIDC != nil {
		proxies := wanted.Replicas * routes
		pods, milliCPU, miB = pods+proxies, milliCPU+proxies*ingress.ProxyMilliCPU, miB+proxies*ingress.ProxyMiB
	}
	return baseline.Quota{
		Pods: 2 * pods, LoadBalancers: 1, CPU: fmt.Sprintf("%dm", 2*milliCPU), Memory: fmt.Sprintf("%dMi", 2*miB), Storage: "0",
	}
}

func ingressRoutes(domain string, logs *logging.Logging, watching kube.Namespace) []ingress.Route {
	var routes []ingress.Route
	if watching.Name != "" {
		routes = append(routes,
			// Its page is live: queries run over a connection that stays open.
			ingress.Route{Name: "grafana", Host: "grafana." + domain, Backend: monitoring.GrafanaAt(watching), WebSocket: true},
			ingress.Route{Name: "prometheus", Host: "prometheus." + domain, Backend: monitoring.PrometheusAt(watching)},
			ingress.Route{Name: "alertmanager", Host: "alertmanager." + domain, Backend: monitoring.AlertmanagerAt(watching)},
		)
	}
	if logs != nil {
		routes = append(routes, ingress.Route{Name: "kibana", Host: "kibana." + domain, Backend: logs.Kibana, BackendHTTPS: true})
	}
	return routes
}

// ingressCertificate reads the certificate that nginx shows; nil where the load balancer shows one of its own.
func ingressCertificate(ctx *pulumi.Context, wanted config.Ingress) (*ingress.Certificate, error) {
	if wanted.CertificateFile == "" {
		return nil, nil
	}
	chain, err := os.ReadFile(wanted.CertificateFile)
	if err != nil {
		return nil, fmt.Errorf("ingress.certificateFile: %w", err)
	}
	key, err := secretSetting(ctx, config.SecretIngressKey)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, fmt.Errorf("satkube:%s is missing, want the key of ingress.certificateFile: pulumi config set --secret satkube:%[1]s < key.pem", config.SecretIngressKey)
	}
	return &ingress.Certificate{CertPEM: pulumi.String(chain), KeyPEM: key}, nil
}

// ingressLogin is the login before every page. A missing client secret is no reason to refuse, because previews of strangers' changes run
// without any: a generated one takes its place, which the provider does not know, so that nobody gets in.
func ingressLogin(ctx *pulumi.Context, wanted config.Ingress, lock images.Lock) (ingress.Auth, error) {
	if wanted.OIDC == nil {
		return ingress.Auth{Basic: &ingress.BasicAuth{}}, nil
	}
	secret, err := secretSetting(ctx, config.SecretOIDCClient)
	if err != nil {
		return ingress.Auth{}, err
	}
	if secret == nil {
		missing := fmt.Sprintf("satkube:%s is not set, so nobody can log in to the pages: pulumi config set --secret satkube:%[1]s", config.SecretOIDCClient)
		if err := ctx.Log.Warn(missing, nil); err != nil {
			return ingress.Auth{}, err
		}
		unknown, err := random.NewRandomPassword(ctx, "ingress-unknown-client", &random.RandomPasswordArgs{Length: pulumi.Int(40), Special: pulumi.Bool(false)})
		if err != nil {
			return ingress.Auth{}, err
		}
		secret = unknown.Result
	}
	return ingress.Auth{OIDC: &ingress.OIDC{
		Image:        lock[images.OAuth2Proxy],
		Issuer:       wanted.OIDC.Issuer,
		IssuerCIDRs:  wanted.OIDC.IssuerCIDRs,
		Scope:        wanted.OIDC.Scope,
		Groups:       wanted.OIDC.Groups,
		EmailDomains: wanted.OIDC.EmailDomains,
		ClientID:     pulumi.String(wanted.OIDC.ClientID),
		ClientSecret: secret,
	}}, nil
}
