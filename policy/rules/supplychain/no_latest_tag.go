package supplychain

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var noLatestTag = pack.Rule{
	Name:     "no-latest-tag",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "supply-chain/secure",
	Must:     "Every image names a version by its tag, also beside a digest.",
	Why:      "Under a floating tag nobody can say which release runs or what a rollback goes back to, and a digest alone tells a reviewer nothing about an update that the merge request brings.",
	Fix:      "Name the release in the image's tag, and keep the digest behind it.",
	Refs:     []string{"kube-linter latest-tag", "CKV_K8S_14", "KSV-0013", "kube-score container-image-tag", "Polaris tagNotSpecified"},
	Settings: map[string]any{"floating": []string{"latest", "main", "master", "edge", "nightly", "dev"}},
	Check: func(r pack.Resource, violate pack.Report) {
		floating := r.Setting("floating").Texts()
		eachReference(r, func(image pack.Value, ref reference) {
			// latest-alpine floats as latest does; main-3f2a1c is a build of its own.
			switch {
			case ref.tag == "":
				violate(image.Path() + " has no tag that names a version.")
			case slices.Contains(floating, ref.tag), strings.HasPrefix(ref.tag, "latest-"):
				violate(image.Path() + " has a floating tag, want one that names a version.")
			}
		})
	},
	Pass: pack.Cases{
		"version and digest": runs(pinned),
		"version alone":      runs("registry:5000/team/app:1.2.3"),
		"build of a branch":  runs("docker.io/bitcoin/bitcoin:main-3f2a1c"),
	},
	Fail: pack.Cases{
		"latest":               runs("docker.io/djmelik/lndash:latest"),
		"latest with a digest": runs("docker.io/djmelik/lndash:latest@" + digest),
		"variant of latest":    runs("docker.io/djmelik/lndash:latest-alpine"),
		"no tag":               runs("docker.io/bitcoin/bitcoin"),
		"no tag, but a port":   runs("registry:5000/team/app"),
		"digest alone":         runs("docker.io/bitcoin/bitcoin@" + digest),
		"left out":             runs(nil),
		"in an init container": initialises("docker.io/library/busybox:edge"),
		"in a debug container": debugs("docker.io/library/busybox:nightly"),
		"in a patch":           patches("docker.io/bitcoin/bitcoin:main"),
		"in a list":            lists("docker.io/bitcoin/bitcoin:main"),
	},
}
