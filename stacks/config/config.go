// Package config holds the typed settings of one stack: what a user writes under
// satkube:platform in Pulumi.<stack>.yaml. It imports no provider SDK.
package config

// Key is the configuration key, in the project's namespace, that holds the whole Platform object.
const Key = "platform"

// Platform is everything a user decides about one stack: one cluster and the nodes that run on it.
type Platform struct {
	// Protect guards what cannot be made again: the cluster, its keys, its network and the nodes' volumes
	// refuse deletion, in Pulumi and at AWS.
	Protect bool `json:"protect"`
	// Tags are put on every AWS resource, beside the ones that SatKube sets itself.
	Tags map[string]string `json:"tags"`
	// Cluster is the Kubernetes cluster that everything runs on.
	Cluster Cluster `json:"cluster"`
	// Monitoring is Prometheus, Alertmanager and Grafana, and the exporters beside the nodes; leave it out to have none.
	Monitoring *Monitoring `json:"monitoring"`
	// Logging is Elasticsearch, Kibana and, on every worker node, fluentd; leave it out to keep logs on the worker nodes only.
	Logging *Logging `json:"logging"`
	// Ingress publishes the pages of monitoring and logging; leave it out to reach them through kubectl port-forward only.
	Ingress *Ingress `json:"ingress"`
	// Nodes are the Bitcoin nodes, each in a namespace of its own.
	Nodes []Node `json:"nodes"`
}

// Cluster says where Kubernetes comes from and, for EKS, how it is built.
type Cluster struct {
	// Kind is eks (SatKube builds the cluster) or existing (it uses the one your kubeconfig points at).
	Kind ClusterKind `json:"kind"`
	// Name is the cluster's name, also the prefix of what belongs to it.
	Name string `json:"name"`
	// Version is the Kubernetes minor version, such as "1.35".
	Version string `json:"version"`
	// EKS is the cluster to build; only with kind eks.
	EKS *EKS `json:"eks"`
	// Existing is the cluster to use; only with kind existing, where leaving it out takes its defaults.
	Existing *Existing `json:"existing"`
}

// ClusterKind names the source of the cluster.
type ClusterKind string

// The kinds of cluster.
const (
	KindEKS      ClusterKind = "eks"
	KindExisting ClusterKind = "existing"
)

// EKS is the shape of a cluster on Amazon EKS and of the network below it.
type EKS struct {
	// Region is the AWS region, such as us-east-2.
	Region string `json:"region"`
	// Network is the VPC.
	Network Network `json:"network"`
	// PublicCIDRs may reach the API server's public endpoint. Empty keeps the endpoint private.
	PublicCIDRs []string `json:"publicCidrs"`
	// Admins are the IAM principals (ARNs) with full rights in the cluster. The principal that runs pulumi up must be one of them.
	Admins []string `json:"admins"`
	// Operators are the IAM principals (ARNs) that may look at everything except Secrets, and change nothing.
	Operators []string `json:"operators"`
	// LogRetentionDays is how long the control plane's logs and the VPC flow logs are kept, in days that CloudWatch offers.
	LogRetentionDays int `json:"logRetentionDays"`
	// PermissionsBoundary is the ARN of an IAM policy that limits every role of the cluster, such as the one that the bootstrap stack
	// makes; empty for none. The role with which pipelines deploy makes no role without it.
	PermissionsBoundary string `json:"permissionsBoundary"`
	// SystemPool runs the add-ons and the platform services.
	SystemPool NodePool `json:"systemPool"`
	// BitcoinPool runs bitcoind and lnd, and nothing else: it is tainted. It becomes one node group per zone, because volumes are zonal.
	BitcoinPool NodePool `json:"bitcoinPool"`
}

// Network is the VPC of an EKS cluster.
type Network struct {
	// CIDR is the VPC's IPv4 range, /16 to /20.
	CIDR string `json:"cidr"`
	// ServiceCIDR is the range of Kubernetes Services' addresses, outside of the VPC's.
	ServiceCIDR string `json:"serviceCidr"`
	// Zones is how many availability zones the network spans, 2 to 3 (EKS needs two).
	Zones int `json:"zones"`
	// NAT is one (a single NAT gateway, cheaper) or per-zone (an outage of a zone stays in it).
	NAT NATMode `json:"nat"`
	// InterfaceEndpoints keeps the nodes' calls to AWS inside the VPC, at an hourly price per endpoint and zone.
	InterfaceEndpoints bool `json:"interfaceEndpoints"`
}

// NATMode says how many NAT gateways a network has.
type NATMode string

// The NAT modes.
const (
	NATOne     NATMode = "one"
	NATPerZone NATMode = "per-zone"
)

// NodePool is a pool of worker nodes of one kind.
type NodePool struct {
	// InstanceTypes are the EC2 instance types, all of one CPU architecture, in order of preference.
	InstanceTypes []string `json:"instanceTypes"`
	// Capacity is on-demand or spot.
	Capacity Capacity `json:"capacity"`
	// Zones is how many of the network's zones the pool uses; 0 means all.
	Zones int `json:"zones"`
	// Min is the smallest number of nodes. In the Bitcoin pool the three sizes count per zone.
	Min int `json:"min"`
	// Desired is the number of nodes to start with.
	Desired int `json:"desired"`
	// Max is the largest number of nodes.
	Max int `json:"max"`
	// DiskGiB is the size of each node's data volume, for images and logs.
	DiskGiB int `json:"diskGiB"`
}

// Capacity is how EC2 sells a pool's nodes.
type Capacity string

// The capacities.
const (
	OnDemand Capacity = "on-demand"
	Spot     Capacity = "spot"
)

// Existing is a cluster that somebody else made: kind, k3d, bare metal, or any kubeconfig.
type Existing struct {
	// Context is the kubeconfig's context; empty takes the current one.
	Context string `json:"context"`
	// StorageClass is the class of the nodes' volumes: "standard" on kind, "local-path" on k3d and k3s.
	StorageClass string `json:"storageClass"`
}

// Node is one Bitcoin node and, optionally, the Lightning node above it.
type Node struct {
	// Name is unique in the stack and becomes the namespace bitcoin-NAME.
	Name string `json:"name"`
	// Network is mainnet, testnet4, testnet3, signet or regtest.
	Network string `json:"network"`
	// Bitcoind is the Bitcoin Core daemon.
	Bitcoind Bitcoind `json:"bitcoind"`
	// Lightning is the lnd above it; leave it out for a node without Lightning.
	Lightning *Lightning `json:"lightning"`
}

// Bitcoind sizes a Bitcoin Core daemon.
type Bitcoind struct {
	// Storage is the size of the chain's volume, a Kubernetes quantity. It must hold the network's chain.
	Storage string `json:"storage"`
	// DBCacheMiB is bitcoind's dbcache in MiB. It is always given, because bitcoind's own default may look at the node's memory instead of the container's.
	DBCacheMiB int `json:"dbcacheMiB"`
	// TxIndex keeps an index of all transactions.
	TxIndex bool `json:"txindex"`
	// PruneMiB keeps only that much of the chain, in MiB; 0 keeps all of it. It excludes txindex.
	PruneMiB int `json:"pruneMiB"`
	// Memory is the container's memory, request and limit alike, a Kubernetes quantity.
	Memory string `json:"memory"`
	// CPU is the container's CPU, request and limit alike, a Kubernetes quantity: with memory it makes the pod Guaranteed, the last to be evicted.
	CPU string `json:"cpu"`
	// MaxUploadTargetMiB caps what the node uploads to others each day, in MiB; 0 does not. It bounds the bill for egress.
	MaxUploadTargetMiB int `json:"maxUploadTargetMiB"`
}

// Lightning sizes an lnd.
type Lightning struct {
	// Alias is the name that the Lightning network sees, at most 32 bytes. Empty lets lnd take the start of its public key.
	Alias string `json:"alias"`
	// Storage is the size of the channel database's volume, a Kubernetes quantity.
	Storage string `json:"storage"`
	// Memory is the container's memory, request and limit alike, a Kubernetes quantity.
	Memory string `json:"memory"`
	// CPU is the container's CPU, request and limit alike, a Kubernetes quantity.
	CPU string `json:"cpu"`
	// Watchtowers guard the channels while lnd is away: PUBKEY@HOST:PORT each. Use towers that run elsewhere.
	Watchtowers []string `json:"watchtowers"`
	// Autopilot must stay false: SatKube never lets lnd open channels by itself.
	Autopilot bool `json:"autopilot"`
}
