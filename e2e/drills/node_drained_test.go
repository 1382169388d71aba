package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"gitlab.com/thinkmassive/satkube/e2e/cluster"
)

// nodeIsDrained drains the node, first as somebody does who has not read the runbook, then as the runbook says.
func nodeIsDrained(t *testing.T, s *stage) {
	s.needsBitcoind(t)
	t.Cleanup(func() {
		if t.Failed() {
			s.kubectl(t, "uncordon", cluster.Node)
			s.kubectl(t, "--namespace", namespace, "scale", "statefulset", "bitcoind", "lnd", "--replicas", "1")
		}
	})
	lndData, bitcoindData := s.volume(t, "lnd-data"), s.volume(t, "bitcoind-data")
	identity, at := s.identity(t), s.awaitedTip(t)
	lnd, bitcoind := s.life(t, "lnd-0"), s.life(t, "bitcoind-0")
	w := s.watchLnd(t, lndData)

	drain := []string{"drain", cluster.Node, "--ignore-daemonsets", "--delete-emptydir-data"}
	_, err := s.Kubectl(t.Context(), append(drain, "--timeout=8s")...)
	require.ErrorContains(t, err, `Cannot evict pod as it would violate the pod's disruption budget`)
	for _, name := range []string{"bitcoind-0", "lnd-0"} {
		require.ErrorContains(t, err, `"`+name+`"`)
	}
	require.Equal(t, lnd, s.life(t, "lnd-0"))
	require.Equal(t, bitcoind, s.life(t, "bitcoind-0"))
	// The cluster's DNS has been evicted, and this cluster has no other node for it.
	s.kubectl(t, "uncordon", cluster.Node)
	s.kubectl(t, "--namespace", "kube-system", "rollout", "status", "deployment/coredns", "--timeout", "60s")

	// From here on as docs/runbooks/drain-a-node.md says.
	s.kubectl(t, "--namespace", namespace, "exec", "lnd-0", "-c", "lnd", "--",
		"lncli", "--lnddir", "/data/.lnd", "--network", "regtest", "pendingchannels")
	s.kubectl(t, "cordon", cluster.Node)
	s.stopGently(t, "lnd")
	require.NotEmpty(t, s.only(t, "bitcoind"), "bitcoind serves until lnd has stopped")
	s.stopGently(t, "bitcoind")
	s.kubectl(t, append(drain, "--timeout=60s")...)
	s.kubectl(t, "--namespace", namespace, "scale", "statefulset", "bitcoind", "--replicas", "1")
	s.kubectl(t, "--namespace", namespace, "scale", "statefulset", "lnd", "--replicas", "1")

	for _, name := range []string{"bitcoind-0", "lnd-0"} {
		waits := s.pod(t, name)
		said := s.awaitEvent(t, waits, 30*time.Second, "FailedScheduling", "unschedulable")
		t.Logf("%s: %s", name, said)
		require.Equal(t, corev1.PodPending, s.pod(t, name).Status.Phase)
	}
	s.kubectl(t, "uncordon", cluster.Node)
	s.awaitHealthy(t)

	w.end(t)
	require.Len(t, w.ran, 2, "one lnd before, one after")
	require.Equal(t, lndData, s.volume(t, "lnd-data"))
	require.Equal(t, bitcoindData, s.volume(t, "bitcoind-data"))
	require.Equal(t, identity, s.identity(t))
	now, err := s.tip(t.Context())
	require.NoError(t, err)
	require.Greater(t, now.Height, at.Height)
}

// awaitedTip is bitcoind's.
func (s *stage) awaitedTip(t *testing.T) tip {
	t.Helper()
	at, err := s.tip(t.Context())
	require.NoError(t, err)
	return at
}

// stopGently scales a set to none and sees its container end by itself, with status 0, within its grace.
func (s *stage) stopGently(t *testing.T, name string) {
	t.Helper()
	pod := s.pod(t, name+"-0")
	only := metav1.ListOptions{FieldSelector: "metadata.name=" + pod.Name}
	// The pod's own version may be older than what an API server knows that was restarted since.
	list, err := s.Client.CoreV1().Pods(namespace).List(t.Context(), only)
	require.NoError(t, err)
	only.ResourceVersion = list.ResourceVersion
	watcher, err := s.Client.CoreV1().Pods(namespace).Watch(t.Context(), only)
	require.NoError(t, err)
	defer watcher.Stop()
	begin := time.Now()
	s.kubectl(t, "--namespace", namespace, "scale", "statefulset", name, "--replicas", "0")
	var ended *corev1.ContainerStateTerminated
	for event := range watcher.ResultChan() {
		if seen, ok := event.Object.(*corev1.Pod); ok {
			for _, status := range seen.Status.ContainerStatuses {
				if status.Name == name && status.State.Terminated != nil {
					ended = status.State.Terminated
				}
			}
		}
		if event.Type == watch.Deleted {
			break
		}
	}
	took := time.Since(begin)
	s.kubectl(t, "--namespace", namespace, "wait", "--for", "delete", "pod/"+pod.Name, "--timeout", "1m")
	require.NotNil(t, ended, "%s: nobody saw its end", name)
	require.Zero(t, ended.ExitCode, "%s: %s", name, ended.Reason)
	t.Logf("%s ended by itself after %s; its grace is %d s", name, took.Round(100*time.Millisecond), *pod.Spec.TerminationGracePeriodSeconds)
	require.Less(t, took, time.Duration(*pod.Spec.TerminationGracePeriodSeconds)*time.Second)
}
