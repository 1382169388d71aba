package drills

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"gitlab.com/thinkmassive/satkube/e2e/cluster"
	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// lndIsDeletedByForce takes lnd's pod out of the API while lnd hangs and holds its volume, and puts other pods on that volume. There is
// never a second lnd: the access mode of the claim keeps it away, at the scheduler and at kubelet.
func lndIsDeletedByForce(t *testing.T, s *stage) {
	v := s.volume(t, "lnd-data")
	lnd := s.pod(t, "lnd-0")
	w := s.watchLnd(t, v)

	t.Run("other access modes let two in", func(t *testing.T) { otherModesLetTwoIn(t, s) })
	t.Run("a second pod is not scheduled", func(t *testing.T) {
		second := s.second(t, lnd, "second-lnd", "")
		said := s.awaitEvent(t, second, 30*time.Second, "FailedScheduling", "ReadWriteOncePod")
		t.Log(said)
		s.remove(t, second)
	})
	t.Run("a second pod that is put on the node is not started", func(t *testing.T) {
		second := s.second(t, lnd, "third-lnd", cluster.Node)
		said := s.awaitEvent(t, second, 30*time.Second, "FailedMount", "ReadWriteOncePod", "in use by another pod")
		t.Log(said)
		s.requireNotStarted(t, second)
		s.remove(t, second)
	})
	t.Run("a changed template waits", func(t *testing.T) { templateWaits(t, s, lnd) })

	thaw := s.freeze(t, lnd.UID)
	s.kubectl(t, "delete", "pod", "--namespace", namespace, "lnd-0", "--force", "--grace-period=0")
	next := s.awaitPod(t, "lnd-0", lnd.UID)
	said := s.awaitEvent(t, next, 30*time.Second, "FailedMount", "ReadWriteOncePod", "in use by another pod")
	t.Log(said)
	// kubelet tries again and again, and ends what it can of the old pod meanwhile.
	time.Sleep(5 * time.Second)
	holders, err := s.holders(v)
	require.NoError(t, err)
	require.Equal(t, []types.UID{lnd.UID}, holders, "the old pod holds the volume as long as its processes are there")
	s.requireNotStarted(t, next)
	thaw()

	s.awaitHealthy(t)
	w.end(t)
	require.Equal(t, []types.UID{lnd.UID, next.UID}, w.mounted)
	if s.real {
		require.Equal(t, []types.UID{lnd.UID, next.UID}, w.ran)
	}
}

// second makes another pod like lnd's, on the same claim: same labels, same user. With a node it passes the scheduler over.
func (s *stage) second(t *testing.T, lnd *corev1.Pod, name, node string) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: map[string]string{}}, Spec: *lnd.Spec.DeepCopy()}
	for key, value := range lnd.Labels {
		if key != appsv1.StatefulSetPodNameLabel && key != appsv1.PodIndexLabel && key != appsv1.ControllerRevisionHashLabelKey {
			pod.Labels[key] = value
		}
	}
	pod.Spec.NodeName, pod.Spec.Hostname = node, name
	made, err := s.Client.CoreV1().Pods(namespace).Create(t.Context(), pod, metav1.CreateOptions{})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = s.Client.CoreV1().Pods(namespace).Delete(context.Background(), name, metav1.DeleteOptions{})
	})
	return made
}

func (s *stage) remove(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	pods := s.Client.CoreV1().Pods(pod.Namespace)
	require.NoError(t, pods.Delete(t.Context(), pod.Name, metav1.DeleteOptions{}))
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		_, err := pods.Get(ctx, pod.Name, metav1.GetOptions{})
		return fmt.Sprintf("%s is still there: %v", pod.Name, err), apierrors.IsNotFound(err)
	})
}

// requireNotStarted wants a pod of which no container has ever run.
func (s *stage) requireNotStarted(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	now := s.pod(t, pod.Name)
	require.Equal(t, pod.UID, now.UID)
	require.Equal(t, corev1.PodPending, now.Status.Phase)
	for _, statuses := range [][]corev1.ContainerStatus{now.Status.InitContainerStatuses, now.Status.ContainerStatuses} {
		for _, status := range statuses {
			require.NotNil(t, status.State.Waiting, "%s: %+v", status.Name, status.State)
			require.Zero(t, status.LastTerminationState)
		}
	}
}

// templateWaits changes lnd's template and takes the change back: the running pod is older than its template, and stays.
func templateWaits(t *testing.T, s *stage, lnd *corev1.Pod) {
	patch := func(value string) {
		s.kubectl(t, "patch", "statefulset", "lnd", "--namespace", namespace, "--type=merge",
			`--patch={"spec":{"template":{"metadata":{"annotations":{"satkube.com/drill":`+value+`}}}}}`)
	}
	before := s.life(t, "lnd-0")
	patch(`"` + string(lnd.UID) + `"`)
	t.Cleanup(func() { patch("null") })
	live.Eventually(t, 30*time.Second, func(ctx context.Context) (string, bool) {
		set, err := s.Client.AppsV1().StatefulSets(namespace).Get(ctx, "lnd", metav1.GetOptions{})
		if err != nil {
			return err.Error(), false
		}
		seen := set.Status.ObservedGeneration == set.Generation
		return "the controller has not seen the change", seen && set.Status.UpdateRevision != lnd.Labels[appsv1.ControllerRevisionHashLabelKey]
	})
	// The controller of another strategy deletes the pod in the same moment.
	time.Sleep(2 * time.Second)
	require.Equal(t, before, s.life(t, "lnd-0"))
	require.Nil(t, s.pod(t, "lnd-0").DeletionTimestamp)
}
