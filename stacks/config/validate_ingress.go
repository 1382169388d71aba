package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	wantDomain = "a DNS domain such as satkube.example.com"
	wantIssuer = "a URL with https, such as https://gitlab.com"
	wantClient = "this platform's client id at the provider"
)

var (
	domainForm      = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	certificateForm = regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov):acm:([a-z0-9-]+):[0-9]{12}:certificate/[0-9a-f-]+$`)
)

// checkIngress checks how people reach the pages.
func checkIngress(p Platform, found *mistakes) {
	i := *p.Ingress
	// Refused ingress: one on a stack without monitoring and logging. There would be no page.
	if p.Monitoring == nil && p.Logging == nil {
		found.addText("ingress", "given", "monitoring or logging beside it, whose pages it publishes")
	}
	// Refused ingress.domain: no DNS domain, or one too long for the hosts below it.
	if !domainForm.MatchString(i.Domain) || len(i.Domain) > 240 {
		found.add("ingress.domain", i.Domain, wantDomain)
	}
	// Refused ingress.replicas: anything but 1 and 2.
	if i.Replicas != 1 && i.Replicas != 2 {
		found.add("ingress.replicas", i.Replicas, "1, or 2 that outlive the loss of a worker node")
	}
	// Refused ingress.replicas: 1 on a stack with a mainnet node. Nobody could look while the one moves.
	if i.Replicas == 1 && p.HoldsMoney() {
		found.add("ingress.replicas", i.Replicas, "2, because nodes of this stack hold money")
	}
	// Refused ingress.public: true without allowedCidrs. The pages are not for the whole internet.
	if i.Public && len(i.AllowedCIDRs) == 0 {
		found.add("ingress.public", i.Public, "ingress.allowedCidrs beside it: the pages are not for the whole internet")
	}
	// Refused ingress.public: true on an existing cluster, which decides by itself.
	if i.Public && p.Cluster.Kind == KindExisting {
		found.add("ingress.public", i.Public, "false: an existing cluster decides by itself where its load balancers are reached from")
	}
	// Refused ingress.allowedCidrs[]: no IPv4 range, one with host bits, or one wider than /8.
	checkNarrow("ingress.allowedCidrs", i.AllowedCIDRs, found)
	checkCertificate(p, found)
	// Refused ingress.oidc: none on a stack with a mainnet node. One password for everybody cannot be taken from one of them.
	if i.OIDC == nil && p.HoldsMoney() {
		found.missing("ingress.oidc", "a login of each person's own, because nodes of this stack hold money")
	}
	if i.OIDC != nil && found.clean("ingress.oidc") {
		checkOIDC(*i.OIDC, found)
	}
}

func checkCertificate(p Platform, found *mistakes) {
	arn, file := p.Ingress.CertificateARN, p.Ingress.CertificateFile
	// Refused ingress: neither certificateArn nor certificateFile, or both.
	if (arn == "") == (file == "") {
		found.addText("ingress", fmt.Sprintf("%d certificates", min(len(arn), 1)+min(len(file), 1)), "exactly one of ingress.certificateArn and ingress.certificateFile")
	}
	if arn != "" {
		parts := certificateForm.FindStringSubmatch(arn)
		switch {
		// Refused ingress.certificateArn: no ARN of a certificate of AWS Certificate Manager.
		case parts == nil:
			found.add("ingress.certificateArn", arn, "the ARN of a certificate of AWS Certificate Manager")
		// Refused ingress.certificateArn: one on an existing cluster, which has no load balancer of AWS.
		case p.Cluster.Kind == KindExisting:
			found.add("ingress.certificateArn", arn, "ingress.certificateFile: AWS shows its certificates on its own load balancers only")
		// Refused ingress.certificateArn: a certificate of another region than the cluster's. Load balancers do not find it.
		case p.Cluster.EKS != nil && found.clean("cluster.eks.region") && parts[2] != p.Cluster.EKS.Region:
			found.add("ingress.certificateArn", arn, "a certificate in region "+p.Cluster.EKS.Region)
		}
	}
	// Refused ingress.certificateFile: a path out of the project's folder. Whoever changes the stack file could read any file into the cluster.
	if file != "" && !filepath.IsLocal(file) {
		found.add("ingress.certificateFile", file, "a path inside the project's folder")
	}
}

func checkOIDC(o OIDC, found *mistakes) {
	// Refused ingress.oidc.issuer: no URL with https.
	if issuer, err := url.Parse(o.Issuer); err != nil || issuer.Scheme != "https" || issuer.Host == "" || issuer.User != nil {
		found.add("ingress.oidc.issuer", o.Issuer, wantIssuer)
	}
	// Refused ingress.oidc.clientId: an empty one, or one with spaces.
	if o.ClientID == "" || strings.ContainsAny(o.ClientID, " \t\r\n") {
		found.add("ingress.oidc.clientId", o.ClientID, wantClient)
	}
	// Refused ingress.oidc: neither groups nor emailDomains. Everybody with an account at the provider would be let in.
	if len(o.Groups)+len(o.EmailDomains) == 0 {
		found.addText("ingress.oidc", "open to every account of the provider", "groups or emailDomains")
	}
	// Refused ingress.oidc.groups[]: an empty name.
	for i, group := range o.Groups {
		if strings.TrimSpace(group) == "" {
			found.add(fmt.Sprintf("ingress.oidc.groups[%d]", i), group, "a group's name")
		}
	}
	// Refused ingress.oidc.emailDomains[]: no DNS domain.
	for i, domain := range o.EmailDomains {
		if !domainForm.MatchString(domain) {
			found.add(fmt.Sprintf("ingress.oidc.emailDomains[%d]", i), domain, "a DNS domain such as example.com")
		}
	}
	// Refused ingress.oidc.issuerCidrs[]: no IPv4 range, one with host bits, or one wider than /8. Leave the list out for the internet.
	checkNarrow("ingress.oidc.issuerCidrs", o.IssuerCIDRs, found)
}

// checkNarrow checks a list of IPv4 ranges of /8 or narrower.
func checkNarrow(list string, texts []string, found *mistakes) {
	for i, text := range texts {
		path := fmt.Sprintf("%s[%d]", list, i)
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil || !prefix.Addr().Is4():
			found.add(path, text, "an IPv4 range such as 198.51.100.0/24")
		case prefix.Bits() < 8:
			found.add(path, text, "a range of /8 or narrower")
		case prefix.Masked() != prefix:
			found.add(path, text, short(prefix.Masked().String())+": host bits are set")
		}
	}
}
