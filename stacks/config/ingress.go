package config

// Ingress publishes the pages of monitoring and logging behind one load balancer, TLS and a login: grafana, prometheus, alertmanager and
// kibana below Domain.
type Ingress struct {
	// Domain is the DNS domain of the pages. Point grafana, prometheus, alertmanager and kibana below it to the output ingressAddress.
	Domain string `json:"domain"`
	// Replicas is 1, or 2 that outlive the loss of a worker node.
	Replicas int `json:"replicas"`
	// Public gives the load balancer public addresses; otherwise it is reached inside the VPC only. On an existing cluster, the cluster decides.
	Public bool `json:"public"`
	// AllowedCIDRs are the IPv4 networks that may connect; empty means the cluster's own.
	AllowedCIDRs []string `json:"allowedCidrs"`
	// CertificateARN is a certificate of AWS Certificate Manager in the cluster's region, for Domain's hosts: the load balancer shows it.
	CertificateARN string `json:"certificateArn"`
	// CertificateFile is a PEM file of this project's folder, with the certificate of Domain's hosts and its chain: nginx shows it. Its key is the secret satkube:ingressKey.
	CertificateFile string `json:"certificateFile"`
	// OIDC is a login at an OpenID Connect provider. Leave it out for one generated password: the outputs ingressUser and ingressPassword.
	OIDC *OIDC `json:"oidc"`
}

// OIDC is who may log in, and where.
type OIDC struct {
	// Issuer is the provider's URL, such as https://gitlab.com.
	Issuer string `json:"issuer"`
	// IssuerCIDRs are the provider's networks; empty means the internet.
	IssuerCIDRs []string `json:"issuerCidrs"`
	// ClientID is this platform's name at the provider, which must allow https://HOST/oauth2/callback for each page. The secret that goes with it is satkube:oidcClientSecret.
	ClientID string `json:"clientId"`
	// Scope is what is asked of the provider; empty means openid, email and profile. Some want one more to tell the groups.
	Scope string `json:"scope"`
	// Groups are the provider's groups that may log in. Where there are EmailDomains too, both must hold.
	Groups []string `json:"groups"`
	// EmailDomains are the domains of the mail addresses that may log in.
	EmailDomains []string `json:"emailDomains"`
}

// The secrets of the stack that Ingress uses: pulumi config set --secret satkube:NAME.
const (
	// SecretIngressKey is the key of Ingress.CertificateFile, in PEM.
	SecretIngressKey = "ingressKey"
	// SecretOIDCClient is the client secret at the provider. Until it is set, nobody can log in.
	SecretOIDCClient = "oidcClientSecret"
)
