package supplychain

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var registryAllowList = pack.Rule{
	Name:     "registry-allow-list",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "supply-chain/secure",
	Must:     "Every image comes from a repository on the list of allowed ones.",
	Why:      "Anybody can publish to a public registry: one mistyped owner runs a stranger's image in the namespace that holds the wallet.",
	Fix:      "Use an image below one of the prefixes in the setting registries, or add the publisher's prefix there after a review.",
	Refs:     []string{"CIS EKS 1.8.0 5.1.4", "Kubescape C-0001", "Kubescape C-0078", "KSV-0125", "KSV-0034"},
	Settings: map[string]any{"registries": []string{
		// internal/images/images.lock.json, and the registry that our own pipeline pushes to.
		"docker.io/apotdevin/", "docker.io/bitcoin/", "docker.io/cculianu/", "docker.io/djmelik/", "docker.io/getumbrel/",
		"docker.io/jvstein/", "docker.io/library/mariadb", "docker.io/lightninglabs/", "docker.io/mempool/", "docker.io/purplei2p/",
		"docker.io/shahanafarooqui/", "ghcr.io/getumbrel/", "registry.gitlab.com/thinkmassive/satkube/",
		// Kubernetes, monitoring and logging.
		"registry.k8s.io/", "quay.io/prometheus/", "docker.io/grafana/", "docker.io/fluent/", "docker.elastic.co/", "docker.io/nginx/",
		"quay.io/oauth2-proxy/",
	}},
	Check: func(r pack.Resource, violate pack.Report) {
		registries := r.Setting("registries").Texts()
		eachReference(r, func(image pack.Value, ref reference) {
			if !slices.ContainsFunc(registries, ref.within) {
				violate(image.Path() + " comes from a repository that the setting registries does not allow.")
			}
		})
	},
	Pass: pack.Cases{
		"publisher on the list":       runs(pinned),
		"Docker Hub without its name": runs("bitcoin/bitcoin:31.1"),
		"one repository of library":   runs("mariadb:11.4.5"),
		"whole registry":              initialises("registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.19.1"),
	},
	Fail: pack.Cases{
		"publisher of a like name":  runs("docker.io/bitcoinmallory/bitcoin:31.1"),
		"registry of a like name":   runs("registry.k8s.io.mallory.example/pause:3.10"),
		"allowed path elsewhere":    runs("mallory.example/docker.io/bitcoin/bitcoin:31.1"),
		"library beyond the list":   runs("busybox:1.37"),
		"left out":                  runs(nil),
		"in an init container":      initialises("ghcr.io/mallory/tools:1"),
		"in a debug container":      debugs("ghcr.io/mallory/tools:1"),
		"in a cron job":             schedules("ghcr.io/mallory/tools:1"),
		"in a volume":               mounts("ghcr.io/mallory/models:1"),
		"in a patch":                patches("ghcr.io/mallory/tools:1"),
		"in one pod of a list":      lists("ghcr.io/mallory/tools:1"),
		"Docker Hub under an alias": runs("index.docker.io/mallory/tools:1"),
	},
}
