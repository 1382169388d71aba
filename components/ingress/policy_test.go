package ingress

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/mock/policies"
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// TestNew_IsRefusedByNoPolicyButThoseThatItNeedsAnExemptionFrom holds all of it against the pack. These findings cannot be avoided: the
// controller lists the Secrets of its namespace, and it rejects a minion with TLS, which its master has.
func TestNew_IsRefusedByNoPolicyButThoseThatItNeedsAnExemptionFrom(t *testing.T) {
	role := "rbac-secrets-read on kubernetes:rbac.authorization.k8s.io/v1:Role::ingress"
	minions := []string{
		"ingress-tls on kubernetes:networking.k8s.io/v1:Ingress::ingress-grafana-backend",
		"ingress-tls on kubernetes:networking.k8s.io/v1:Ingress::ingress-kibana-backend",
	}
	for name, c := range map[string]struct {
		args  Args
		known []string
	}{
		"basic": {args(), append(minions, role)},
		"oidc":  {withOIDC(), []string{role}},
		"acm":   {behindTLS(), append(minions, role)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range policies.Judge(t, deploy(t, c.args), "test") {
				// Which publishers are trusted is a setting of the pack, beside the image lock.
				if v.Level == pack.Mandatory && v.Rule.Name != "registry-allow-list" {
					require.Contains(t, c.known, v.Rule.Name+" on "+strings.TrimPrefix(v.URN, "urn:pulumi:test::satkube::"), v.Message)
				}
			}
		})
	}
}
