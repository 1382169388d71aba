// Package systemhardening holds the rules of the CKS domain System Hardening: what a node and a pod may touch of the host, what an
// IAM role may do, and what may leave the network.
package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

// Rules returns the rules of the domain.
func Rules() []pack.Rule {
	return []pack.Rule{
		// What a node is made of.
		containerOptimizedAMI,
		noSSH,
		noPublicNodeIP,
		nodeEBSEncrypted,
		ebsDefaultEncryption,

		// What an identity may do.
		iamWildcards,
		iamAdmin,
		iamNoUsers,
		nodeRoleMinimal,

		// What a pod shares with its host.
		hostNetwork,
		hostPID,
		hostIPC,
		hostPort,
		hostPath,
		hostPathReadonly,
		runtimeSocket,
		windowsHostProcess,

		// What the kernel keeps from a container.
		seccomp,
		appArmor,
		seLinux,
		sysctls,
		procMount,

		// What leaves the network.
		vpcFlowLogs,
		sgOpenEgress,
	}
}
