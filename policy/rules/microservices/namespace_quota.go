package microservices

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

const (
	resourceQuota = "kubernetes:core/v1:ResourceQuota"
	limitRange    = "kubernetes:core/v1:LimitRange"
)

var namespaceQuota = pack.Rule{
	Name:     "namespace-quota",
	Types:    pack.Kinds("Namespace"),
	Severity: pack.Medium,
	CKS:      "microservices/isolation",
	Must:     "Every namespace has a ResourceQuota and a LimitRange.",
	Why:      "One tenant that asks for everything, by mistake or after it was taken over, leaves no room for the Lightning node next door to restart in.",
	Fix:      "Register a ResourceQuota with spec.hard and a LimitRange with spec.limits in the namespace. Namespaces of Kubernetes itself go into the setting exempt.",
	Refs:     []string{"KSV-0039", "KSV-0040", "C-0209", "Kubernetes documentation: Resource Quotas"},
	Settings: map[string]any{"exempt": []string{"kube-system", "kube-public", "kube-node-lease"}},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		quotas, ranges := s.All(pack.Kinds("ResourceQuota")), s.All(pack.Kinds("LimitRange"))
		for _, space := range s.All(pack.Kinds("Namespace")) {
			if space.At("metadata", "name").In(s.Setting("exempt").Texts()...) {
				continue
			}
			if !slices.ContainsFunc(quotas, func(q pack.Resource) bool { return stands(q, space) && q.At("spec", "hard").Given() }) {
				violate(space, "The namespace has no ResourceQuota with spec.hard.")
			}
			if !slices.ContainsFunc(ranges, func(l pack.Resource) bool { return stands(l, space) && l.At("spec", "limits").Given() }) {
				violate(space, "The namespace has no LimitRange with spec.limits.")
			}
		}
	},
	Pass: pack.Cases{
		"both":                    {space("bitcoin"), quota("bitcoin"), limits("bitcoin")},
		"a namespace of its own":  {space("kube-system")},
		"nothing to look at":      {quota("bitcoin")},
		"two, each with its own":  {space("a"), quota("a"), limits("a"), space("b"), quota("b"), limits("b")},
		"no namespace, but a pod": carrier(pod, running(container(nil))),
	},
	Fail: pack.Cases{
		"neither":          {space("bitcoin")},
		"no quota":         {space("bitcoin"), limits("bitcoin")},
		"no limit range":   {space("bitcoin"), quota("bitcoin")},
		"of another":       {space("a"), space("b"), quota("b"), limits("b")},
		"an empty quota":   {space("bitcoin"), {Type: resourceQuota, Name: "quota", Props: object{"metadata": object{"namespace": "bitcoin"}}}, limits("bitcoin")},
		"an empty range":   {space("bitcoin"), quota("bitcoin"), {Type: limitRange, Name: "limits", Props: object{"metadata": object{"namespace": "bitcoin"}, "spec": object{"limits": list{}}}}},
		"quota of nowhere": {space("bitcoin"), {Type: resourceQuota, Name: "quota", Props: object{"spec": object{"hard": object{"pods": "10"}}}}, limits("bitcoin")},
	},
}

// stands tells whether a Kubernetes object is in that namespace: by name, or by depending on it when the name is not known yet.
func stands(o, space pack.Resource) bool {
	if !o.Namespace().Known() && slices.Contains(o.Dependencies, space.URN) {
		return true
	}
	return o.Namespace().Is(space.At("metadata", "name").Text())
}

func space(name string) pack.Object {
	return pack.Object{Type: namespace, Name: name, Props: object{"metadata": object{"name": name}}}
}

func quota(name string) pack.Object {
	return pack.Object{Type: resourceQuota, Name: name, Props: object{"metadata": object{"namespace": name}, "spec": object{"hard": object{"pods": "10"}}}}
}

func limits(name string) pack.Object {
	return pack.Object{Type: limitRange, Name: name, Props: object{
		"metadata": object{"namespace": name}, "spec": object{"limits": list{object{"type": "Container", "default": object{"memory": "128Mi"}}}},
	}}
}
