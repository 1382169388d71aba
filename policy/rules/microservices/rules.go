// Package microservices holds the rules of CKS' domain "Minimize Microservice Vulnerabilities": Pod Security Standards, secrets,
// isolation and encryption between pods.
package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

// Rules returns the rules of the domain.
func Rules() []pack.Rule {
	return []pack.Rule{
		// Pod Security Standards, as Kubernetes 1.35 has them.
		privileged, allowPrivilegeEscalation, runAsNonRoot, runAsUserNotZero, dropAllCapabilities, addedCapabilities, restrictedVolumes, probeHost,
		// Pod security beyond the standards.
		psaLabels, dangerousCapabilities, highUID,
		// Secrets.
		literalSecretEnv, configmapSecrets, secretMarkedSecret, secretsAsFiles, eksCMK, kmsRotation, bucketGuarded,
		// Isolation.
		namespaceQuota, requestsLimits, noDefaultNamespace, sandboxUntrusted, shareProcessNamespace,
		// Encryption between pods.
		inClusterTLS, serviceAppProtocol,
	}
}
