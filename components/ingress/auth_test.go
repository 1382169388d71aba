package ingress

import (
	"crypto/sha1"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/mock"
)

// refusal is why New does not make it.
func refusal(a Args) error {
	_, err := mock.Run(program(a), nil)
	return err
}

func TestHtpasswd_IsASaltedHashThatFollowsFromItsInputs(t *testing.T) {
	line := htpasswd("operator", "correct horse", "0123456789abcdef")
	require.Equal(t, line, htpasswd("operator", "correct horse", "0123456789abcdef"))
	require.NotContains(t, line, "correct horse")
	encoded, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "operator:{SSHA}")
	require.True(t, found)
	raw, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	// RFC 2307 and nginx: SHA-1 of password and salt, then the salt.
	digest := sha1.Sum([]byte("correct horse" + "0123456789abcdef"))
	require.Equal(t, append(digest[:], "0123456789abcdef"...), raw)
}

func TestNew_GeneratesAPasswordThatAFastHashCannotGiveAway(t *testing.T) {
	recording := deploy(t, args())
	const token = "random:index/randomPassword:RandomPassword"
	require.Equal(t, 40.0, recording.Must(t, token, "ingress-operator").Path("length").NumberValue())
	require.Equal(t, 16.0, recording.Must(t, token, "ingress-operator-salt").Path("length").NumberValue())
	line := recording.Must(t, secretType, "ingress-login").Path("stringData", "htpasswd").StringValue()
	require.Equal(t, htpasswd(User, "password-of-ingress-operator", "password-of-ingress-operator-salt"), line)
}

func TestRender_MatchesItsGolden(t *testing.T) {
	golden.Equal(t, "oauth2-proxy.cfg", oidc().render(args().Routes[0], "satkube", "client-secret", "cookie-secret"))
	o := *oidc()
	o.Groups, o.EmailDomains, o.Scope = nil, []string{"example.org"}, "openid email"
	golden.Equal(t, "oauth2-proxy-https.cfg", o.render(args().Routes[1], "satkube", "client-secret", "cookie-secret"))
}

func TestRender_KeepsAValueInItsLine(t *testing.T) {
	text := oidc().render(args().Routes[0], "id\"\nskip_auth_routes = [\".*\"]", "", "")
	for line := range strings.SplitSeq(text, "\n") {
		require.False(t, strings.HasPrefix(line, "skip_auth_routes"))
	}
}

func TestNew_PutsAnOauth2ProxyBeforeEveryBackendWithOIDC(t *testing.T) {
	a := withOIDC()
	recording := deploy(t, a)
	require.Len(t, recording.All(ingressType), 2)
	for _, r := range a.Routes {
		host := recording.Must(t, ingressType, "ingress-"+r.Name)
		require.Equal(t, "ingress", host.Path("metadata", "namespace").StringValue())
		service := host.Path("spec", "rules", 0, "http", "paths", 0, "backend", "service", "name").StringValue()
		require.Equal(t, "oauth2-proxy-"+r.Name, service)
		require.True(t, host.Path("metadata", "annotations", "nginx.org/basic-auth-secret").IsNull())
		// nginx reaches the login only, and only the login the backend.
		_, direct := recording.Find(policyType, "ingress-nginx-ingress-to-"+r.Backend.Peer.Namespace.Name+"-"+r.Backend.Peer.Name+"-http")
		require.False(t, direct)
		recording.Must(t, policyType, "ingress-nginx-ingress-to-ingress-oauth2-proxy-"+r.Name+"-http")
		recording.Must(t, policyType, "ingress-"+r.Name+"-login-oauth2-proxy-"+r.Name+"-to-"+r.Backend.Peer.Namespace.Name+"-"+r.Backend.Peer.Name+"-http")
		recording.Must(t, policyType, "ingress-"+r.Name+"-login-oauth2-proxy-"+r.Name+"-to-internet-oidc")
		recording.Must(t, "random:index/randomPassword:RandomPassword", "ingress-"+r.Name+"-login-cookie")
	}
	_, found := recording.Find(secretType, "ingress-login")
	require.False(t, found)
}

func TestNew_ReachesAnIssuerInsideOfTheNetwork(t *testing.T) {
	a := withOIDC()
	a.Auth.OIDC.Issuer, a.Auth.OIDC.IssuerCIDRs = "https://login.internal.example.org:8443/", []string{"10.40.0.0/16"}
	policy := deploy(t, a).Must(t, policyType, "ingress-grafana-login-oauth2-proxy-grafana-to-issuer-oidc")
	require.Equal(t, "10.40.0.0/16", policy.Path("spec", "egress", 0, "to", 0, "ipBlock", "cidr").StringValue())
	require.Equal(t, 8443.0, policy.Path("spec", "egress", 0, "ports", 0, "port").NumberValue())
}

func TestNew_RefusesAnOIDCThatLetsStrangersIn(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*OIDC)
		want   string
	}{
		"no image":             {func(o *OIDC) { o.Image = images.Image{} }, "want oauth2-proxy pinned in the image lock"},
		"no digest":            {func(o *OIDC) { o.Image.Digest = "" }, `image is "quay.io/oauth2-proxy/oauth2-proxy:v7.15.3" without a digest`},
		"plain HTTP":           {func(o *OIDC) { o.Issuer = "http://login.example.org" }, "want a URL with https"},
		"no issuer":            {func(o *OIDC) { o.Issuer = "" }, "want a URL with https"},
		"no client id":         {func(o *OIDC) { o.ClientID = nil }, "client id or client secret is missing"},
		"no client secret":     {func(o *OIDC) { o.ClientSecret = nil }, "client id or client secret is missing"},
		"everybody":            {func(o *OIDC) { o.Groups = nil }, "groups and email domains are empty"},
		"every email address":  {func(o *OIDC) { o.EmailDomains = []string{"*"} }, `email domain is "*", want a DNS domain`},
		"issuer is everywhere": {func(o *OIDC) { o.IssuerCIDRs = []string{"0.0.0.0/0"} }, "issuer cidrs"},
	} {
		t.Run(name, func(t *testing.T) {
			a := withOIDC()
			c.change(a.Auth.OIDC)
			require.ErrorContains(t, refusal(a), c.want)
		})
	}
}
