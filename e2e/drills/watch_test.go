package drills

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"
)

// watchEvery is how often a lookout looks. lnd needs longer than that between its start and the first look at its database.
const watchEvery = 50 * time.Millisecond

// lookout looks all the time at who has lnd's volume, and at the processes that are lnd.
type lookout struct {
	stop context.CancelFunc
	done sync.WaitGroup

	looks int
	wrong []string
	// mounted and ran are the pods that had the volume and that had an lnd, in their order.
	mounted, ran []types.UID
}

// watchLnd begins to watch until ended.
func (s *stage) watchLnd(t *testing.T, v volume) *lookout {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	w := &lookout{stop: stop}
	w.done.Go(func() {
		for tick := time.NewTicker(watchEvery); ; {
			w.look(s, v)
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
			}
		}
	})
	t.Cleanup(func() { stop(); w.done.Wait() })
	return w
}

func (w *lookout) look(s *stage, v volume) {
	w.looks++
	processes, err := s.processes("lnd")
	if err != nil {
		w.wrong = append(w.wrong, err.Error())
	}
	if len(processes) > 1 {
		w.wrong = append(w.wrong, fmt.Sprintf("%d processes are lnd: %v", len(processes), processes))
	}
	for _, p := range processes {
		w.ran = appendNew(w.ran, p.pod)
	}
	holders, err := s.holders(v)
	if err != nil {
		w.wrong = append(w.wrong, err.Error())
	}
	if len(holders) > 1 {
		w.wrong = append(w.wrong, fmt.Sprintf("the volume is mounted for %v", holders))
	}
	for _, pod := range holders {
		w.mounted = appendNew(w.mounted, pod)
	}
}

func appendNew(all []types.UID, one types.UID) []types.UID {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}

// holders are the pods for which a volume is mounted on the node.
func (s *stage) holders(v volume) ([]types.UID, error) {
	table, err := os.Open(fmt.Sprintf("/proc/%d/mountinfo", s.Machine.PID))
	if err != nil {
		return nil, err
	}
	defer table.Close()
	var pods []types.UID
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		// Of proc_pid_mountinfo(5): the fourth field is the mounted folder in its file system, the fifth is where it is.
		fields := strings.Fields(lines.Text())
		if len(fields) < 5 || !strings.HasSuffix(fields[3], filepath.Join("/volumes", "volumes", v.handle)) {
			continue
		}
		_, rest, _ := strings.Cut(fields[4], "/kubelet/pods/")
		pod, _, _ := strings.Cut(rest, "/")
		pods = appendNew(pods, types.UID(pod))
	}
	return pods, lines.Err()
}

// end ends it: there was never more than one lnd, nor more than one pod with its volume.
func (w *lookout) end(t *testing.T) {
	t.Helper()
	w.stop()
	w.done.Wait()
	require.Empty(t, w.wrong)
	require.Greater(t, w.looks, 10)
	t.Logf("looked %d times for a second lnd: there was none", w.looks)
}
