package runtime

import "gitlab.com/thinkmassive/satkube/policy/pack"

var eksAuditLogs = pack.Rule{
	Name:     "eks-audit-logs",
	Types:    pack.Tokens("aws:eks/cluster:Cluster"),
	Severity: pack.High,
	CKS:      "runtime/audit-logs",
	Must:     "The EKS control plane writes all of its logs.",
	Why:      "EKS writes none by default, and nobody can turn them on for the past: after a stolen credential it stays open who read which secret.",
	Fix:      "Set enabledClusterLogTypes to api, audit, authenticator, controllerManager and scheduler.",
	Refs:     []string{"CIS EKS 1.8.0 2.1.1", "Kubescape C-0067", "Kubescape C-0254", "CKV_AWS_37", "AWS-0038"},
	Settings: map[string]any{"logTypes": []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}},
	Check: func(r pack.Resource, violate pack.Report) {
		enabled := r.At("enabledClusterLogTypes")
		for _, kind := range r.Setting("logTypes").Texts() {
			if !enabled.Contains(kind) {
				violate(enabled.Path() + " does not hold every type of the setting logTypes.")
			}
		}
	},
	Pass: pack.Cases{
		"all five":       logging("api", "audit", "authenticator", "controllerManager", "scheduler"),
		"in other order": logging("scheduler", "controllerManager", "authenticator", "audit", "api"),
	},
	Fail: pack.Cases{
		"left out":      pack.One("aws:eks/cluster:Cluster", object{"version": "1.35"}),
		"none":          logging(),
		"without audit": logging("api", "authenticator", "controllerManager", "scheduler"),
		"audit alone":   logging("audit"),
		"one text":      pack.One("aws:eks/cluster:Cluster", object{"enabledClusterLogTypes": "audit"}),
	},
}

func logging(kinds ...any) pack.Case {
	return pack.One("aws:eks/cluster:Cluster", object{"enabledClusterLogTypes": kinds})
}
