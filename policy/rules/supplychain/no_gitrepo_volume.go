package supplychain

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var noGitrepoVolume = pack.Rule{
	Name:     "no-gitrepo-volume",
	Types:    pack.PodCarriers(),
	Severity: pack.High,
	CKS:      "supply-chain/secure",
	Must:     "No pod clones a Git repository into a volume, but with git-sync from an allowed host.",
	Why:      "A gitRepo volume runs git as root on the node and hooks in the repository get out of the pod (CVE-2024-10220); code that is fetched at run time passes neither review nor digest.",
	Fix:      "Remove volumes[].gitRepo and put the files into an image or a ConfigMap; point git-sync's --repo at a host in the setting gitHosts.",
	Refs:     []string{"PSS restricted: restrictedVolumes", "CKV_K8S_159", "CVE-2024-10220"},
	Settings: map[string]any{"gitHosts": []string{"gitlab.com"}},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			for _, volume := range pod.Spec.At("volumes").List() {
				if slices.Contains(volume.Keys(), "gitRepo") {
					violate(volume.At("gitRepo").Path() + " is there, want files from an image or a ConfigMap.")
				}
			}
		}
		hosts := r.Setting("gitHosts").Texts()
		for _, c := range r.Containers() {
			image := c.At("image")
			if parse(image.Text()).base() != "git-sync" || !image.Known() {
				continue
			}
			sources := gitSources(c)
			known := c.At("args").Known() && c.At("env").Known()
			stray := func(source pack.Value) bool { return !allowedSource(source, hosts) }
			if len(sources) == 0 && known || slices.ContainsFunc(sources, stray) {
				violate(c.At("args").Path() + " or env names no repository, or one on a host that the setting gitHosts does not allow.")
			}
		}
	},
	Pass: pack.Cases{
		"files from a ConfigMap":    pods(object{"containers": list{object{"name": "main", "image": pinned}}, "volumes": list{object{"name": "conf", "configMap": object{"name": "conf"}}}}),
		"git-sync from our host":    syncs(list{"--repo=https://gitlab.com/thinkmassive/site.git", "--period=60s"}, nil),
		"git-sync told by its env":  syncs(nil, list{object{"name": "GITSYNC_REPO", "value": "git@gitlab.com:thinkmassive/site.git"}}),
		"git-sync in two arguments": syncs(list{"--repo", "https://gitlab.com/thinkmassive/site.git"}, nil),
	},
	Fail: pack.Cases{
		"gitRepo":                   clones(object{"repository": "https://gitlab.com/thinkmassive/site.git"}),
		"empty gitRepo":             clones(object{}),
		"git-sync from elsewhere":   syncs(list{"--repo=https://github.com/mallory/site.git"}, nil),
		"git-sync, host alike":      syncs(list{"--repo=https://gitlab.com.mallory.example/site.git"}, nil),
		"git-sync in clear":         syncs(list{"--repo=http://gitlab.com/thinkmassive/site.git"}, nil),
		"git-sync told twice":       syncs(list{"--repo=https://gitlab.com/thinkmassive/site.git", "--repo=https://github.com/mallory/site.git"}, nil),
		"git-sync by a stray word":  syncs(list{"https://gitlab.com/thinkmassive/site.git", "--repo", "https://github.com/mallory/site.git"}, nil),
		"git-sync told by nothing":  syncs(nil, nil),
		"git-sync told by a secret": syncs(nil, list{object{"name": "GITSYNC_REPO", "valueFrom": object{"secretKeyRef": object{"name": "repo", "key": "url"}}}}),
	},
}

// gitSources returns where a git-sync container says what it clones. The last one wins there, so each of them has to be sound.
func gitSources(c pack.Value) []pack.Value {
	var sources []pack.Value
	args := c.At("args").List()
	for i, arg := range args {
		if arg.HasPrefix("--repo=", "-repo=") || i > 0 && args[i-1].In("--repo", "-repo") {
			sources = append(sources, arg)
		}
	}
	for _, env := range c.At("env").List() {
		if env.At("name").In("GITSYNC_REPO", "GIT_SYNC_REPO") {
			sources = append(sources, env.At("value"))
		}
	}
	return sources
}

// allowedSource tells whether an argument or variable is an encrypted address on one of the hosts.
func allowedSource(source pack.Value, hosts []string) bool {
	return slices.ContainsFunc(hosts, func(host string) bool {
		addresses := []string{"https://" + host + "/", "ssh://git@" + host + "/", "git@" + host + ":"}
		for _, address := range slices.Clone(addresses) {
			addresses = append(addresses, "--repo="+address, "-repo="+address)
		}
		return source.HasPrefix(addresses...)
	})
}

func clones(source object) pack.Case {
	return pods(object{"containers": list{object{"name": "main", "image": pinned}}, "volumes": list{object{"name": "site", "gitRepo": source}}})
}

func syncs(args, env list) pack.Case {
	c := object{"name": "sync", "image": "registry.k8s.io/git-sync/git-sync:v4.5.0"}
	if args != nil {
		c["args"] = args
	}
	if env != nil {
		c["env"] = env
	}
	return pods(object{"containers": list{object{"name": "main", "image": pinned}}, "initContainers": list{c}})
}
