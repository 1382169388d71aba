package stacks

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/api/resource"

	"gitlab.com/thinkmassive/satkube/components/baseline"
	"gitlab.com/thinkmassive/satkube/components/bitcoind"
	"gitlab.com/thinkmassive/satkube/components/lnd"
	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// madeNode is a node that was made: what to export of it, and what it wants watched.
type madeNode struct {
	outputs pulumi.Map
	watches []monitoring.Watch
}

// newNode makes one node in a namespace of its own, bitcoind first.
func newNode(ctx *pulumi.Context, node config.Node, settings config.Platform, place place, base *baseline.Baseline, lock images.Lock) (*madeNode, error) {
	network, known := config.NetworkNamed(node.Network)
	if !known {
		return nil, fmt.Errorf("node %s: network is %q, want one of config.Networks", node.Name, node.Network)
	}
	onCluster := pulumi.Provider(place.cluster.Provider)
	quota, err := nodeQuota(node)
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", node.Name, err)
	}
	namespace, err := baseline.NewNamespace(ctx, node.Name, baseline.NamespaceArgs{
		Name:              node.Namespace(),
		Labels:            map[string]string{"satkube.com/network": node.Network},
		KubernetesVersion: settings.Cluster.Version,
		Quota:             quota,
		Protect:           settings.Protect,
		Keep:              true,
	}, onCluster)
	if err != nil {
		return nil, err
	}
	namespace.Ready = slices.Concat(base.Ready, namespace.Ready)

	var exporter *bitcoind.ExporterArgs
	var lndmon *lnd.LndmonArgs
	if settings.Monitoring != nil {
		exporter = &bitcoind.ExporterArgs{Image: lock[images.BitcoindExporter], PriorityClass: baseline.PriorityPlatform}
		lndmon = &lnd.LndmonArgs{Image: lock[images.Lndmon]}
	}
	var clients []bitcoind.Client
	if node.Lightning != nil {
		clients = append(clients, bitcoind.Client{Name: lnd.RPCUser, Methods: lnd.RPCMethods()})
	}
	chain, err := bitcoind.New(ctx, node.Name+"-bitcoind", bitcoind.Args{
		Node:               node.Name,
		Namespace:          namespace,
		Network:            network,
		Image:              lock[images.Bitcoind],
		Pool:               place.nodePool,
		PriorityClass:      baseline.PriorityBitcoin,
		StorageClass:       place.storageClass,
		Storage:            node.Bitcoind.Storage,
		Memory:             node.Bitcoind.Memory,
		CPU:                node.Bitcoind.CPU,
		DBCacheMiB:         node.Bitcoind.DBCacheMiB,
		PruneMiB:           node.Bitcoind.PruneMiB,
		MaxUploadTargetMiB: node.Bitcoind.MaxUploadTargetMiB,
		TxIndex:            node.Bitcoind.TxIndex,
		PodCIDRs:           place.podCIDRs,
		Clients:            clients,
		Protect:            settings.Protect,
		Exporter:           exporter,
	}, onCluster)
	if err != nil {
		return nil, err
	}
	made := &madeNode{
		outputs: pulumi.Map{
			"namespace": pulumi.String(namespace.Name),
			"network":   pulumi.String(node.Network),
			"bitcoind":  chain.Address,
		},
		watches: []monitoring.Watch{chain.Watch},
	}
	if node.Lightning == nil {
		return made, nil
	}
	lightning, err := lnd.New(ctx, node.Name+"-lnd", lnd.Args{
		Node:          node.Name,
		Namespace:     namespace,
		Network:       network,
		Image:         lock[images.Lnd],
		BitcoindImage: lock[images.Bitcoind],
		Pool:          place.nodePool,
		PriorityClass: baseline.PriorityLightning,
		StorageClass:  place.storageClass,
		Alias:         node.Lightning.Alias,
		Storage:       node.Lightning.Storage,
		Memory:        node.Lightning.Memory,
		CPU:           node.Lightning.CPU,
		Watchtowers:   node.Lightning.Watchtowers,
		Protect:       settings.Protect,
		Lndmon:        lndmon,
		Bitcoind: lnd.Access{
			RPC:         chain.RPC,
			ZMQBlock:    chain.ZMQBlock,
			ZMQTx:       chain.ZMQTx,
			AwaySeconds: bitcoind.StopSeconds + bitcoind.StartSeconds,
			Password:    chain.Passwords[lnd.RPCUser],
		},
	}, onCluster)
	if err != nil {
		return nil, err
	}
	made.outputs["lnd"], made.watches = lightning.Address, append(made.watches, lightning.Watch)
	return made, nil
}

// newPlatformNamespace makes a namespace of the platform's own, named as the resource is.
func newPlatformNamespace(ctx *pulumi.Context, name string, args baseline.NamespaceArgs, base *baseline.Baseline, opts ...pulumi.ResourceOption) (kube.Namespace, error) {
	args.Name = name
	namespace, err := baseline.NewNamespace(ctx, name, args, opts...)
	namespace.Ready = slices.Concat(base.Ready, namespace.Ready)
	return namespace, err
}

// nodeQuota bounds a node's namespace to what the node needs and a little for what helps it: exporters, an explorer, a debugging pod.
func nodeQuota(node config.Node) (baseline.Quota, error) {
	cpu, memory, storage := resource.MustParse("2"), resource.MustParse("4Gi"), resource.MustParse("50Gi")
	needs := []struct{ cpu, memory, storage string }{{node.Bitcoind.CPU, node.Bitcoind.Memory, node.Bitcoind.Storage}}
	if l := node.Lightning; l != nil {
		needs = append(needs, struct{ cpu, memory, storage string }{l.CPU, l.Memory, l.Storage})
	}
	for _, need := range needs {
		for _, part := range []struct {
			sum   *resource.Quantity
			value string
		}{{&cpu, need.cpu}, {&memory, need.memory}, {&storage, need.storage}} {
			quantity, err := resource.ParseQuantity(part.value)
			if err != nil {
				return baseline.Quota{}, fmt.Errorf("quantity is %q: %w", part.value, err)
			}
			part.sum.Add(quantity)
		}
	}
	return baseline.Quota{Pods: 10, Claims: 6, CPU: cpu.String(), Memory: memory.String(), Storage: storage.String()}, nil
}
