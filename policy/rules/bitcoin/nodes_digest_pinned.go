package bitcoin

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var nodesDigestPinned = pack.Rule{
	Name:     "nodes-digest-pinned",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "bitcoin/funds",
	Must:     "Every image in the pod of a node is named by its digest.",
	Why: "A tag is whatever its publisher, or who took over their account, says it is today. In the pod of lnd it runs next to the wallet; and " +
		"an lnd that comes back older than its database resurrects closed channels.",
	Fix:  "Name the image as REPOSITORY:TAG@sha256:DIGEST, for init containers too, and only move forward.",
	Refs: []string{"CIS EKS 1.8.0 5.1", "reference/bitcoin.md 4.12"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range append(lnd.pods(r), bitcoind.pods(r)...) {
			for _, c := range pod.Containers() {
				if image := c.At("image"); !image.Matches(byDigest) {
					violate(image.Path() + " names no digest.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"lnd":     pack.One(statefulSet, lndSet()),
		"no node": pack.One(deployment, another()),
	},
	Fail: pack.Cases{
		"a tag":           pack.One(statefulSet, with(lndSet(), "lightninglabs/lnd:v1", inside("image")...)),
		"left out":        pack.One(statefulSet, with(bitcoindSet(), remove{}, inside("image")...)),
		"half a digest":   pack.One(statefulSet, with(bitcoindSet(), "bitcoin/bitcoin@sha256:abc", inside("image")...)),
		"without labels":  pack.One(deployment, unlabelled(with(lndSet(), "ghcr.io/x/lnd", inside("image")...))),
		"in an init":      pack.One(statefulSet, with(lndSet(), []any{map[string]any{"name": "first", "image": "busybox"}}, inPod("initContainers")...)),
		"while debugging": pack.One("kubernetes:core/v1:Pod", with(pod(lndSet()), []any{map[string]any{"image": "busybox:1"}}, "spec", "ephemeralContainers")),
	},
}

var byDigest = regexp.MustCompile(`@sha256:[0-9a-f]{64}$`)
