package cluster

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/e2e/machine"
)

// clients of the API server: file name, user, groups. The names are those that Kubernetes' own roles and the Node authorizer know.
var clients = []struct {
	name, user string
	groups     []string
}{
	{"admin", "satkube-e2e-admin", []string{"system:masters"}},
	{"kubelet", "system:node:" + Node, []string{"system:nodes"}},
	{"kube-controller-manager", "system:kube-controller-manager", nil},
	{"kube-scheduler", "system:kube-scheduler", nil},
	{"kube-proxy", "system:kube-proxy", nil},
	// The agents of the node that a managed cluster runs in privileged pods.
	{"kube-router", "satkube-e2e-kube-router", []string{"system:masters"}},
	{"csi-provisioner", "satkube-e2e-csi-provisioner", []string{"system:masters"}},
}

// writeFiles writes certificates, kubeconfigs and configuration files.
func (p Parts) writeFiles() error {
	a, err := newAuthority(p.file("pki"))
	if err != nil {
		return err
	}
	if _, err := a.newKey("service-accounts"); err != nil {
		return err
	}
	if err := a.issue("kube-apiserver", "kube-apiserver", nil, "127.0.0.1", machine.Address, apiService,
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"); err != nil {
		return err
	}
	if err := a.issue("kubelet-server", "system:node:"+Node, []string{"system:nodes"}, machine.Address, Node); err != nil {
		return err
	}
	// What the API server shows to kubelets.
	if err := a.issue("kube-apiserver-kubelet", "kube-apiserver-kubelet-client", []string{"system:masters"}); err != nil {
		return err
	}
	for _, c := range clients {
		if err := a.issue(c.name, c.user, c.groups); err != nil {
			return err
		}
		if err := p.writeKubeconfig(p.file("pki", c.name+".kubeconfig"), c.name, apiAddress()); err != nil {
			return err
		}
	}
	for name, content := range map[string]any{
		"kubelet.yaml":    p.kubeletConfiguration(),
		"kube-proxy.yaml": p.proxyConfiguration(),
	} {
		data, err := yaml.Marshal(content)
		if err != nil {
			return err
		}
		if err := os.WriteFile(p.file(name), data, 0o600); err != nil {
			return err
		}
	}
	if err := os.WriteFile(p.file("containerd.toml"), []byte(p.containerdConfiguration()), 0o600); err != nil {
		return err
	}
	network, err := json.MarshalIndent(p.networkConfiguration(), "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.file("cni"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(p.file("cni", "10-pods.conflist"), network, 0o600)
}

func (p Parts) writeKubeconfig(path, client, server string) error {
	read := func(name string) ([]byte, error) { return os.ReadFile(p.file("pki", name)) }
	authority, err := read("ca.crt")
	if err != nil {
		return err
	}
	certificate, err := read(client + ".crt")
	if err != nil {
		return err
	}
	key, err := read(client + ".key")
	if err != nil {
		return err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters[Node] = &clientcmdapi.Cluster{Server: server, CertificateAuthorityData: authority}
	config.AuthInfos[client] = &clientcmdapi.AuthInfo{ClientCertificateData: certificate, ClientKeyData: key}
	config.Contexts[Node] = &clientcmdapi.Context{Cluster: Node, AuthInfo: client}
	config.CurrentContext = Node
	return clientcmd.WriteToFile(*config, path)
}

type object = map[string]any

func (p Parts) kubeletConfiguration() object {
	return object{
		"apiVersion":               "kubelet.config.k8s.io/v1beta1",
		"kind":                     "KubeletConfiguration",
		"address":                  machine.Address,
		"authentication":           object{"anonymous": object{"enabled": false}, "webhook": object{"enabled": true}, "x509": object{"clientCAFile": p.file("pki", "ca.crt")}},
		"authorization":            object{"mode": "Webhook"},
		"tlsCertFile":              p.file("pki", "kubelet-server.crt"),
		"tlsPrivateKeyFile":        p.file("pki", "kubelet-server.key"),
		"cgroupDriver":             "cgroupfs",
		"cgroupRoot":               "/" + p.group(),
		"failCgroupV1":             false,
		"failSwapOn":               false,
		"clusterDNS":               []string{DNSAddress},
		"clusterDomain":            "cluster.local",
		"resolvConf":               "",
		"containerRuntimeEndpoint": "unix://" + containerdSocket,
		"podLogsDir":               p.file("pod-logs"),
		"readOnlyPort":             0,
		// A pull that fails must not hold up the pods whose image is there.
		"serializeImagePulls": false,
		// The machine's disk is not this cluster's alone: what others fill must not evict its pods.
		"evictionHard":                object{"memory.available": "50Mi", "nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%"},
		"imageGCHighThresholdPercent": 100,
		"imageGCLowThresholdPercent":  99,
		// Below zero is refused to a process without the capability, in a container for example.
		"oomScoreAdj": 0,
		// Tests wait for what the node says.
		"nodeStatusUpdateFrequency": "5s",
		"syncFrequency":             "10s",
	}
}

func (p Parts) proxyConfiguration() object {
	return object{
		"apiVersion":         "kubeproxy.config.k8s.io/v1alpha1",
		"kind":               "KubeProxyConfiguration",
		"clientConnection":   object{"kubeconfig": p.file("pki", "kube-proxy.kubeconfig")},
		"hostnameOverride":   Node,
		"mode":               "iptables",
		"clusterCIDR":        machine.PodNetwork,
		"bindAddress":        machine.Address,
		"healthzBindAddress": "127.0.0.1:10256",
		"metricsBindAddress": "127.0.0.1:10249",
		"oomScoreAdj":        0,
		// The whole computer's, not the machine's: left as they are.
		"conntrack": object{"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
		"iptables":  object{"minSyncPeriod": "100ms"},
	}
}

// containerdSocket is below /run, which is the machine's own.
const containerdSocket = "/run/containerd/containerd.sock"

func (p Parts) containerdConfiguration() string {
	return fmt.Sprintf(`version = 2
root = %q
state = "/run/containerd"
# Below zero is refused to a process without the capability, in a container for example.
oom_score = 0

[grpc]
  address = %q

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %q
  restrict_oom_score_adj = true
  disable_apparmor = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = %q

  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`, p.file("containerd"), containerdSocket, p.PauseImage, p.file("cni"))
}

// networkConfiguration gives each pod a point-to-point link, as the VPC CNI does: every packet of a pod crosses the machine's firewall,
// one to another pod of the same node too.
func (p Parts) networkConfiguration() object {
	return object{
		"cniVersion": "0.4.0",
		"name":       "pods",
		"plugins": []object{{
			"type":   "ptp",
			"ipMasq": false,
			"ipam": object{
				"type":    "host-local",
				"dataDir": filepath.Join("/run", "cni-addresses"),
				"ranges":  [][]object{{{"subnet": machine.PodNetwork}}},
				"routes":  []object{{"dst": "0.0.0.0/0"}},
			},
		}},
	}
}
