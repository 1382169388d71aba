package runtime

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/thinkmassive/satkube/e2e/cluster"
	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// stackPods are the workloads of the stack, NAMESPACE/NAME, each of one pod on a cluster of one node.
func stackPods() []string {
	return []string{
		node + "/bitcoind", node + "/bitcoind-exporter", node + "/lnd",
		agents + "/node-exporter",
		monitoring + "/alertmanager", monitoring + "/grafana", monitoring + "/kube-state-metrics", monitoring + "/prometheus",
	}
}

// pods returns the stack's pods that are not on their way out.
func pods(ctx context.Context, c *live.Cluster) ([]corev1.Pod, error) {
	list, err := c.Client.CoreV1().Pods("").List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/part-of=satkube"})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool { return pod.DeletionTimestamp != nil }), nil
}

func workload(pod corev1.Pod) string {
	return pod.Namespace + "/" + pod.Labels["app.kubernetes.io/name"]
}

func testPods(t *testing.T, c *live.Cluster) {
	store := readImages(t, c)
	var all []corev1.Pod
	// lnd makes its wallet first, which takes the quarter of a processor that it may have half a minute, and some probes come once a minute.
	live.Eventually(t, 4*time.Minute, func(ctx context.Context) (string, bool) {
		var err error
		if all, err = pods(ctx, c); err != nil {
			return err.Error(), false
		}
		var missing []string
		for _, pod := range all {
			missing = append(missing, unsettled(pod, store)...)
		}
		return strings.Join(missing, "; "), len(all) >= len(stackPods()) && len(missing) == 0
	})

	var found, run []string
	var rows []live.Row
	for _, pod := range all {
		found = append(found, workload(pod))
		require.Equal(t, cluster.Node, pod.Spec.NodeName, pod.Name)
		require.NotEmpty(t, pod.Status.PodIP, pod.Name)
		require.Equal(t, corev1.ConditionTrue, condition(pod, corev1.PodScheduled), pod.Name)
		runs, lacks := split(pod, store)
		switch {
		case len(lacks) == 0:
			run = append(run, workload(pod))
		case len(runs) > 0:
			rows = append(rows, live.Row{Name: "run in part: " + workload(pod), Result: "containers " + strings.Join(runs, ", ")})
		}
		for _, container := range lacks {
			rows = append(rows, live.Row{Name: "not run: " + workload(pod) + ", container " + container.Name, Result: store.whyNot(t, container.Image)})
		}
		for _, status := range statuses(pod) {
			require.Zero(t, status.RestartCount, "pod %s: container %s was started again: %+v", pod.Name, status.Name, status.LastTerminationState)
		}
	}
	require.ElementsMatch(t, stackPods(), found)
	c.Record(t, live.PodsRun, "admitted and scheduled", fmt.Sprintf("%d of %d", len(found), len(stackPods())))
	c.Record(t, live.PodsRun, "run", fmt.Sprintf("%d: %s", len(run), strings.Join(run, ", ")))
	for _, row := range rows {
		c.Record(t, live.PodsRun, row.Name, row.Result)
	}
}

// unsettled tells what of a pod is not yet as it has to be: containers with an image are ready, those without wait for it and for nothing else.
func unsettled(pod corev1.Pod, store imageStore) []string {
	var all []string
	for _, status := range statuses(pod) {
		state, want := describe(status), "ready"
		switch {
		case blocked(pod, status.Name, store):
			want = "waiting: PodInitializing"
		case !store.has(image(pod, status.Name)):
			want = "waiting for its image"
		case isInit(pod, status.Name):
			want = "completed"
		}
		if state != want {
			all = append(all, fmt.Sprintf("%s, container %s is %s, want %s", workload(pod), status.Name, state, want))
		}
	}
	if len(statuses(pod)) == 0 {
		all = append(all, workload(pod)+" has no container yet")
	}
	return all
}

func describe(status corev1.ContainerStatus) string {
	switch state := status.State; {
	case state.Waiting != nil && slices.Contains([]string{"ErrImagePull", "ImagePullBackOff"}, state.Waiting.Reason):
		return "waiting for its image"
	case state.Waiting != nil:
		return strings.TrimSpace("waiting: " + state.Waiting.Reason + " " + state.Waiting.Message)
	case state.Terminated != nil:
		return strings.ToLower(state.Terminated.Reason)
	case status.Ready:
		return "ready"
	default:
		return "running, but not ready"
	}
}

// blocked tells whether a container waits for an init container before it that has no image.
func blocked(pod corev1.Pod, name string, store imageStore) bool {
	for _, before := range pod.Spec.InitContainers {
		if before.Name == name {
			return false
		}
		if !store.has(before.Image) {
			return true
		}
	}
	return false
}

// split gives the names of a pod's containers that have an image, and those that have none and do not run for that reason.
func split(pod corev1.Pod, store imageStore) (runs []string, lacks []corev1.Container) {
	for _, container := range containers(pod) {
		switch {
		case !store.has(container.Image):
			lacks = append(lacks, container)
		case !blocked(pod, container.Name, store):
			runs = append(runs, container.Name)
		}
	}
	return runs, lacks
}

func containers(pod corev1.Pod) []corev1.Container {
	return slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers)
}

func statuses(pod corev1.Pod) []corev1.ContainerStatus {
	return slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses)
}

func isInit(pod corev1.Pod, name string) bool {
	return slices.ContainsFunc(pod.Spec.InitContainers, func(container corev1.Container) bool { return container.Name == name })
}

func image(pod corev1.Pod, name string) string {
	for _, container := range containers(pod) {
		if container.Name == name {
			return container.Image
		}
	}
	return ""
}

func condition(pod corev1.Pod, kind corev1.PodConditionType) corev1.ConditionStatus {
	for _, found := range pod.Status.Conditions {
		if found.Type == kind {
			return found.Status
		}
	}
	return corev1.ConditionUnknown
}
