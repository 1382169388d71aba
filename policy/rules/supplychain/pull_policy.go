package supplychain

import "gitlab.com/thinkmassive/satkube/policy/pack"

var pullPolicy = pack.Rule{
	Name:     "pull-policy",
	Types:    pack.PodCarriers(),
	Severity: pack.Low,
	CKS:      "supply-chain/secure",
	Must:     "A container whose image has no digest pulls it at every start.",
	Why:      "Without a digest a node keeps running what it once cached under the tag: two nodes run different code under one name, and a pod may start an image that its namespace has no credential for.",
	Fix:      "Pin the image by its digest, or set imagePullPolicy to Always.",
	Refs:     []string{"CKV_K8S_15", "kube-score container-image-pull-policy", "Kubescape C-0075", "Polaris pullPolicyNotAlways"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, c := range r.Containers() {
			policy := c.At("imagePullPolicy")
			if !c.At("image").Matches(pinnedForm) && !policy.Is("Always") {
				violate(policy.Path() + " is not Always, and the image has no digest.")
			}
		}
	},
	Pass: pack.Cases{
		"digest, policy left out": runs(pinned),
		"digest, cached":          pulls(pinned, "IfNotPresent"),
		"tag, pulled always":      pulls("docker.io/bitcoin/bitcoin:31.1", "Always"),
	},
	Fail: pack.Cases{
		"tag, policy left out": runs("docker.io/bitcoin/bitcoin:31.1"),
		"tag, cached":          pulls("docker.io/bitcoin/bitcoin:31.1", "IfNotPresent"),
		"tag, never pulled":    pulls("docker.io/bitcoin/bitcoin:31.1", "Never"),
		"in an init container": initialises("docker.io/bitcoin/bitcoin:31.1"),
	},
}

func pulls(image, policy string) pack.Case {
	return pods(object{"containers": list{object{"name": "main", "image": image, "imagePullPolicy": policy}}})
}
