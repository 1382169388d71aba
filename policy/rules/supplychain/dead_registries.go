package supplychain

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// abandoned are prefixes whose owners stopped publishing: nothing below them is ever patched again.
var abandoned = []string{
	"k8s.gcr.io/", "gcr.io/google_containers/", "gcr.io/google-containers/",
	"registry.k8s.io/ingress-nginx/", "quay.io/kubernetes-ingress-controller/",
}

var deadRegistries = pack.Rule{
	Name:     "dead-registries",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "supply-chain/secure",
	Must:     "No image comes from a repository that its owner has given up.",
	Why:      "Images of Bitnami's free catalogue, of ingress-nginx and of k8s.gcr.io get no security fixes any more, and a pull fails on the day the registry is switched off.",
	Fix:      "Use the upstream project's own image, or one that your pipeline builds; registry.k8s.io instead of k8s.gcr.io, F5's NGINX Ingress Controller instead of ingress-nginx.",
	Refs:     []string{"Kubescape C-0253", "Kubescape C-0292", "NSA-CISA Kubernetes Hardening Guide", "bitnami/charts#35164"},
	Check: func(r pack.Resource, violate pack.Report) {
		eachReference(r, func(image pack.Value, ref reference) {
			// bitnami, bitnamilegacy and bitnamisecure, also where somebody mirrors them.
			bitnami := slices.ContainsFunc(strings.Split(ref.repository, "/"), func(part string) bool { return strings.HasPrefix(part, "bitnami") })
			if bitnami || slices.ContainsFunc(abandoned, ref.within) {
				violate(image.Path() + " comes from a repository that gets no fixes any more.")
			}
		})
	},
	Pass: pack.Cases{
		"upstream's own":       runs(pinned),
		"successor of the old": runs("registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.19.1"),
	},
	Fail: pack.Cases{
		"the old registry":      runs("k8s.gcr.io/pause:3.2"),
		"its oldest name":       runs("gcr.io/google_containers/pause:3.1"),
		"ingress-nginx":         runs("registry.k8s.io/ingress-nginx/controller:v1.15.1"),
		"bitnami in short":      runs("bitnami/postgresql:16"),
		"bitnami's legacy":      runs("docker.io/bitnamilegacy/postgresql:16"),
		"bitnami at AWS":        runs("public.ecr.aws/bitnami/postgresql:16"),
		"in an init container":  initialises("docker.io/bitnami/os-shell:12"),
		"in a debug container":  debugs("docker.io/bitnami/os-shell:12"),
		"in a patch":            patches("bitnami/postgresql:16"),
		"in capitals":           runs("K8S.GCR.IO/pause:3.2"),
		"with a current digest": runs("bitnami/postgresql:16@" + digest),
	},
}
