// Package ingress lets people reach the platform's pages: one nginx behind one load balancer, with TLS and a login before every page.
package ingress

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// Token is the component's type token.
const Token = "satkube:ingress:Ingress"

// Args shapes the ingress.
type Args struct {
	// Namespace holds the controller, the certificate and the logins, and nothing else: the controller reads every Secret in it. Its
	// quota must allow one load balancer, and one node port for a load balancer outside.
	Namespace kube.Namespace
	// Image is the F5 NGINX Ingress Controller's.
	Image images.Image
	// Replicas is 1 or 2.
	Replicas int
	// PriorityClass is a name.
	PriorityClass string
	// CPU and Memory are Kubernetes quantities of each pod.
	CPU, Memory string
	// Domain is the DNS domain of all hosts.
	Domain string
	// Routes are the pages, one host each.
	Routes []Route
	// Auth is the login that stands before every route.
	Auth Auth
	// LoadBalancer is where requests come in.
	LoadBalancer LoadBalancer
	// APIServer are the addresses of the Kubernetes API, and APIPorts its ports.
	APIServer kube.Peer
	APIPorts  []kube.Port
	// Certificate is what nginx shows. It is left out where the load balancer ends TLS: then nginx makes one of its own.
	Certificate *Certificate
}

// Route publishes one page.
type Route struct {
	// Name names the route in the cluster: a DNS label of 40 characters at most.
	Name string
	// Host is the DNS name that people type, Domain or below it.
	Host string
	// Backend is the port of the Service that answers.
	Backend kube.Endpoint
	// BackendHTTPS is for a backend that speaks TLS; its certificate is not checked.
	BackendHTTPS bool
	// WebSocket lets connections upgrade.
	WebSocket bool
	// RatePerSecond bounds the requests of one client address; five times as many may come at once. 0 means 20.
	RatePerSecond int
}

// Auth is how people log in: exactly one of its fields is set.
type Auth struct {
	Basic *BasicAuth
	OIDC  *OIDC
}

// LoadBalancer is the load balancer before nginx.
type LoadBalancer struct {
	// Outside is a load balancer that the cluster knows nothing of; nil lets the cluster make one, which must do without ports on the
	// nodes, as MetalLB does.
	Outside *Outside
	// AllowedCIDRs are the networks that may connect, /8 or narrower; empty means NetworkCIDRs.
	AllowedCIDRs []string
	// NetworkCIDRs are the cluster's own networks.
	NetworkCIDRs []string
}

// Outside is a load balancer that sends to the nodes.
type Outside struct {
	// NodePort is the nodes' port that it sends to, and HealthPort the one on which a node tells by HTTP whether nginx runs on it.
	NodePort, HealthPort int
	// DrainSeconds is how long it may go on sending new connections to a node whose nginx was told to stop.
	DrainSeconds int
	// EndsTLS tells that it shows browsers a certificate of its own, and begins TLS again towards nginx.
	EndsTLS bool
	// Address is its DNS name.
	Address pulumi.StringInput
}

// Ingress is a running ingress.
type Ingress struct {
	pulumi.ResourceState

	// URLs are the pages' addresses by the routes' names.
	URLs pulumi.StringMapOutput `pulumi:"urls"`
	// Address is the load balancer's DNS name or address, for the DNS records of the hosts; empty where the cluster has not made one yet.
	Address pulumi.StringOutput `pulumi:"address"`
	// User and Password log in with basic authentication; empty with OIDC. Password is secret.
	User     pulumi.StringOutput `pulumi:"user"`
	Password pulumi.StringOutput `pulumi:"password"`
	// Peer stands for the controller in the network rules of others.
	Peer kube.Peer
	// Watch is what wants watching.
	Watch monitoring.Watch
}

// New makes the ingress.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Ingress, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("ingress %s: %w", name, err)
	}
	i := &Ingress{}
	err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"domain": pulumi.String(args.Domain),
		"image":  pulumi.String(args.Image.Ref()),
	}, i, opts...)
	if err != nil {
		return nil, err
	}
	child := pulumi.Parent(i)
	inside := pulumi.Composite(child, pulumi.DependsOn(args.Namespace.Exists))

	login, err := newLogin(ctx, name, args, child, inside)
	if err != nil {
		return nil, err
	}
	targets, err := newTargets(ctx, name, args, child, inside)
	if err != nil {
		return nil, err
	}
	certificate, err := newCertificate(ctx, name, args, child, inside)
	if err != nil {
		return nil, err
	}
	workload, err := newController(ctx, name, args, targets, []pulumi.Resource{certificate}, child, inside)
	if err != nil {
		return nil, err
	}
	if err := newRoutes(ctx, name, args, targets, append(login.before, certificate), child); err != nil {
		return nil, err
	}
	balancer, err := newLoadBalancer(ctx, name, args, inside)
	if err != nil {
		return nil, err
	}

	urls := pulumi.StringMap{}
	for _, r := range args.Routes {
		urls[r.Name] = pulumi.String(r.URL())
	}
	i.URLs, i.Address, i.User, i.Password = urls.ToStringMapOutput(), args.LoadBalancer.address(balancer), login.user, login.password
	i.Peer, i.Watch = workload.Peer, args.watch(workload.Endpoint(metrics()))
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{
		"urls": i.URLs, "address": i.Address, "user": i.User, "password": i.Password,
	})
}

// URL is the address of the page.
func (r Route) URL() string { return "https://" + r.Host + "/" }

func (a Args) app() kube.App {
	return kube.App{Name: "nginx-ingress", Instance: "platform", Component: "ingress", Version: a.Image.Version()}
}
