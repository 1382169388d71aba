package drills

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
)

// bitcoindIsChanged rolls a changed setting of bitcoind out: nothing restarts by itself, and lnd not at all.
func bitcoindIsChanged(t *testing.T, s *stage) {
	lnd, bitcoind := s.life(t, "lnd-0"), s.pod(t, "bitcoind-0")
	data := s.volume(t, "bitcoind-data")
	var processes []process
	if s.real {
		processes = []process{s.only(t, "lnd"), s.only(t, "bitcoind")}
	}
	s.configure(t, func(platform settings) { bitcoindOf(platform)["dbcacheMiB"] = 60 })
	s.up(t)
	s.expectNoChanges(t)
	changed := s.set(t, "bitcoind")
	require.Equal(t, changed.Generation, changed.Status.ObservedGeneration)
	require.NotEqual(t, bitcoind.Labels[appsv1.ControllerRevisionHashLabelKey], changed.Status.UpdateRevision, "the setting is in the template")
	require.Equal(t, bitcoind.UID, s.pod(t, "bitcoind-0").UID)
	require.Equal(t, lnd, s.life(t, "lnd-0"))
	if s.real {
		require.Equal(t, processes, []process{s.only(t, "lnd"), s.only(t, "bitcoind")})
	}

	// From here on as docs/runbooks/change-bitcoind.md says.
	s.kubectl(t, "delete", "pod", "--namespace", namespace, "bitcoind-0")
	next := s.awaitPod(t, "bitcoind-0", bitcoind.UID)
	s.awaitHealthy(t)
	require.Equal(t, s.set(t, "bitcoind").Status.UpdateRevision, next.Labels[appsv1.ControllerRevisionHashLabelKey])
	require.Equal(t, data, s.volume(t, "bitcoind-data"))
	require.Equal(t, lnd, s.life(t, "lnd-0"))
	if s.real {
		text, err := s.Exec(t.Context(), namespace, "bitcoind-0", "bitcoind", "cat", "/etc/bitcoin/bitcoin.conf")
		require.NoError(t, err)
		require.Contains(t, text, "dbcache=60\n")
		require.Equal(t, processes[0], s.only(t, "lnd"), "lnd's process has not restarted")
		require.NotEqual(t, processes[1], s.only(t, "bitcoind"))
	}
}
