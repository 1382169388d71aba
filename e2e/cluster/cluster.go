// Package cluster is a Kubernetes cluster of one node on a machine of package machine: the genuine control plane, kubelet, containerd and
// a network policy agent, configured as a managed cluster is where a workload can tell the difference.
package cluster

import (
	"path/filepath"

	"gitlab.com/thinkmassive/satkube/e2e/machine"
)

// Node is the name of the cluster's only node.
const Node = "satkube-e2e"

// Networks and addresses of the cluster. Pods and the node are in 10.0.0.0/8, where the stacks expect a cluster's API server.
const (
	ServiceNetwork = "10.96.0.0/16"
	apiService     = "10.96.0.1"
	DNSAddress     = "10.96.0.10"
	apiPort        = "6443"
	kubeletPort    = "10250"
)

// Parts are what a cluster is made of.
type Parts struct {
	// Folder holds the cluster's state and is removed with it.
	Folder string
	// Root is the folder of unpacked Debian packages: containerd, runc, CNI plugins, iptables, ipset.
	Root string
	// Programs are the paths of executables by their names: kube-apiserver, etcd and so on.
	Programs map[string]string
	// Images is the tar file of an OCI layout with the images of all pods.
	Images string
	// DNSImage is CoreDNS' reference in it, PauseImage the one of the pods' sandboxes.
	DNSImage, PauseImage string
	// Self is the path of this program, which holds the volumes' driver.
	Self string
}

func (p Parts) file(names ...string) string {
	return filepath.Join(append([]string{p.Folder}, names...)...)
}

// group is the name of the machine and of its control groups: clusters in different folders do not meet.
func (p Parts) group() string { return filepath.Base(p.Folder) }

// Kubeconfig is the path of the administrator's kubeconfig in a cluster's folder, for use outside of the machine.
func Kubeconfig(folder string) string { return filepath.Join(folder, "kubeconfig") }

func apiAddress() string { return "https://" + machine.Address + ":" + apiPort }
