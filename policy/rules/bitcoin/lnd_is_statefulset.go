package bitcoin

import "gitlab.com/thinkmassive/satkube/policy/pack"

var lndIsStatefulSet = pack.Rule{
	Name:     "lnd-is-statefulset",
	Types:    pack.Kinds("Pod", "Deployment", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "A Lightning node is a StatefulSet and nothing else.",
	Why: "Every other controller may start the next pod before the last one has ended: at a rolling update, on each node, or after a node " +
		"went silent. For that while two lnd processes act for one seed. A bare pod is not started again when its node dies.",
	Fix:  "Make it a StatefulSet with spec.replicas 1. Give helpers of the node another app.kubernetes.io/name.",
	Refs: []string{"lnd docs/safety.md", "Kubernetes design proposal storage/pod-safety.md"},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Kind() != "StatefulSet" && len(lnd.pods(r)) > 0 {
			violate("spec runs lnd outside of a StatefulSet.")
		}
	},
	Pass: pack.Cases{
		"a StatefulSet": pack.One(statefulSet, lndSet()),
		"no node":       pack.One(deployment, another()),
		"a client of lnd": pack.One(deployment, with(another(),
			map[string]any{"name": "c", "image": "lightninglabs/lnd:v1", "command": texts("/bin/sh", "-c", "until lncli state; do sleep 1; done; echo \"lnd is up\"")},
			inside()...)),
	},
	Fail: pack.Cases{
		"a Deployment":    pack.One(deployment, lndSet()),
		"without labels":  pack.One(deployment, unlabelled(lndSet())),
		"a DaemonSet":     pack.One("kubernetes:apps/v1:DaemonSet", lndSet()),
		"a Job":           pack.One("kubernetes:batch/v1:Job", unlabelled(lndSet())),
		"a pod by itself": pack.One("kubernetes:core/v1:Pod", pod(lndSet())),
		"pods of a list":  pack.One("kubernetes:core/v1:PodList", list(pod(lndSet()))),
		"a CronJob": pack.One("kubernetes:batch/v1:CronJob", map[string]any{
			"spec": map[string]any{"jobTemplate": map[string]any{"spec": lndSet()["spec"]}},
		}),
		"a sidecar among init containers": pack.One(deployment, with(another(),
			[]any{map[string]any{"name": "node", "image": "ghcr.io/x/lnd", "restartPolicy": "Always"}}, inPod("initContainers")...)),
	},
}
