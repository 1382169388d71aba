// Package clusterhardening holds the rules of the CKS domain Cluster Hardening: RBAC, service accounts, access to the API and
// upgrades.
package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

// Rules returns the rules of the domain.
func Rules() []pack.Rule {
	return []pack.Rule{
		// Role based access control.
		clusterAdminBinding,
		rbacWildcards,
		rbacSecretsRead,
		rbacCreatePods,
		rbacEscalate,
		rbacExec,
		rbacNodesProxy,
		rbacWebhooks,
		rbacTokenCreate,
		rbacPVCreate,
		rbacCSRApprove,
		rbacAnonymous,
		// Service accounts.
		automountOff,
		noDefaultSA,
		deprecatedSAField,
		noStaticSAToken,
		podRoleTrust,
		// Access to the API.
		eksAuthModeAPI,
		noCreatorAdmin,
		accessPolicyScope,
		// Upgrades.
		eksVersionSupported,
		eksUpgradePolicy,
		nodeVersionSkew,
		deprecatedAPI,
		eksDeletionProtection,
	}
}
