package systemhardening

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// socketFile matches the sockets of container runtimes, wherever they are.
var socketFile = regexp.MustCompile(`/(docker|containerd|host-containerd|crio|cri-dockerd|dockershim|podman|buildkitd)\.sock(\.ttrpc)?$`)

// socketDirectories hold such sockets: who mounts /run has /run/containerd/containerd.sock too.
var socketDirectories = []string{
	"/", "/run", "/run/containerd", "/run/host-containerd", "/run/docker", "/run/crio", "/run/podman", "/run/k3s", "/run/k3s/containerd",
}

var runtimeSocket = pack.Rule{
	Name:     "runtime-socket",
	Types:    pack.PodCarriers().And(pack.Kinds("PersistentVolume")),
	Severity: pack.Critical,
	CKS:      "microservices/pod-security",
	Must:     "No pod reaches the container runtime's socket.",
	Why:      "Whoever talks to containerd's or Docker's socket starts privileged containers past the API server, its admission and its audit log: the node and every wallet on it are theirs. A read-only mount does not help, a socket is written to all the same.",
	Fix:      "Remove the hostPath volume; build images outside of the cluster and ask the kubelet or the API server for what the socket was meant to tell.",
	Refs:     []string{"Kubescape C-0074", "kube-linter docker-sock", "CKV_K8S_27", "KSV-0006"},
	Check: func(r pack.Resource, violate pack.Report) {
		var paths []pack.Value
		for _, pod := range r.Pods() {
			for _, volume := range pod.Spec.At("volumes").List() {
				paths = append(paths, volume.At("hostPath", "path"))
			}
		}
		if r.Kind() == "PersistentVolume" {
			paths = append(paths, r.At("spec", "hostPath", "path"), r.At("spec", "local", "path"))
		}
		for _, onHost := range paths {
			if reachesSocket(onHost.Text()) {
				violate(onHost.Path() + " is a container runtime's socket or a directory that holds one; it has to be removed.")
			}
		}
	},
	Pass: pack.Cases{
		"no volumes":      pod(spec(nil)),
		"the logs":        pod(mounting("/var/log", nil)),
		"another socket":  pod(mounting("/run/systemd/notify", nil)),
		"a run directory": pod(mounting("/opt/run", nil)),
		"in a list":       workload("kubernetes:core/v1:PodList", mounting("/var/log/containers", nil)),
		"a local volume":  pack.One("kubernetes:core/v1:PersistentVolume", object{"spec": object{"local": object{"path": "/mnt/disks/one"}}}),
	},
	Fail: pack.Cases{
		"containerd":         pod(mounting("/run/containerd/containerd.sock", nil)),
		"Docker":             pod(mounting("/var/run/docker.sock", nil)),
		"CRI-O":              pod(mounting("/var/run/crio/crio.sock", nil)),
		"moved":              pod(mounting("/srv/docker.sock", nil)),
		"read-only":          pod(mounting("/run/containerd/containerd.sock", object{"readOnly": true})),
		"its directory":      pod(mounting("/run/containerd/", nil)),
		"the run directory":  pod(mounting("/var//run/.", nil)),
		"the whole node":     pod(mounting("/", nil)),
		"in a Patch":         workload("kubernetes:apps/v1:DaemonSetPatch", mounting("/run/dockershim.sock", nil)),
		"in a list":          workload("kubernetes:apps/v1:DeploymentList", mounting("/var/run/docker.sock", nil)),
		"a PersistentVolume": pack.One("kubernetes:core/v1:PersistentVolume", object{"spec": object{"local": object{"path": "/run"}}}),
	},
}

// reachesSocket tells whether a path of the node is a runtime's socket or holds one, however the path is spelt.
func reachesSocket(onHost string) bool {
	plain := path.Clean(onHost)
	if strings.HasPrefix(plain, "/var/run") {
		plain = strings.TrimPrefix(plain, "/var")
	}
	return socketFile.MatchString(plain) || slices.Contains(socketDirectories, plain)
}
