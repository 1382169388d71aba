package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/api/resource"

	"gitlab.com/thinkmassive/satkube/components/baseline"
	"gitlab.com/thinkmassive/satkube/components/logging"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// newLogging makes what keeps the logs of all pods.
func newLogging(ctx *pulumi.Context, settings config.Platform, place place, base *baseline.Baseline, lock images.Lock) (*logging.Logging, error) {
	wanted := *settings.Logging
	quota, err := loggingQuota(wanted)
	if err != nil {
		return nil, err
	}
	onCluster := pulumi.Provider(place.cluster.Provider)
	namespace, err := newPlatformNamespace(ctx, "logging", baseline.NamespaceArgs{KubernetesVersion: settings.Cluster.Version, Quota: quota, Protect: settings.Protect}, base, onCluster)
	if err != nil {
		return nil, err
	}
	agents, err := newPlatformNamespace(ctx, "logging-agents", baseline.NamespaceArgs{
		KubernetesVersion: settings.Cluster.Version,
		NodeAgents:        true,
		Protect:           settings.Protect,
		// One pod a node, of 200m and 512Mi.
		Quota: baseline.Quota{Pods: 200, CPU: "40", Memory: "100Gi", Storage: "0"},
	}, base, onCluster)
	if err != nil {
		return nil, err
	}
	return logging.New(ctx, "logging", logging.Args{
		Namespace:          namespace,
		AgentNamespace:     agents,
		ElasticsearchImage: lock[images.Elasticsearch],
		KibanaImage:        lock[images.Kibana],
		FluentdImage:       lock[images.Fluentd],
		PriorityClass:      baseline.PriorityPlatform,
		StorageClass:       place.platformStorageClass,
		Nodes:              wanted.Nodes,
		Storage:            wanted.Storage,
		Memory:             wanted.Memory,
		CPU:                wanted.CPU,
		RetentionDays:      wanted.RetentionDays,
		BufferMiB:          wanted.BufferMiB,
		AllowMmap:          wanted.Mmap,
		KibanaURL:          pagesOf(settings).kibana,
		APIServer:          place.apiServer,
		APIPorts:           place.apiPorts,
	}, onCluster)
}

// loggingQuota bounds the namespace to what runs in it: Elasticsearch, Kibana, and two pods that apply the lifecycle.
func loggingQuota(l config.Logging) (baseline.Quota, error) {
	cpu, memory, storage := resource.MustParse("2"), resource.MustParse("5Gi"), resource.Quantity{}
	for range l.Nodes {
		for _, part := range []struct {
			sum   *resource.Quantity
			value string
		}{{&cpu, l.CPU}, {&memory, l.Memory}, {&storage, l.Storage}} {
			quantity, err := resource.ParseQuantity(part.value)
			if err != nil {
				return baseline.Quota{}, fmt.Errorf("logging: quantity is %q: %w", part.value, err)
			}
			part.sum.Add(quantity)
		}
	}
	return baseline.Quota{Pods: 10, Claims: 3, CPU: cpu.String(), Memory: memory.String(), Storage: storage.String()}, nil
}
