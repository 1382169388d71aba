package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var deprecatedSAField = pack.Rule{
	Name:     "deprecated-sa-field",
	Types:    pack.PodCarriers(),
	Severity: pack.Low,
	CKS:      "cluster-hardening/service-accounts",
	Must:     "A pod does not set the deprecated field serviceAccount.",
	Why: "The API server copies the field to serviceAccountName when that is empty: a review that reads only the newer one believes that " +
		"the pod has the default account while it has another.",
	Fix:  "Set serviceAccountName and remove serviceAccount from the pod's spec.",
	Refs: []string{"kube-linter deprecated-service-account-field", "Kubescape C-0294"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			if field := pod.Spec.At("serviceAccount"); !field.Absent() {
				violate(field.Path() + " is set; want serviceAccountName.")
			}
		}
	},
	Pass: pack.Cases{
		"the newer field": statefulSet(map[string]any{"serviceAccountName": "lnd"}),
		"neither":         cronJob(map[string]any{"containers": []any{}}),
	},
	Fail: pack.Cases{
		"only the old field": statefulSet(map[string]any{"serviceAccount": "lnd"}),
		"both":               podList(map[string]any{"serviceAccount": "lnd", "serviceAccountName": "lnd"}),
		"a patch":            podPatch(map[string]any{"serviceAccount": "default"}),
	},
}
