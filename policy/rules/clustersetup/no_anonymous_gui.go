package clustersetup

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	dashboardImage = regexp.MustCompile(`(?i)kubernetesui/|kubernetes-dashboard`)
	switchedOn     = regexp.MustCompile(`^\s*(?i:1|t|true|y|yes|on)\s*$`)
	switchedOff    = regexp.MustCompile(`^\s*(?i:false)\s*$`)
	// The same settings in the files that Grafana and Elasticsearch read.
	anonymousGrafana = regexp.MustCompile(`(?ms)^\s*\[auth\.anonymous\][^\[]*^\s*enabled\s*[=:]\s*(?i:1|t|true|y|yes|on)\s*$`)
	openElastic      = regexp.MustCompile(`(?m)^\s*["']?xpack\.security\.enabled["']?\s*[:=]\s*["']?(?i:false)\b`)
)

var noAnonymousGUI = pack.Rule{
	Name:     "no-anonymous-gui",
	Types:    pack.PodCarriers().And(twins(configMap)),
	Severity: pack.High,
	CKS:      "cluster-setup/gui",
	Must:     "No Kubernetes Dashboard runs, and Grafana and Elasticsearch let nobody in without a login of their own.",
	Why: "A page that asks for no login shows balances, peers and logs to whoever finds it. The Dashboard acts with a token of the cluster," +
		" and a password in a pod's specification is read by everybody who may read pods.",
	Fix: "Remove the Dashboard; leave GF_AUTH_ANONYMOUS_ENABLED out, take GF_SECURITY_ADMIN_PASSWORD from a Secret by valueFrom, and leave" +
		" xpack.security.enabled true.",
	Refs: []string{
		"CKV_K8S_33", "Kubescape C-0014", "Kubescape C-0021", "Grafana: configure anonymous access", "Elasticsearch: security settings",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Type == configMap {
			data := r.At("data")
			for _, key := range data.Keys() {
				if data.At(key).Matches(anonymousGrafana) {
					violate(data.Path() + " lets anybody into Grafana; want anonymous access off.")
				}
				if data.At(key).Matches(openElastic) {
					violate(data.Path() + " switches the security of Elasticsearch off; want it on.")
				}
			}
			return
		}
		for _, c := range r.Containers() {
			if image := c.At("image"); image.Matches(dashboardImage) {
				violate(image.Path() + " is the Kubernetes Dashboard; want none.")
			}
			for _, e := range c.At("env").List() {
				name, value := gate(e.At("name")), e.At("value")
				switch {
				case name.Is("GF_AUTH_ANONYMOUS_ENABLED") && value.Matches(switchedOn):
					violate(value.Path() + " lets anybody into Grafana; want the variable left out.")
				case name.Is("GF_SECURITY_ADMIN_PASSWORD") && !value.Absent():
					violate(value.Path() + " is a literal password; want valueFrom.secretKeyRef.")
				case name.Is("xpack.security.enabled") && value.Matches(switchedOff):
					violate(value.Path() + " switches the security of Elasticsearch off; want it on.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"Grafana": web("grafana", object{"image": "grafana/grafana:13.0.1", "env": list{
			env("GF_AUTH_ANONYMOUS_ENABLED", "false"),
			object{"name": "GF_SECURITY_ADMIN_PASSWORD", "valueFrom": object{"secretKeyRef": object{"name": "grafana", "key": "password"}}},
		}}),
		"Elasticsearch": web("elasticsearch", object{"env": list{env("xpack.security.enabled", "true")}}),
		"files": pack.One(configMap, object{"data": object{
			"grafana.ini":       "[auth.anonymous]\nenabled = false\n[auth.basic]\nenabled = true\n",
			"elasticsearch.yml": "xpack.security.enabled: true\n",
		}}),
		"no variables": web("web", object{"image": "nginx"}),
	},
	Fail: pack.Cases{
		"the Dashboard":      web("dashboard", object{"image": "docker.io/kubernetesui/dashboard:v2.7.0"}),
		"its older image":    web("dashboard", object{"image": "k8s.gcr.io/kubernetes-dashboard-amd64:v1.10.1"}),
		"anonymous":          web("grafana", object{"env": list{env("TZ", "UTC"), env("GF_AUTH_ANONYMOUS_ENABLED", "true")}}),
		"anonymous by a one": web("grafana", object{"env": list{env("GF_AUTH_ANONYMOUS_ENABLED", "1")}}),
		"a password":         web("grafana", object{"env": list{env("GF_SECURITY_ADMIN_PASSWORD", "correct horse")}}),
		"a marked password":  web("grafana", object{"env": list{object{"name": "GF_SECURITY_ADMIN_PASSWORD", "value": pack.Secret("correct horse")}}}),
		"open Elasticsearch": web("elasticsearch", object{"env": list{env("xpack.security.enabled", "False")}}),
		"Grafana's file":     pack.One(configMap, object{"data": object{"grafana.ini": "[server]\nprotocol = https\n[auth.anonymous]\n; for the wall\nenabled = true\n"}}),
		"Elasticsearch's":    pack.One(configMap, object{"data": object{"elasticsearch.yml": "cluster.name: logs\nxpack.security.enabled: false\n"}}),
		"init":               inNamespace("kubernetes:core/v1:Pod", "grafana", object{"initContainers": list{object{"env": list{env("GF_AUTH_ANONYMOUS_ENABLED", "true")}}}}),
		"ephemeral":          inNamespace("kubernetes:core/v1:Pod", "grafana", object{"ephemeralContainers": list{object{"image": "kubernetesui/dashboard"}}}),
		"a patch":            inNamespace(deployment+"Patch", "grafana", object{"template": pod("grafana", object{"image": "kubernetesui/dashboard-web"})}),
		"a list":             pack.One(configMap+"List", object{"items": list{object{"data": object{"elasticsearch.yml": "xpack.security.enabled: 'false'"}}}}),
	},
}
