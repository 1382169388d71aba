package cluster

import (
	"gitlab.com/thinkmassive/satkube/e2e/machine"
	"gitlab.com/thinkmassive/satkube/e2e/volumes"
)

// VolumesCommand is the first argument with which this program becomes the volumes' driver.
const VolumesCommand = "volumes-driver"

// services are the cluster's processes, in the order in which they start.
func (p Parts) services() []machine.Service {
	pki := func(name string) string { return p.file("pki", name) }
	provisioner := volumes.ProvisionerArguments(p.volumesSocket(), pki("csi-provisioner.kubeconfig"))
	return []machine.Service{
		{
			Name: "etcd",
			Command: []string{
				p.Programs["etcd"], "--data-dir=" + p.file("etcd"),
				"--listen-client-urls=http://127.0.0.1:2379", "--advertise-client-urls=http://127.0.0.1:2379",
				"--listen-peer-urls=http://127.0.0.1:2380", "--initial-advertise-peer-urls=http://127.0.0.1:2380",
				"--initial-cluster=default=http://127.0.0.1:2380",
				// The cluster lives for an hour and is thrown away: its disk need not be waited for.
				"--unsafe-no-fsync",
			},
			Ready: "http://127.0.0.1:2379/health",
		},
		{
			Name: "kube-apiserver",
			Command: []string{
				p.Programs["kube-apiserver"],
				"--etcd-servers=http://127.0.0.1:2379",
				"--bind-address=0.0.0.0", "--secure-port=" + apiPort, "--advertise-address=" + machine.Address,
				"--service-cluster-ip-range=" + ServiceNetwork,
				"--tls-cert-file=" + pki("kube-apiserver.crt"), "--tls-private-key-file=" + pki("kube-apiserver.key"),
				"--client-ca-file=" + pki("ca.crt"),
				"--kubelet-client-certificate=" + pki("kube-apiserver-kubelet.crt"), "--kubelet-client-key=" + pki("kube-apiserver-kubelet.key"),
				"--kubelet-certificate-authority=" + pki("ca.crt"), "--kubelet-preferred-address-types=InternalIP",
				"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
				"--service-account-key-file=" + pki("service-accounts.key"), "--service-account-signing-key-file=" + pki("service-accounts.key"),
				"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
				"--allow-privileged=true", "--profiling=false",
			},
			Ready: apiAddress() + "/readyz",
		},
		{
			Name: "kube-controller-manager",
			Command: []string{
				p.Programs["kube-controller-manager"],
				"--kubeconfig=" + pki("kube-controller-manager.kubeconfig"), "--bind-address=127.0.0.1", "--leader-elect=false",
				"--root-ca-file=" + pki("ca.crt"), "--service-account-private-key-file=" + pki("service-accounts.key"),
				"--use-service-account-credentials=true",
				"--cluster-cidr=" + machine.PodNetwork, "--allocate-node-cidrs=true", "--node-cidr-mask-size=24",
				"--service-cluster-ip-range=" + ServiceNetwork,
			},
			Ready: "https://127.0.0.1:10257/healthz",
		},
		{
			Name:    "kube-scheduler",
			Command: []string{p.Programs["kube-scheduler"], "--kubeconfig=" + pki("kube-scheduler.kubeconfig"), "--bind-address=127.0.0.1", "--leader-elect=false"},
			Ready:   "https://127.0.0.1:10259/healthz",
		},
		{
			Name:    "containerd",
			Command: []string{"/usr/bin/containerd", "--config=" + p.file("containerd.toml")},
			Ready:   containerdSocket,
		},
		{
			Name: "kubelet",
			Command: []string{
				p.Programs["kubelet"], "--config=" + p.file("kubelet.yaml"), "--kubeconfig=" + pki("kubelet.kubeconfig"),
				"--root-dir=" + p.file("kubelet"), "--cert-dir=" + p.file("pki"),
				"--hostname-override=" + Node, "--node-ip=" + machine.Address,
				"--node-labels=topology.kubernetes.io/region=e2e,topology.kubernetes.io/zone=e2e-a",
			},
			Ready: "http://127.0.0.1:10248/healthz",
		},
		{
			Name:    "kube-proxy",
			Command: []string{p.Programs["kube-proxy"], "--config=" + p.file("kube-proxy.yaml")},
			Ready:   "http://127.0.0.1:10249/healthz",
		},
		{
			Name: "kube-router",
			Command: []string{
				p.Programs["kube-router"], "--kubeconfig=" + pki("kube-router.kubeconfig"), "--hostname-override=" + Node,
				"--run-firewall=true", "--run-router=false", "--run-service-proxy=false", "--run-loadbalancer=false",
				"--service-cluster-ip-range=" + ServiceNetwork, "--health-port=20244",
			},
			Ready: "http://127.0.0.1:20244/healthz",
		},
		{
			Name:    "volumes",
			Command: []string{p.Self, VolumesCommand, p.Folder},
			Ready:   p.volumesSocket(),
		},
		{Name: "csi-provisioner", Command: append([]string{p.Programs["csi-provisioner"]}, provisioner...)},
	}
}

func (p Parts) volumesSocket() string {
	return p.file("kubelet", "plugins", volumes.Driver, "csi.sock")
}
