package runtime

import "gitlab.com/thinkmassive/satkube/policy/pack"

var probes = pack.Rule{
	Name:     "probes",
	Types:    pack.Kinds("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"),
	Severity: pack.Medium,
	CKS:      "runtime/threat-detection",
	Must:     "Every container that runs for good has a readiness and a liveness probe.",
	Why:      "Without readiness a Service sends wallets to an lnd that is still locked; without liveness a hung process keeps its place for days, and no alert sees a pod that only looks well.",
	Fix:      "Set readinessProbe and livenessProbe on the container, each with exec, httpGet, tcpSocket or grpc; let the liveness probe be the more patient one.",
	Refs:     []string{"Kubescape C-0018", "Kubescape C-0056", "kube-linter no-readiness-probe", "kube-linter no-liveness-probe", "CKV_K8S_8", "CKV_K8S_9", "kube-score pod-probes"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, pod := range r.Pods() {
			for _, c := range pod.LongRunning() {
				for _, name := range []string{"readinessProbe", "livenessProbe"} {
					if probe := c.At(name); !asks(probe) {
						violate(probe.Path() + " asks nothing, want exec, httpGet, tcpSocket or grpc.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"both":                runs(probed),
		"an init that ends":   initialises(probed, object{"image": "app"}),
		"a sidecar with both": initialises(probed, with(probed, object{"restartPolicy": "Always"})),
		"a job needs none":    pack.One("kubernetes:batch/v1:Job", object{"spec": object{"template": object{"spec": object{"containers": list{object{"name": "main"}}}}}}),
	},
	Fail: pack.Cases{
		"none":                runs(object{"image": "app"}),
		"no readiness":        runs(object{"livenessProbe": object{"tcpSocket": object{"port": 8080}}}),
		"no liveness":         runs(object{"readinessProbe": object{"httpGet": object{"path": "/ready", "port": 8080}}}),
		"one without a sense": runs(with(probed, object{"livenessProbe": object{"periodSeconds": 10}})),
		"a sidecar without":   initialises(probed, object{"restartPolicy": "Always"}),
		"second container":    pods(object{"containers": list{probed, object{"name": "exporter"}}}),
	},
}

// asks tells whether a probe has something to ask.
func asks(probe pack.Value) bool {
	return !probe.At("exec").Absent() || !probe.At("httpGet").Absent() || !probe.At("tcpSocket").Absent() || !probe.At("grpc").Absent()
}

var probed = object{
	"name":           "main",
	"readinessProbe": object{"exec": object{"command": list{"ready"}}},
	"livenessProbe":  object{"tcpSocket": object{"port": 8080}},
}
