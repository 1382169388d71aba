package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var noDefaultNamespace = pack.Rule{
	Name: "no-default-namespace",
	// Not what hardens the namespace default itself: NetworkPolicy, ResourceQuota, LimitRange.
	Types: pack.PodCarriers().And(pack.Kinds("Service", "ServiceAccount", "ConfigMap", "Secret", "PersistentVolumeClaim", "Role", "RoleBinding",
		"Ingress", "PodDisruptionBudget", "HorizontalPodAutoscaler")),
	Severity: pack.Medium,
	CKS:      "microservices/isolation",
	Must:     "Every object names its namespace, and that is not default.",
	Why:      "In default, quotas, policies and Pod Security labels are nobody's, and rights given there reach everything that was put there by accident. Left out, the kubeconfig of whoever deploys decides.",
	Fix:      "Set metadata.namespace to a namespace of the stack.",
	Refs:     []string{"CIS EKS 1.8.0 4.5.2", "C-0212", "C-0061", "CKV_K8S_21", "KSV-0110", "kube-linter use-namespace"},
	Check: func(r pack.Resource, violate pack.Report) {
		// The service account default is in every namespace, and made harmless there.
		if r.Kind() == "ServiceAccount" && r.At("metadata", "name").Is("default") {
			return
		}
		if v := r.Namespace(); v.Absent() || v.Is("default") {
			violate(v.Path() + " is left out or default; want a namespace of the stack.")
		}
	},
	Pass: pack.Cases{
		"a namespace":                 pack.One(deployment, object{"metadata": object{"name": "lnd", "namespace": "bitcoin-mainnet"}}),
		"in a twin":                   pack.One("kubernetes:core/v1:ConfigMapPatch", object{"metadata": object{"name": "conf", "namespace": "kube-system"}}),
		"the account default, closed": pack.One("kubernetes:core/v1:ServiceAccountPatch", object{"metadata": object{"name": "default", "namespace": "default"}, "automountServiceAccountToken": false}),
	},
	Fail: pack.Cases{
		"left out":             pack.One(deployment, object{"metadata": object{"name": "lnd"}}),
		"no metadata":          pack.One(service, nil),
		"default":              pack.One(statefulSet, object{"metadata": object{"name": "lnd", "namespace": "default"}}),
		"default, in a twin":   pack.One("kubernetes:core/v1:SecretPatch", object{"metadata": object{"name": "s", "namespace": "default"}}),
		"in an item of a list": pack.One("kubernetes:core/v1:ServiceList", object{"items": list{object{"metadata": object{"name": "lnd"}}}}),
		"an account":           pack.One("kubernetes:core/v1:ServiceAccount", object{"metadata": object{"name": "lnd", "namespace": "default"}}),
	},
}
