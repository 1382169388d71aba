package microservices

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	pinnedVersion = regexp.MustCompile(`^v1\.[0-9]+$`)
	anyText       = regexp.MustCompile(`\S`)
)

const psa = "pod-security.kubernetes.io/"

var psaLabels = pack.Rule{
	Name:     "psa-labels",
	Types:    pack.Kinds("Namespace"),
	Severity: pack.High,
	CKS:      "microservices/pod-security",
	Must:     "A namespace enforces the restricted Pod Security Standard of a pinned version, and warns about and audits against it; baseline needs a reason, privileged a place in the list.",
	Why:      "Without the label the API server admits privileged pods from anyone who may create pods there: whoever takes over one deployer takes over the nodes. An unpinned version changes what is admitted with an upgrade of the cluster.",
	Fix:      "Set the labels pod-security.kubernetes.io/enforce, warn and audit to restricted and enforce-version to the cluster's, such as v1.35. For enforce: baseline, say why in the annotation satkube.com/pod-security-reason.",
	Refs:     []string{"CIS EKS 1.8.0 4.2.1-4.2.5", "C-0192", "Kubernetes documentation: Pod Security Admission"},
	Settings: map[string]any{"privilegedNamespaces": []string{}},
	Check: func(r pack.Resource, violate pack.Report) {
		level, reason := r.Label(psa+"enforce"), r.Annotation("satkube.com/pod-security-reason")
		listed := r.At("metadata", "name").In(r.Setting("privilegedNamespaces").Texts()...)
		if !level.Is("restricted") && !(level.Is("baseline") && reason.Matches(anyText)) && !(level.Is("privileged") && listed) {
			violate(level.Path() + " is not restricted, nor baseline with a reason in " + reason.Path() + ".")
		}
		if v := r.Label(psa + "enforce-version"); !v.Matches(pinnedVersion) {
			violate(v.Path() + " does not pin a version such as v1.35.")
		}
		for _, mode := range []string{"warn", "audit"} {
			if v := r.Label(psa + mode); !v.Is("restricted") {
				violate(v.Path() + " is not restricted.")
			}
		}
	},
	Pass: pack.Cases{
		"restricted": labelled(namespace, object{}),
		"baseline with a reason": pack.One(namespace, object{"metadata": object{
			"labels":      enforced("baseline"),
			"annotations": object{"satkube.com/pod-security-reason": "the mirror writes as root until its next release"},
		}}),
		"restricted in a twin": labelled("kubernetes:core/v1:NamespacePatch", object{}),
	},
	Fail: pack.Cases{
		"no labels":                 pack.One(namespace, object{"metadata": object{"name": "bitcoin"}}),
		"baseline without a reason": labelled(namespace, object{psa + "enforce": "baseline"}),
		"privileged":                labelled(namespace, object{psa + "enforce": "privileged"}),
		"version left out":          labelled(namespace, object{psa + "enforce-version": nil}),
		"the latest version":        labelled(namespace, object{psa + "enforce-version": "latest"}),
		"warns of nothing":          labelled(namespace, object{psa + "warn": "privileged"}),
		"audits nothing":            labelled(namespace, object{psa + "audit": nil}),
		"privileged in a twin":      labelled("kubernetes:core/v1:NamespacePatch", object{psa + "warn": "privileged"}),
		"in an item of a list":      pack.One("kubernetes:core/v1:NamespaceList", object{"items": list{object{"metadata": object{"name": "bitcoin"}}}}),
	},
}

// enforced are the labels of a namespace at that level.
func enforced(level string) object {
	return object{psa + "enforce": level, psa + "enforce-version": "v1.35", psa + "warn": "restricted", psa + "audit": "restricted"}
}

func labelled(token string, changed object) pack.Case {
	return pack.One(token, object{"metadata": object{"name": "bitcoin", "labels": with(enforced("restricted"), changed)}})
}
