// Package runtime holds the rules about what is seen of a running cluster, what keeps it running, and what stays as it was deployed.
package runtime

import "gitlab.com/thinkmassive/satkube/policy/pack"

// Rules returns the rules of the domain.
func Rules() []pack.Rule {
	return []pack.Rule{
		// What is recorded and who looks at it.
		eksAuditLogs, logRetention, guarddutyEKS, inspector, logShipperPresent, alertingPresent, lbAccessLogs,
		// Containers that stay as they were built.
		readOnlyRootFS, emptydirBounded, noDebugContainers, nakedPods, jobTTL,
		// Failures that are noticed and survived.
		probes, availability, nodeHealth, selectorIntegrity,
		// Data.
		storageEncrypted, backupPresent,
		// Money.
		monthlyCostBudget,
	}
}
