package ingress

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/mock/policies"
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// TestNew_IsRefusedByNoPolicyButTheOneThatItNeedsAnExemptionFrom holds all of it against the pack. The one finding cannot be avoided: the
// controller lists the Secrets of its namespace.
func TestNew_IsRefusedByNoPolicyButTheOneThatItNeedsAnExemptionFrom(t *testing.T) {
	for name, a := range map[string]Args{"basic": args(), "oidc": withOIDC(), "acm": behindTLS()} {
		t.Run(name, func(t *testing.T) {
			var refused []string
			for _, v := range policies.Judge(t, deploy(t, a), "test") {
				if v.Level == pack.Mandatory {
					refused = append(refused, v.Rule.Name+" on "+strings.TrimPrefix(v.URN, "urn:pulumi:test::satkube::"))
				}
			}
			require.Equal(t, []string{"rbac-secrets-read on kubernetes:rbac.authorization.k8s.io/v1:Role::ingress"}, refused)
		})
	}
}
