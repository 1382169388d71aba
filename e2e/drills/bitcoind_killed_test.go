package drills

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// bitcoindIsKilled ends bitcoind without a warning while it takes in blocks, as the kernel does that has no memory left.
func bitcoindIsKilled(t *testing.T, s *stage) {
	s.needsBitcoind(t)
	data := s.volume(t, "bitcoind-data")
	pod, before, lnd := s.pod(t, "bitcoind-0"), s.only(t, "bitcoind"), s.life(t, "lnd-0")
	process := s.only(t, "lnd")
	start, err := s.tip(t.Context())
	require.NoError(t, err)

	// The load: blocks as fast as they can be made, until the connection to bitcoind breaks.
	var mined atomic.Int64
	loaded := make(chan error, 1)
	go func() {
		for {
			if err := s.mine(t.Context(), 5); err != nil {
				loaded <- err
				return
			}
			mined.Add(5)
		}
	}()
	live.Eventually(t, 30*time.Second, func(context.Context) (string, bool) {
		return fmt.Sprintf("%d blocks", mined.Load()), mined.Load() >= 50
	})
	require.NoError(t, syscall.Kill(before.pid, syscall.SIGKILL))
	require.Error(t, <-loaded)

	// It comes back by itself: the same pod, the same volume, one restart more.
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		now := s.pod(t, "bitcoind-0").Status.ContainerStatuses[0]
		_, err := s.tip(ctx)
		return fmt.Sprint(err), now.RestartCount > pod.Status.ContainerStatuses[0].RestartCount && err == nil
	})
	now := s.pod(t, "bitcoind-0")
	require.Equal(t, pod.UID, now.UID)
	require.Equal(t, pod.Status.ContainerStatuses[0].RestartCount+1, now.Status.ContainerStatuses[0].RestartCount)
	require.EqualValues(t, 137, now.Status.ContainerStatuses[0].LastTerminationState.Terminated.ExitCode)
	require.Equal(t, data, s.volume(t, "bitcoind-data"))
	require.NotEqual(t, before, s.only(t, "bitcoind"))

	// It has what it had written to its databases, the blocks behind that it has to be given again: by its peers, and here by us.
	written, back := s.loadedHeight(t, true), s.loadedHeight(t, false)
	require.GreaterOrEqual(t, back, written)
	blocks, err := blocksOf(filepath.Join(data.folder, "regtest", "blocks"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(blocks), start.Height+int(mined.Load()), "a block that bitcoind told of is on its disk")
	t.Logf("killed at height %d, back at %d; it began at %d", len(blocks)-1, back, written)
	s.submit(t, blocks)
	at, err := s.tip(t.Context())
	require.NoError(t, err)
	require.GreaterOrEqual(t, at.Height, start.Height+int(mined.Load()))

	// lnd has noticed nothing: no restart, and it follows the chain.
	s.awaitHealthy(t)
	require.Equal(t, lnd, s.life(t, "lnd-0"))
	require.Equal(t, process, s.only(t, "lnd"))
	requireNoOtherPod(t, s)
}

// requireNoOtherPod wants the node to have one bitcoind and one lnd.
func requireNoOtherPod(t *testing.T, s *stage) {
	t.Helper()
	pods, err := s.Client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/name in (bitcoind, lnd)"})
	require.NoError(t, err)
	var names []string
	for _, p := range pods.Items {
		names = append(names, p.Name)
	}
	require.Equal(t, "bitcoind-0 lnd-0", strings.Join(names, " "))
}
