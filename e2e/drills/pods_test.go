package drills

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"gitlab.com/thinkmassive/satkube/e2e/cluster"
	"gitlab.com/thinkmassive/satkube/e2e/live"
)

func (s *stage) pod(t *testing.T, name string) *corev1.Pod {
	t.Helper()
	var pod *corev1.Pod
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		var err error
		pod, err = s.Client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		return fmt.Sprint(err), err == nil
	})
	return pod
}

// awaitPod waits for a pod of the name that is not an earlier one.
func (s *stage) awaitPod(t *testing.T, name string, earlier types.UID) *corev1.Pod {
	t.Helper()
	var pod *corev1.Pod
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		var err error
		pod, err = s.Client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		return "no pod but the earlier one", err == nil && pod.UID != earlier
	})
	return pod
}

// life is what tells a pod and its processes from later ones.
type life struct {
	UID types.UID
	// Containers are name, number of restarts and start.
	Containers []string
}

func (s *stage) life(t *testing.T, name string) life {
	t.Helper()
	pod := s.pod(t, name)
	l := life{UID: pod.UID}
	for _, status := range pod.Status.ContainerStatuses {
		started := "not running"
		if running := status.State.Running; running != nil {
			started = running.StartedAt.String()
		}
		l.Containers = append(l.Containers, fmt.Sprintf("%s: %d restarts, started %s", status.Name, status.RestartCount, started))
	}
	slices.Sort(l.Containers)
	return l
}

// volume is a claim's PersistentVolume.
type volume struct {
	name, handle, folder string
}

func (s *stage) volume(t *testing.T, claim string) volume {
	t.Helper()
	bound, err := s.Client.CoreV1().PersistentVolumeClaims(namespace).Get(t.Context(), claim, metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, corev1.ClaimBound, bound.Status.Phase)
	require.Equal(t, []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOncePod}, bound.Spec.AccessModes)
	made, err := s.Client.CoreV1().PersistentVolumes().Get(t.Context(), bound.Spec.VolumeName, metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, corev1.PersistentVolumeReclaimRetain, made.Spec.PersistentVolumeReclaimPolicy)
	require.NotNil(t, made.Spec.CSI)
	v := volume{name: made.Name, handle: made.Spec.CSI.VolumeHandle}
	v.folder = filepath.Join(cluster.VolumesFolder(s.Folder), "volumes", v.handle)
	require.DirExists(t, v.folder)
	return v
}

// awaitEvent waits until something is said about a pod that contains all the words.
func (s *stage) awaitEvent(t *testing.T, pod *corev1.Pod, within time.Duration, words ...string) string {
	t.Helper()
	found := ""
	live.Eventually(t, within, func(ctx context.Context) (string, bool) {
		events, err := s.Client.CoreV1().Events(pod.Namespace).List(ctx, metav1.ListOptions{
			FieldSelector: "involvedObject.uid=" + string(pod.UID),
		})
		if err != nil {
			return err.Error(), false
		}
		var said []string
		for _, event := range events.Items {
			said = append(said, event.Reason+": "+event.Message)
			if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(said[len(said)-1], word) }) {
				found = said[len(said)-1]
				return "", true
			}
		}
		return "events of " + pod.Name + ": " + strings.Join(said, " | "), false
	})
	return found
}

// awaitHealthy waits until bitcoind and lnd serve; without their images, until their pods stand on their volumes.
func (s *stage) awaitHealthy(t *testing.T) {
	t.Helper()
	live.Eventually(t, 2*time.Minute, func(ctx context.Context) (string, bool) {
		for _, name := range []string{"bitcoind-0", "lnd-0"} {
			pod, err := s.Client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
			switch {
			case err != nil:
				return err.Error(), false
			case pod.DeletionTimestamp != nil:
				return name + " is being deleted", false
			case pod.Status.PodIP == "":
				return name + " has no address", false
			}
		}
		return "", true
	})
	if s.real {
		s.awaitTip(t)
	}
}
