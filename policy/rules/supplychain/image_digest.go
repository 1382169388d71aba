package supplychain

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var pinnedForm = regexp.MustCompile(`@sha256:[0-9a-f]{64}$`)

var imageDigest = pack.Rule{
	Name:     "image-digest",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "supply-chain/secure",
	Must:     "Every image is pinned by its sha256 digest.",
	Why:      "A tag can be pushed again: whoever takes over an upstream account replaces what the next restarted pod runs, beside keys and channel state, without a change in this program.",
	Fix:      "Give the image a digest in internal/images/images.lock.json, or append @sha256: and the index's digest to the image.",
	Refs:     []string{"Kubescape C-0306", "CKV_K8S_43", "CKS 1.34: Verify platform binaries before deploying"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, image := range images(r) {
			if !image.Matches(pinnedForm) {
				violate(image.Path() + " is not pinned by a sha256 digest.")
			}
		}
	},
	Pass: pack.Cases{
		"tag and digest":         runs(pinned),
		"digest alone":           runs("docker.io/bitcoin/bitcoin@" + digest),
		"of every sort of image": mounts(pinned),
	},
	Fail: pack.Cases{
		"tag alone":              runs("docker.io/bitcoin/bitcoin:31.1"),
		"left out":               runs(nil),
		"no text":                runs(list{pinned}),
		"short digest":           runs("docker.io/bitcoin/bitcoin:31.1@sha256:da25ced"),
		"something after it":     runs(pinned + "0"),
		"in an init container":   initialises("docker.io/bitcoin/bitcoin:31.1"),
		"in a debug container":   debugs("docker.io/library/busybox:1.37"),
		"in a cron job":          schedules("docker.io/library/busybox:1.37"),
		"in a volume":            mounts("docker.io/library/busybox:1.37"),
		"in a patch":             patches("docker.io/bitcoin/bitcoin:31.1"),
		"in one pod of the list": lists("docker.io/bitcoin/bitcoin:31.1"),
	},
}
