package clustersetup

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	snippetKey = regexp.MustCompile(`^nginx\.(org|com|ingress\.kubernetes\.io)/.*snippets?$`)
	// A bool flag of Go, given by itself or with any of the texts that Go takes for true, as an argument or inside a shell's line.
	snippetFlag = regexp.MustCompile(`(^|\s)--?enable-snippets(=["']?(1|t|T|true|TRUE|True)\b|\s|$)`)
)

var ingressSnippets = pack.Rule{
	Name:     "ingress-snippets",
	Types:    twins(ingress).And(pack.PodCarriers()),
	Severity: pack.High,
	CKS:      "cluster-setup/ingress-tls",
	Must:     "No Ingress carries configuration snippets for NGINX, and no controller takes them.",
	Why: "A snippet is pasted into the configuration of a controller that can read every TLS key it serves. Whoever may write an Ingress then" +
		" reads those keys, the controller's token and files (CVE-2021-25742).",
	Fix:  "Remove the snippet annotations, and leave -enable-snippets of the NGINX Ingress Controller out or false.",
	Refs: []string{"Kubescape C-0059", "CKV_K8S_152", "CKV_K8S_153", "CKV_K8S_154", "Trivy KCV-0093", "CVE-2021-25742", "F5 NGINX Ingress Controller: command-line arguments"},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Type == ingress {
			annotations := r.At("metadata", "annotations")
			for _, key := range annotations.Keys() {
				if snippetKey.MatchString(key) {
					violate(annotations.Path() + " holds a snippet for NGINX; want none.")
				}
			}
			return
		}
		for _, c := range r.Containers() {
			for _, name := range []string{"command", "args"} {
				for _, arg := range c.At(name).List() {
					if arg.Matches(snippetFlag) {
						violate(arg.Path() + " lets every Ingress bring snippets; want the flag left out or false.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"other annotations": annotated("nginx.org/proxy-read-timeout", "60s"),
		"none":              inNamespace(ingress, "web", object{"ingressClassName": "nginx"}),
		"switched off":      web("nic", object{"args": list{"-enable-snippets=false", "-nginx-configmaps=ingress/nginx-config"}}),
		"a longer flag":     web("nic", object{"args": list{"-enable-snippets-of-mine"}}),
		"no arguments":      web("web", object{"image": "nginx"}),
	},
	Fail: pack.Cases{
		"F5's":             annotated("nginx.org/server-snippets", "autoindex on;"),
		"ingress-nginx's":  annotated("nginx.ingress.kubernetes.io/configuration-snippet", "autoindex on;"),
		"for auth":         annotated("nginx.ingress.kubernetes.io/auth-snippet", ""),
		"switched on":      web("nic", object{"args": list{"-nginx-configmaps=ingress/nginx-config", "-enable-snippets=true"}}),
		"two hyphens":      web("nic", object{"args": list{"--enable-snippets=1"}}),
		"by itself":        web("nic", object{"command": list{"/nginx-ingress", "-enable-snippets"}}),
		"in a shell":       web("nic", object{"command": list{"sh", "-c", "exec /nginx-ingress -enable-snippets=true -v=1"}}),
		"init":             inNamespace("kubernetes:core/v1:Pod", "nic", object{"containers": list{object{}}, "initContainers": list{object{"args": list{"-enable-snippets=true"}}}}),
		"ephemeral":        inNamespace("kubernetes:core/v1:Pod", "nic", object{"ephemeralContainers": list{object{"args": list{"-enable-snippets=true"}}}}),
		"a patch":          inNamespace("kubernetes:apps/v1:DaemonSetPatch", "nic", object{"template": pod("nic", object{"args": list{"-enable-snippets=true"}})}),
		"a list":           pack.One(deployment+"List", object{"items": list{object{"spec": object{"template": pod("nic", object{"args": list{"-enable-snippets=t"}})}}}}),
		"a patched object": pack.One(ingress+"Patch", object{"metadata": object{"annotations": object{"nginx.org/location-snippets": "autoindex on;"}}}),
	},
}

// annotated is a sample of an Ingress with one annotation.
func annotated(key, value string) pack.Case {
	return pack.One(ingress, object{"metadata": object{"name": "web", "annotations": object{key: value}}, "spec": object{"ingressClassName": "nginx"}})
}
