// Package cks is the CNCF CKS curriculum as the rules refer to it: v1.34, and v1.20 where it names something of its own. The domain
// bitcoin is this project's.
package cks

// Competency is one line of the curriculum.
type Competency struct {
	// Key is domain/name, and what a rule names.
	Key string
	// Text is the curriculum's own wording.
	Text string
	// Here is what the platform does for it, or why it cannot be decided at preview.
	Here string
	// Versions are the curriculum's versions that name it; none for the domain bitcoin.
	Versions []string
}

// Competencies returns the curriculum in its own order.
func Competencies() []Competency {
	return []Competency{
		{Key: "cluster-setup/network-policies", Here: "A default-deny NetworkPolicy and DNS in each namespace, both sides of every declared connection, the VPC CNI in strict mode.", Text: "Use Network security policies to restrict cluster level access", Versions: []string{"1.34", "1.20"}},
		{Key: "cluster-setup/cis-benchmark", Here: "The control plane is AWS'; what is ours to set is set: private endpoint, five log types, encrypted secrets, Bottlerocket's kubelet. kube-bench on the nodes is not run: its findings cannot be seen at preview.", Text: "Use CIS benchmark to review the security configuration of Kubernetes components (etcd, kubelet, kubedns, kubeapi)", Versions: []string{"1.34", "1.20"}},
		{Key: "cluster-setup/ingress-tls", Here: "No Ingress exists yet; the rules wait for the first.", Text: "Properly set up Ingress objects with TLS", Versions: []string{"1.34", "1.20"}},
		{Key: "cluster-setup/node-metadata", Here: "IMDSv2 with one hop, network policies that leave out link-local addresses, EKS Pod Identity, private endpoint, private nodes.", Text: "Protect node metadata and endpoints", Versions: []string{"1.34", "1.20"}},
		{Key: "cluster-setup/gui", Here: "No dashboard is installed.", Text: "Minimize use of, and access to, GUI elements", Versions: []string{"1.20"}},
		{Key: "cluster-setup/platform-binaries", Here: "Pinned versions of Kubernetes, add-ons and images. That a running binary is the published one cannot be decided at preview.", Text: "Verify platform binaries before deploying", Versions: []string{"1.34", "1.20"}},
		{Key: "cluster-hardening/rbac", Here: "One read-only role for operators without Secrets, administrators by access entry only.", Text: "Use Role Based Access Controls to minimize exposure", Versions: []string{"1.34", "1.20"}},
		{Key: "cluster-hardening/service-accounts", Here: "An account for each workload, no token mounted, the default account's token switched off, trust policies for Pod Identity only.", Text: "Exercise caution in using service accounts e.g. disable defaults, minimize permissions on newly created ones", Versions: []string{"1.34", "1.20"}},
		{Key: "cluster-hardening/api-access", Here: "Private endpoint, authentication by access entries, the creator is no administrator.", Text: "Restrict access to Kubernetes API", Versions: []string{"1.34", "1.20"}},
		{Key: "cluster-hardening/upgrades", Here: "A version in standard support, STANDARD upgrade policy, nodes of the cluster's version.", Text: "Upgrade Kubernetes to avoid vulnerabilities", Versions: []string{"1.34", "1.20"}},
		{Key: "system-hardening/host-footprint", Here: "Bottlerocket nodes without SSH, encrypted disks.", Text: "Minimize host OS footprint (reduce attack surface)", Versions: []string{"1.34", "1.20"}},
		{Key: "system-hardening/least-privilege", Here: "A role for each add-on that needs one, a node role that joins and pulls images, no users.", Text: "Using least-privilege identity and access management", Versions: []string{"1.34", "1.20"}},
		{Key: "system-hardening/external-access", Here: "Private subnets, a closed default security group, flow logs, P2P ports as the only way to the internet.", Text: "Minimize external access to the network", Versions: []string{"1.34", "1.20"}},
		{Key: "system-hardening/kernel-hardening", Here: "Seccomp RuntimeDefault on every pod; Bottlerocket enforces SELinux and has no AppArmor.", Text: "Appropriately use kernel hardening tools such as AppArmor, seccomp", Versions: []string{"1.34", "1.20"}},
		{Key: "microservices/pod-security", Here: "The restricted Pod Security Standard, enforced at a pinned version, in every namespace.", Text: "Use appropriate pod security standards", Versions: []string{"1.34", "1.20"}},
		{Key: "microservices/secrets", Here: "Secrets encrypted with our KMS key, mounted as files by key, never in the environment, marked secret in Pulumi.", Text: "Manage kubernetes secrets", Versions: []string{"1.34", "1.20"}},
		{Key: "microservices/isolation", Here: "A namespace for each node with quota and limits, a tainted pool for bitcoind and lnd.", Text: "Understand and implement isolation techniques (multi-tenancy, sandboxed containers, etc.)", Versions: []string{"1.34", "1.20"}},
		{Key: "microservices/encryption", Here: "lnd serves TLS. bitcoind's RPC and ZMQ have none; network policies keep them to lnd. A mesh is not installed.", Text: "Implement Pod-to-Pod encryption (Cilium, Istio)", Versions: []string{"1.34", "1.20"}},
		{Key: "supply-chain/base-image", Here: "Workload images as published upstream; what is inside them cannot be decided at preview.", Text: "Minimize base image footprint", Versions: []string{"1.34", "1.20"}},
		{Key: "supply-chain/understand", Here: "The image lock file names evidence for each digest. An SBOM needs a pipeline of our own.", Text: "Understand your supply chain (e.g. SBOM, CI/CD, artifact repositories)", Versions: []string{"1.34"}},
		{Key: "supply-chain/secure", Here: "Images by digest, from listed repositories. Signatures need a pipeline of our own.", Text: "Secure your supply chain (permitted registries, sign and validate artifacts, etc.)", Versions: []string{"1.34", "1.20"}},
		{Key: "supply-chain/static-analysis", Here: "This pack, at every preview; typed manifests leave nothing opaque to it.", Text: "Perform static analysis of user workloads and container images (e.g. Kubesec, KubeLinter)", Versions: []string{"1.34", "1.20"}},
		{Key: "supply-chain/image-scan", Here: "Not yet: images are scanned where they are built or mirrored, and neither is ours so far.", Text: "Scan images for known vulnerabilities", Versions: []string{"1.20"}},
		{Key: "runtime/behavioral-analytics", Here: "Not yet: GuardDuty's runtime monitoring comes with the monitoring stack.", Text: "Perform behavioral analytics to detect malicious activities", Versions: []string{"1.34", "1.20"}},
		{Key: "runtime/threat-detection", Here: "Flow logs, control-plane logs, node monitoring and repair.", Text: "Detect threats within physical infrastructure, apps, networks, data, users and workloads", Versions: []string{"1.34", "1.20"}},
		{Key: "runtime/investigation", Here: "Control-plane and flow logs, encrypted and kept; a log stack comes later.", Text: "Investigate and identify phases of attack and bad actors within the environment", Versions: []string{"1.34", "1.20"}},
		{Key: "runtime/immutability", Here: "Read-only root file systems, images by digest, scratch space bounded.", Text: "Ensure immutability of containers at runtime", Versions: []string{"1.34", "1.20"}},
		{Key: "runtime/audit-logs", Here: "All five control-plane log types, in an encrypted group with retention that stands before the cluster.", Text: "Use Kubernetes audit logs to monitor access", Versions: []string{"1.34", "1.20"}},
		{Key: "bitcoin/funds", Here: "One lnd on a volume for one pod that stays behind, replaced by hand only, its password never overwritten, its seed enciphered and unprinted.", Text: "Nobody loses funds: channel state, seeds and keys"},
		{Key: "bitcoin/node", Here: "Time to stop and to start, probes that an initial download survives, memory that fits the cache, a lnd that waits for bitcoind.", Text: "A node survives what happens to it"},
		{Key: "bitcoin/exposure", Here: "A user and whitelist for each RPC client, a network policy for each port, nothing reachable from outside.", Text: "A node is reachable by whom it serves and by nobody else"},
	}
}
