package bitcoin

import (
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// The types of the samples.
const (
	statefulSet   = "kubernetes:apps/v1:StatefulSet"
	deployment    = "kubernetes:apps/v1:Deployment"
	configMap     = "kubernetes:core/v1:ConfigMap"
	claimType     = "kubernetes:core/v1:PersistentVolumeClaim"
	classType     = "kubernetes:storage.k8s.io/v1:StorageClass"
	namespaceType = "kubernetes:core/v1:Namespace"
	secretType    = "kubernetes:core/v1:Secret"
	serviceType   = "kubernetes:core/v1:Service"
	policyType    = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	budgetType    = "kubernetes:policy/v1:PodDisruptionBudget"
	nodeGroupType = "aws:eks/nodeGroup:NodeGroup"
)

// remove stands for no value in with.
type remove struct{}

// with sets the value at a path and returns the same tree: names for objects, numbers for lists.
func with(tree map[string]any, value any, path ...any) map[string]any {
	var node any = tree
	for i, step := range path {
		last := i == len(path)-1
		switch step := step.(type) {
		case string:
			object, _ := node.(map[string]any)
			if _, gone := value.(remove); last && gone {
				delete(object, step)
			} else if last {
				object[step] = value
			} else if object[step] == nil {
				object[step] = map[string]any{}
			}
			node = object[step]
		case int:
			list, _ := node.([]any)
			if last {
				list[step] = value
			}
			node = list[step]
		}
	}
	return tree
}

func texts(of ...string) []any {
	list := make([]any, 0, len(of))
	for _, text := range of {
		list = append(list, text)
	}
	return list
}

// meta is the metadata of an object of a node.
func meta(app, name string) map[string]any {
	return map[string]any{"name": name, "namespace": "btc", "labels": map[string]any{nameLabel: app}}
}

// inside is the path to something in the first container of a StatefulSet.
func inside(path ...any) []any {
	return append([]any{"spec", "template", "spec", "containers", 0}, path...)
}

// inPod is the path to something in the pod's specification of a StatefulSet.
func inPod(path ...any) []any { return append([]any{"spec", "template", "spec"}, path...) }

// lndSet is a StatefulSet of lnd that the rules accept.
func lndSet() map[string]any {
	return set("lnd", 600, map[string]any{
		"name":          "lnd",
		"image":         "lightninglabs/lnd:v1@sha256:" + strings.Repeat("a", 64),
		"args":          texts("--wallet-unlock-password-file=/run/w/password"),
		"livenessProbe": map[string]any{"httpGet": map[string]any{"path": "/v1/state", "port": 8080}, "timeoutSeconds": 15},
		"startupProbe":  map[string]any{"periodSeconds": 10, "failureThreshold": 540},
		"volumeMounts":  []any{map[string]any{"name": "wallet", "mountPath": "/run/w"}},
	}, map[string]any{"name": "wallet", "secret": map[string]any{"secretName": "w"}})
}

// bitcoindSet is a StatefulSet of bitcoind that the rules accept.
func bitcoindSet() map[string]any {
	return set("bitcoind", 900, map[string]any{
		"name":          "bitcoind",
		"image":         "bitcoin/bitcoin:31@sha256:" + strings.Repeat("b", 64),
		"command":       texts("bitcoind"),
		"livenessProbe": map[string]any{"tcpSocket": map[string]any{"port": 8332}, "timeoutSeconds": 10},
		"startupProbe":  map[string]any{"periodSeconds": 10, "failureThreshold": 540},
		"resources":     map[string]any{"limits": map[string]any{"memory": "8Gi"}},
	})
}

func set(app string, grace int, container map[string]any, volumes ...any) map[string]any {
	volumes = append(volumes,
		map[string]any{"name": "data", "persistentVolumeClaim": map[string]any{"claimName": app + "-data"}},
		map[string]any{"name": "conf", "configMap": map[string]any{"name": app}})
	return map[string]any{
		"metadata": meta(app, app),
		"spec": map[string]any{
			"replicas":       1,
			"updateStrategy": map[string]any{"type": "OnDelete"},
			"template": map[string]any{
				"metadata": map[string]any{
					"labels":      map[string]any{nameLabel: app},
					"annotations": map[string]any{"karpenter.sh/do-not-disrupt": "true"},
				},
				"spec": map[string]any{
					"terminationGracePeriodSeconds": grace,
					"containers":                    []any{container},
					"volumes":                       volumes,
				},
			},
		},
	}
}

// unlabelled takes the labels from a workload, which its image gives away all the same.
func unlabelled(workload map[string]any) map[string]any {
	with(workload, remove{}, "metadata", "labels")
	return with(workload, remove{}, "spec", "template", "metadata", "labels")
}

// pod is the pod of a StatefulSet by itself.
func pod(workload map[string]any) map[string]any {
	spec, _ := workload["spec"].(map[string]any)
	template, _ := spec["template"].(map[string]any)
	return map[string]any{"metadata": workload["metadata"], "spec": template["spec"]}
}

// another is a Deployment that is no node.
func another() map[string]any {
	return map[string]any{
		"metadata": meta("mempool", "mempool"),
		"spec": map[string]any{"replicas": 2, "template": map[string]any{
			"metadata": map[string]any{"labels": map[string]any{nameLabel: "mempool"}},
			"spec":     map[string]any{"containers": []any{map[string]any{"name": "api", "image": "mempool/backend:v3"}}},
		}},
	}
}

// list is the List twin of a single resource.
func list(items ...map[string]any) map[string]any {
	all := make([]any, 0, len(items))
	for _, item := range items {
		all = append(all, item)
	}
	return map[string]any{"items": all}
}

// file is a ConfigMap of a program with its configuration file.
func file(app string, lines ...string) map[string]any {
	key := "bitcoin.conf"
	if app == "lnd" {
		key = "lnd.conf"
	}
	return map[string]any{"metadata": meta(app, app), "data": map[string]any{key: strings.Join(lines, "\n") + "\n"}}
}

// volume is a claim that the rules accept.
func volume(app string) map[string]any {
	m := meta(app, app+"-data")
	if app == "lnd" {
		with(m, "true", "labels", "velero.io/exclude-from-backup")
	}
	return map[string]any{
		"metadata": m,
		"spec":     map[string]any{"accessModes": texts("ReadWriteOncePod"), "storageClassName": "keep"},
	}
}

// namespace is the nodes' namespace; without a network it has no label.
func namespace(network string) map[string]any {
	m := map[string]any{"name": "btc"}
	if network != "" {
		m["labels"] = map[string]any{networkLabel: network}
	}
	return map[string]any{"metadata": m}
}

func object(token, name string, props map[string]any) pack.Object {
	return pack.Object{Type: token, Name: name, Props: props}
}

func protected(o pack.Object) pack.Object {
	o.Protect = true
	return o
}
