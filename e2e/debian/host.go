package debian

// Host is what the machine itself needs to be a Kubernetes node: containerd with runc, the CNI plugins, iptables, ipset, conntrack and ip.
//
// Its programs are called in one of two ways. Where the root's usr is laid over the machine's /usr (an overlay in a mount namespace), as if they were installed.
// Elsewhere with Root.Environment in their environment; a process that has it finds them by name, and so do the processes that it starts (kubelet starts
// iptables, kube-router ipset). The CNI plugins lie in CNI of its root. libc6 and what every Debian machine has is left out, so that no process of the
// machine that sees LD_LIBRARY_PATH gets a C library that does not fit its loader.
//
// `iptables` is iptables-nft, as Debian's alternatives have it; iptables-legacy lies beside it.
func Host() Set {
	links := map[string]string{}
	for _, name := range []string{"iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"} {
		links["usr/sbin/"+name] = "xtables-nft-multi" // which tells by the name that it is called by what to do
	}
	return Set{
		Name:         "host",
		Packages:     []string{"containerd", "runc", "containernetworking-plugins", "iptables", "ipset", "conntrack", "iproute2"},
		Dependencies: true,
		Leave:        []string{"libc6", "libgcc-s1", "debconf", "netbase", "systemd", "dpkg", "perl"},
		Links:        links,
	}
}

// CNI is the folder of the CNI plugins in a root that has containernetworking-plugins.
const CNI = "usr/lib/cni"
