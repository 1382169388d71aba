package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacExec = pack.Rule{
	Name:     "rbac-exec",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.High,
	CKS:      "cluster-hardening/rbac",
	Must:     "A role does not enter pods: no exec, attach, port forwarding or debug containers.",
	Why: "A shell in lnd's container reads the macaroons and the seed file, and a forwarded port reaches its RPC past every " +
		"NetworkPolicy. A get is enough to exec over a web socket.",
	Fix: "Remove pods/exec, pods/attach, pods/portforward and pods/ephemeralcontainers from rules[].resources; keep entering for the " +
		"break-glass principal.",
	Refs: []string{
		"Kubescape C-0002", "Kubescape C-0063", "KSV-0053", "KSV-0054", "Polaris clusterrolePodExecAttach", "Polaris rolePodExecAttach",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		refuse(r, violate, "lets the holder enter pods.",
			access{resources: []string{"pods/exec", "pods/attach", "pods/portforward"}, verbs: []string{"create", "get"}},
			access{resources: []string{"pods/ephemeralcontainers"}, verbs: []string{"update", "patch"}},
		)
	},
	Pass: pack.Cases{
		"reads pods and logs": clusterRole(allow("get list watch", "", "pods pods/log")),
		"evicts":              clusterRole(allow("create", "", "pods/eviction")),
		"a patch":             rolePatch(allow("get", "", "pods/log")),
	},
	Fail: pack.Cases{
		"exec":                  role(allow("create", "", "pods/exec")),
		"exec through get":      clusterRole(allow("get", "", "pods pods/exec")),
		"port forwarding":       role(allow("create", "", "pods/portforward")),
		"attach":                role(allow("create", "", "pods/attach")),
		"debug containers":      clusterRole(allow("patch", "", "pods/ephemeralcontainers")),
		"exec into anything":    clusterRole(allow("create", "", "*/exec")),
		"a wildcard covers it":  clusterRole(allow("get", "", "*")),
		"a patch with any verb": rolePatch(allow("*", "", "pods/attach")),
	},
}
