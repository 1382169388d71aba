package ingress

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

var (
	// dnsName is a host name of RFC 1123, in lower case and without a wildcard.
	dnsName  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$`)
	dnsLabel = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`)
)

func (a Args) validate() error {
	var mistakes []error
	if a.Namespace.Name == "" {
		mistakes = append(mistakes, errors.New("namespace is empty, want one of its own"))
	}
	if a.Image.Reference == "" {
		mistakes = append(mistakes, errors.New("image is empty, want the controller's"))
	}
	if a.Replicas < 1 || a.Replicas > 2 {
		mistakes = append(mistakes, fmt.Errorf("replicas is %d, want 1 or 2", a.Replicas))
	}
	if !isDNSName(a.Domain) {
		mistakes = append(mistakes, fmt.Errorf("domain is %q, want a DNS domain", a.Domain))
	}
	if len(a.APIServer.CIDRs) == 0 || len(a.APIPorts) == 0 {
		mistakes = append(mistakes, errors.New("api server: addresses or ports are missing, want both"))
	}
	mistakes = append(mistakes, a.validateRoutes(), a.Auth.validate(), a.LoadBalancer.validate(), a.validateCertificate())
	return errors.Join(mistakes...)
}

func (a Args) validateRoutes() error {
	var mistakes []error
	if len(a.Routes) == 0 {
		mistakes = append(mistakes, errors.New("routes is empty, want one at least"))
	}
	names, hosts := map[string]bool{}, map[string]bool{}
	for _, r := range a.Routes {
		mistake := func(format string, values ...any) {
			mistakes = append(mistakes, fmt.Errorf("route %s: "+format, append([]any{r.Name}, values...)...))
		}
		if !dnsLabel.MatchString(r.Name) {
			mistake("name is %q, want a DNS label of 40 characters at most", r.Name)
		}
		if names[r.Name] {
			mistake("name stands twice, want one route each")
		}
		if !isDNSName(r.Host) || r.Host != a.Domain && !strings.HasSuffix(r.Host, "."+a.Domain) {
			mistake("host is %q, want a DNS name in %s", r.Host, a.Domain)
		}
		if hosts[r.Host] {
			mistake("host %s stands twice, want one route each", r.Host)
		}
		names[r.Name], hosts[r.Host] = true, true
		// An Ingress knows its backend by the Service's name, in a namespace of the cluster.
		if namespace := r.Backend.Peer.Namespace.Name; namespace == "" || service(r.Backend)+"."+namespace+".svc.cluster.local" != r.Backend.Host {
			mistake("backend host is %q, want the DNS name of a Service in the namespace of its pods", r.Backend.Host)
		}
		if r.Backend.Port.Number == 0 {
			mistake("backend port is missing, want the Service's")
		}
		if r.RatePerSecond < 0 {
			mistake("rate per second is %d, want 1 at least, or 0 for the default", r.RatePerSecond)
		}
	}
	return errors.Join(mistakes...)
}

func (a Auth) validate() error {
	if (a.Basic == nil) == (a.OIDC == nil) {
		return errors.New("auth has no login or two, want exactly one of basic and oidc: no route is open to everybody")
	}
	if a.OIDC == nil {
		return nil
	}
	return a.OIDC.validate()
}

func (o OIDC) validate() error {
	var mistakes []error
	if o.Image.Reference == "" || o.Image.Digest == "" {
		mistakes = append(mistakes, fmt.Errorf("auth oidc: image is %q without a digest, want oauth2-proxy pinned in the image lock", o.Image.Reference))
	}
	if issuer, err := url.Parse(o.Issuer); err != nil || issuer.Scheme != "https" || issuer.Host == "" {
		mistakes = append(mistakes, fmt.Errorf("auth oidc: issuer is %q, want a URL with https", o.Issuer))
	}
	if o.ClientID == nil || o.ClientSecret == nil {
		mistakes = append(mistakes, errors.New("auth oidc: client id or client secret is missing, want both"))
	}
	if len(o.Groups)+len(o.EmailDomains) == 0 {
		// Else everybody with an account at the issuer is let in, which may be everybody in the world.
		mistakes = append(mistakes, errors.New("auth oidc: groups and email domains are empty, want one of them"))
	}
	for _, domain := range o.EmailDomains {
		if !isDNSName(domain) {
			mistakes = append(mistakes, fmt.Errorf("auth oidc: email domain is %q, want a DNS domain", domain))
		}
	}
	mistakes = append(mistakes, validateNetworks("auth oidc: issuer cidrs", o.IssuerCIDRs))
	return errors.Join(mistakes...)
}

func (l LoadBalancer) validate() error {
	var mistakes []error
	if len(l.NetworkCIDRs) == 0 {
		mistakes = append(mistakes, errors.New("load balancer: network cidrs is empty, want the cluster's networks"))
	}
	if o := l.Outside; o != nil && (o.NodePort == 0 || o.HealthPort == 0 || o.NodePort == o.HealthPort) {
		mistakes = append(mistakes, fmt.Errorf("load balancer: node port is %d and health port %d, want two different ones", o.NodePort, o.HealthPort))
	}
	if o := l.Outside; o != nil && (o.DrainSeconds <= 0 || o.Address == nil) {
		mistakes = append(mistakes, errors.New("load balancer: drain seconds or address is missing, want both"))
	}
	mistakes = append(mistakes, validateNetworks("load balancer: allowed cidrs", l.AllowedCIDRs), validateNetworks("load balancer: network cidrs", l.NetworkCIDRs))
	return errors.Join(mistakes...)
}

func validateNetworks(field string, networks []string) error {
	var mistakes []error
	for _, network := range networks {
		if prefix, err := netip.ParsePrefix(network); err != nil || prefix != prefix.Masked() || prefix.Bits() < 8 || prefix.Addr().Is4In6() {
			mistakes = append(mistakes, fmt.Errorf("%s is %q, want a network of /8 or narrower", field, network))
		}
	}
	return errors.Join(mistakes...)
}

func (a Args) validateCertificate() error {
	switch {
	case a.Certificate == nil && !a.LoadBalancer.endsTLS():
		return errors.New("certificate is missing, want one, or a load balancer that ends TLS")
	case a.Certificate != nil && a.LoadBalancer.endsTLS():
		return errors.New("certificate is given while the load balancer ends TLS, want one of them")
	case a.Certificate != nil && (a.Certificate.CertPEM == nil || a.Certificate.KeyPEM == nil):
		return errors.New("certificate: certificate or key is missing, want both")
	}
	return nil
}

func isDNSName(name string) bool { return len(name) <= 253 && dnsName.MatchString(name) }
