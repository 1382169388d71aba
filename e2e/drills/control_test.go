package drills

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"gitlab.com/thinkmassive/satkube/e2e/live"
	"gitlab.com/thinkmassive/satkube/e2e/volumes"
)

// otherModesLetTwoIn is the counterpart of the drill: on a claim with ReadWriteOnce, two pods of a node hold the volume at the same time. It
// shows that the access mode is what keeps the second lnd away, and that the lookout would have seen it.
func otherModesLetTwoIn(t *testing.T, s *stage) {
	made, err := s.Client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "drill-control-"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	name, volumeName := made.Name, ""
	t.Cleanup(func() {
		// Nobody needs to wait for the end of pods that never ran.
		s.kubectl(t, "delete", "namespace", name, "--wait=false")
		s.kubectl(t, "delete", "persistentvolume", volumeName, "--wait=false")
	})
	_, err = s.Client.CoreV1().PersistentVolumeClaims(name).Create(t.Context(), &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: "data"},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes:      []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			StorageClassName: ptr.To(volumes.StorageClass),
			Resources:        corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Mi")}},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	for _, pod := range []string{"first", "second"} {
		_, err := s.Client.CoreV1().Pods(name).Create(t.Context(), &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: pod},
			Spec: corev1.PodSpec{
				AutomountServiceAccountToken:  ptr.To(false),
				TerminationGracePeriodSeconds: ptr.To[int64](1),
				// The image is in no registry: the volume is mounted before anybody looks for it.
				Containers: []corev1.Container{{
					Name: "idle", Image: "satkube.local/nothing:1", ImagePullPolicy: corev1.PullNever,
					VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/data"}},
				}},
				Volumes: []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{
					PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"},
				}}},
			},
		}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	live.Eventually(t, 30*time.Second, func(ctx context.Context) (string, bool) {
		bound, err := s.Client.CoreV1().PersistentVolumeClaims(name).Get(ctx, "data", metav1.GetOptions{})
		if err != nil || bound.Spec.VolumeName == "" {
			return fmt.Sprintf("the claim is not bound: %v", err), false
		}
		volumeName = bound.Spec.VolumeName
		made, err := s.Client.CoreV1().PersistentVolumes().Get(ctx, volumeName, metav1.GetOptions{})
		if err != nil {
			return err.Error(), false
		}
		holders, err := s.holders(volume{handle: made.Spec.CSI.VolumeHandle})
		return fmt.Sprintf("mounted for %v: %v", holders, err), len(holders) == 2
	})
}
