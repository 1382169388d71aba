package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var rbacWebhooks = pack.Rule{
	Name:     "rbac-webhooks",
	Types:    pack.Kinds("Role", "ClusterRole"),
	Severity: pack.Critical,
	CKS:      "cluster-hardening/rbac",
	Must:     "A role does not write admission webhooks or admission policies.",
	Why: "A mutating webhook sees and rewrites every object on its way in, Secrets included; removing a policy takes away the check that " +
		"would have stopped the next step.",
	Fix: "Remove create, update, patch and delete from rules[].verbs for the resources of admissionregistration.k8s.io; make these " +
		"objects in this program.",
	Refs: []string{"CIS EKS 1.8.0 4.1.11", "Kubescape C-0281", "CKV_K8S_155", "KSV-0114", "Kubernetes RBAC good practices"},
	Check: func(r pack.Resource, violate pack.Report) {
		refuse(r, violate, "writes what decides on admission.", access{
			group: "admissionregistration.k8s.io",
			resources: []string{
				"validatingwebhookconfigurations", "mutatingwebhookconfigurations",
				"validatingadmissionpolicies", "validatingadmissionpolicybindings",
				"mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
			},
			verbs: []string{"create", "update", "patch", "delete", "deletecollection"},
		})
	},
	Pass: pack.Cases{
		"reads them":    clusterRole(allow("get list watch", "admissionregistration.k8s.io", "validatingwebhookconfigurations")),
		"writes others": role(allow("create patch", "", "configmaps")),
		"a patch":       rolePatch(allow("get", "admissionregistration.k8s.io", "mutatingwebhookconfigurations")),
	},
	Fail: pack.Cases{
		"patches mutating ones":    clusterRole(allow("get patch", "admissionregistration.k8s.io", "mutatingwebhookconfigurations")),
		"deletes policies":         clusterRole(allow("delete", "admissionregistration.k8s.io", "validatingadmissionpolicies")),
		"rebinds policies":         clusterRole(allow("update", "admissionregistration.k8s.io", "validatingadmissionpolicybindings")),
		"updates one by name":      clusterRole(allowNamed("update", "admissionregistration.k8s.io", "validatingwebhookconfigurations", "x")),
		"everything in the group":  clusterRole(allow("*", "admissionregistration.k8s.io", "*")),
		"a patch of a ClusterRole": pack.One(rbac+"ClusterRolePatch", roleProps([]any{allow("create", "*", "mutatingadmissionpolicies")})),
	},
}
