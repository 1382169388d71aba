package runtime

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var alertingPresent = pack.Rule{
	Name:     "alerting-present",
	Types:    pack.Tokens("aws:eks/cluster:Cluster"),
	Severity: pack.Medium,
	CKS:      "runtime/behavioral-analytics",
	Must:     "Prometheus and Alertmanager run beside the nodes, with the alerts that funds depend on.",
	Why:      "A locked wallet, a stalled chain or a breach is harmless for hours and costs channels after days: somebody has to be paged in between.",
	Fix:      "Deploy workloads whose label app.kubernetes.io/name is prometheus and alertmanager, and a ConfigMap of rules with every alert of the setting alerts.",
	Refs:     []string{"CKS 1.34: Perform behavioral analytics to detect malicious activities", "lnd safety.md"},
	Settings: map[string]any{"alerts": []string{
		"BitcoindExporterDown", "BitcoindNotSynced", "LndDown", "LndWalletLocked", "LndNotSynced", "LndBreach", "TwoLndPods",
	}},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		all := clusters(s)
		if len(all) == 0 {
			return
		}
		for _, cluster := range all {
			for _, name := range []string{"prometheus", "alertmanager"} {
				if !slices.ContainsFunc(s.All(pack.Kinds("Deployment", "StatefulSet")), func(r pack.Resource) bool { return r.Label(nameLabel).Is(name) }) {
					violate(cluster, "The stack has no workload whose label "+nameLabel+" is "+name+".")
				}
			}
			var missing []string
			for _, alert := range s.Setting("alerts").Texts() {
				if !slices.ContainsFunc(s.All(pack.Kinds("ConfigMap")), func(r pack.Resource) bool { return alerts(r, alert) }) {
					missing = append(missing, alert)
				}
			}
			if len(missing) > 0 {
				violate(cluster, "No ConfigMap of the stack defines these alerts: "+strings.Join(missing, ", ")+".")
			}
		}
	},
	Pass: pack.Cases{
		"all there": {eksCluster, service("prometheus"), service("alertmanager"), alertRules("BitcoindExporterDown", "BitcoindNotSynced", "LndDown", "LndWalletLocked", "LndNotSynced", "LndBreach", "TwoLndPods")},
		"no EKS":    {service("grafana")},
	},
	Fail: pack.Cases{
		"nothing":            {eksCluster},
		"no Alertmanager":    {eksCluster, service("prometheus"), alertRules("BitcoindExporterDown", "BitcoindNotSynced", "LndDown", "LndWalletLocked", "LndNotSynced", "LndBreach", "TwoLndPods")},
		"no alerts":          {eksCluster, service("prometheus"), service("alertmanager")},
		"one is missing":     {eksCluster, service("prometheus"), service("alertmanager"), alertRules("BitcoindExporterDown", "BitcoindNotSynced", "LndDown", "LndWalletLocked", "LndNotSynced", "LndBreach")},
		"one of a like name": {eksCluster, service("prometheus"), service("alertmanager"), alertRules("BitcoindExporterDown", "BitcoindNotSynced", "LndDownForLong", "LndWalletLocked", "LndNotSynced", "LndBreach", "TwoLndPods")},
	},
}

// alerts tells whether a file in the ConfigMap defines the alert, in a line such as "- alert: LndDown".
func alerts(r pack.Resource, alert string) bool {
	data := r.At("data")
	if !data.Known() {
		return !data.Absent()
	}
	for _, key := range data.Keys() {
		file := data.At(key)
		if !file.Known() && !file.Absent() {
			return true
		}
		for line := range strings.Lines(file.Text()) {
			name, is := strings.CutPrefix(strings.TrimLeft(line, " -"), "alert:")
			if is && strings.Trim(name, " \t\r\n\"'") == alert {
				return true
			}
		}
	}
	return false
}

func service(name string) pack.Object {
	return one("kubernetes:apps/v1:StatefulSet", name, object{"metadata": object{"labels": object{nameLabel: name}}})
}

func alertRules(names ...string) pack.Object {
	file := "groups:\n- name: bitcoin\n  rules:\n"
	for _, name := range names {
		file += "  - alert: " + name + "\n    expr: up == 0\n"
	}
	return one("kubernetes:core/v1:ConfigMap", "rules", object{"data": object{"bitcoin.yaml": file}})
}
