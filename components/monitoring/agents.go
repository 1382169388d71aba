package monitoring

import (
	"fmt"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// described are the objects that kube-state-metrics describes, by API group: what alerts and panels ask about, and what tells why. Not
// Secrets and ConfigMaps: nothing is asked about them, and who may list Secrets may read them.
func described() []kube.Rule {
	see := []string{"list", "watch"}
	return []kube.Rule{
		{Groups: []string{""}, Verbs: see, Resources: []string{"namespaces", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "resourcequotas"}},
		{Groups: []string{"apps"}, Verbs: see, Resources: []string{"daemonsets", "deployments", "replicasets", "statefulsets"}},
		{Groups: []string{"batch"}, Verbs: see, Resources: []string{"cronjobs", "jobs"}},
		{Groups: []string{"policy"}, Verbs: see, Resources: []string{"poddisruptionbudgets"}},
	}
}

// newKubeStateMetrics makes kube-state-metrics. It forgets nothing when it stops, so one is enough.
func (p parts) newKubeStateMetrics() error {
	_, err := kube.NewDeployment(p.ctx, p.name+"-kube-state-metrics", p.args.kubeStateMetrics(), p.child)
	return err
}

func (a Args) kubeStateMetrics() kube.DeploymentArgs {
	var resources []string
	for _, rule := range described() {
		resources = append(resources, rule.Resources...)
	}
	slices.Sort(resources)
	port, telemetry := kubeStateMetricsPort(), telemetryPort()
	return kube.DeploymentArgs{
		Replicas: 1,
		WorkloadArgs: kube.WorkloadArgs{
			App:       kube.App{Name: kubeStateMetricsName, Instance: instance, Component: "metrics", Version: a.KubeStateMetrics.Version()},
			Namespace: a.Namespace,
			API:       &kube.APIAccess{Rules: described(), Server: a.APIServer, Ports: a.APIPorts},
			Pod: kube.Pod{
				User: kubeStateMetricsUser, StopSeconds: 30, PriorityClass: a.PriorityClass,
				Containers: []kube.Container{{
					Name: kubeStateMetricsName, Image: a.KubeStateMetrics.Ref(),
					Args: []string{
						"--resources=" + strings.Join(resources, ","),
						fmt.Sprintf("--port=%d", port.Number), fmt.Sprintf("--telemetry-port=%d", telemetry.Number),
					},
					Ports: []kube.Port{port, telemetry},
					CPU:   "100m", Memory: "256Mi",
					Startup:   &kube.Probe{HTTP: port.Number, Path: "/healthz", EverySeconds: 10, TimeoutSeconds: 5, Failures: 30},
					Liveness:  &kube.Probe{HTTP: port.Number, Path: "/livez", EverySeconds: 30, TimeoutSeconds: 5, Failures: 6},
					Readiness: &kube.Probe{HTTP: telemetry.Number, Path: "/readyz", EverySeconds: 10, TimeoutSeconds: 5, Failures: 3},
				}},
			},
		},
	}
}

// newNodeExporter makes node-exporter on every node.
func (p parts) newNodeExporter() error {
	_, err := kube.NewAgent(p.ctx, p.name+"-node-exporter", p.args.nodeExporter(), p.child)
	return err
}

// nodeExporter sees the node's network, processes and files, because they are what it measures; it is not root and writes nothing.
func (a Args) nodeExporter() kube.WorkloadArgs {
	port := nodeExporterPort()
	probe := func(every, failures int) *kube.Probe {
		return &kube.Probe{HTTP: port.Number, Path: "/", EverySeconds: every, TimeoutSeconds: 5, Failures: failures}
	}
	return kube.WorkloadArgs{
		App:       kube.App{Name: nodeExporterName, Instance: instance, Component: "metrics", Version: a.NodeExporter.Version()},
		Namespace: a.AgentNamespace,
		Pod: kube.Pod{
			User: nodeExporterUser, StopSeconds: 30, PriorityClass: a.AgentPriorityClass,
			Host: kube.Host{Network: true, PID: true, Paths: []kube.HostPath{{Name: "root", Path: "/"}, {Name: "sys", Path: "/sys"}}},
			Containers: []kube.Container{{
				Name: nodeExporterName, Image: a.NodeExporter.Ref(),
				Args: []string{
					// The node's own address only, not those of its other networks. The brackets are for IPv6 and do no harm.
					fmt.Sprintf("--web.listen-address=[$(HOST_IP)]:%d", port.Number),
					"--path.rootfs=/host/root", "--path.procfs=/host/root/proc", "--path.sysfs=/host/sys", "--path.udev.data=/host/root/run/udev/data",
					"--no-collector.wifi", "--no-collector.hwmon", "--no-collector.btrfs",
					// What belongs to pods is theirs, and comes and goes with them.
					`--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/containerd/.+|var/lib/containerd/.+|var/lib/kubelet/pods/.+)($|/)`,
					`--collector.netclass.ignored-devices=^(veth|eni|cali|cilium|lxc).*$`, `--collector.netdev.device-exclude=^(veth|eni|cali|cilium|lxc).*$`,
				},
				FieldEnv: map[string]string{"HOST_IP": "status.hostIP"},
				Ports:    []kube.Port{port},
				Mounts: []kube.Mount{
					{Volume: "root", Path: "/host/root", FromHost: true},
					{Volume: "sys", Path: "/host/sys", FromHost: true},
				},
				CPU: "100m", Memory: "128Mi",
				Liveness: probe(30, 6), Readiness: probe(10, 3),
			}},
		},
	}
}
