package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacCSRApprove = pack.Rule{
	Name:     "rbac-csr-approve",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.High,
	CKS:      "cluster-hardening/rbac",
	Must:     "A role does not approve certificate signing requests.",
	Why: "Who may request and approve a certificate becomes any user or node of the cluster, by a credential that no access entry lists " +
		"and nobody can withdraw before it expires.",
	Fix: "Remove certificatesigningrequests/approval from rules[].resources, and approve from rules[].verbs for signers.",
	Refs: []string{
		"Kubescape C-0280", "CKV_K8S_156", "Kubernetes RBAC good practices",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		const group = "certificates.k8s.io"
		refuse(r, violate, "approves certificates.",
			access{group: group, resources: []string{"certificatesigningrequests/approval"}, verbs: []string{"update", "patch"}},
			access{group: group, resources: []string{"signers"}, verbs: []string{"approve"}},
		)
	},
	Pass: pack.Cases{
		"requests":         clusterRole(allow("create get", "certificates.k8s.io", "certificatesigningrequests")),
		"reads the status": clusterRole(allow("get", "certificates.k8s.io", "certificatesigningrequests/approval")),
		"a patch":          rolePatch(allow("create", "certificates.k8s.io", "certificatesigningrequests")),
	},
	Fail: pack.Cases{
		"updates the approval":  clusterRole(allow("update", "certificates.k8s.io", "certificatesigningrequests/approval")),
		"patches the approval":  clusterRole(allow("patch", "certificates.k8s.io", "certificatesigningrequests/approval")),
		"approves for a signer": clusterRole(allowNamed("approve", "certificates.k8s.io", "signers", "kubernetes.io/kubelet-serving")),
		"all of the group":      clusterRole(allow("*", "certificates.k8s.io", "*")),
		"in a list":             roleList(allow("approve", "certificates.k8s.io", "signers")),
	},
}
