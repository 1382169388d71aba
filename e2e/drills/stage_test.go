package drills

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// namespace is that of stack regtest's node.
const namespace = "bitcoin-regtest"

// stage is the cluster with stack regtest on it.
type stage struct {
	*live.Cluster
	// project is a folder with the files of the project that the drills change: the committed ones stay as they are.
	project string
	// real says that the images of bitcoind and lnd are there. Without them their pods are scheduled and have their volumes, and that is all.
	real bool
}

// settings are those of a stack, as its file has them.
type settings = map[string]any

// prepare brings up the stack as the drills need it, with pods that are as new as their templates.
func prepare(t *testing.T, c *live.Cluster) *stage {
	t.Helper()
	// Not of this test alone: every drill works in it.
	folder, err := os.MkdirTemp(c.Folder, "drills-")
	require.NoError(t, err)
	t.Logf("bringing the stack up and its pods to the newest template: about 40 seconds")
	s := &stage{Cluster: c, project: folder}
	s.configure(t, nil)
	s.up(t)
	s.real = s.hasImages(t)
	// A drill that failed before may have left them without a pod, and an update does not look at what others changed.
	s.kubectl(t, "scale", "statefulset", "bitcoind", "lnd", "--namespace", namespace, "--replicas", "1")
	for _, name := range []string{"lnd", "bitcoind"} {
		if set := s.set(t, name); s.pod(t, name+"-0").Labels[appsv1.ControllerRevisionHashLabelKey] != set.Status.UpdateRevision {
			s.kubectl(t, "delete", "pod", "--namespace", namespace, name+"-0")
		}
	}
	s.awaitHealthy(t)
	return s
}

// configure writes the stack's file into the drills' project, changed. The drills leave the monitoring out: the image of lndmon, a
// container of lnd's pod then, is in no package registry, and a pod with a container that has never started counts as pending: it is
// evicted without a question to its disruption budget.
func (s *stage) configure(t *testing.T, change func(platform settings)) {
	t.Helper()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.regtest.yaml"} {
		text, err := os.ReadFile(filepath.Join(s.Repository, name))
		require.NoError(t, err)
		if name == "Pulumi.regtest.yaml" {
			var file settings
			require.NoError(t, yaml.Unmarshal(text, &file))
			platform := file["config"].(settings)["satkube:platform"].(settings)
			delete(platform, "monitoring")
			if change != nil {
				change(platform)
			}
			text, err = yaml.Marshal(file)
			require.NoError(t, err)
		}
		require.NoError(t, os.WriteFile(filepath.Join(s.project, name), text, 0o600))
	}
}

// bitcoindOf are the settings of the stack's bitcoind.
func bitcoindOf(platform settings) settings {
	return platform["nodes"].([]any)[0].(settings)["bitcoind"].(settings)
}

// sandbox is bin/sandbox for the stack in the drills' project. The policy pack is left out, because it refuses exemptions that nothing
// needs, and those of the monitoring are.
func (s *stage) sandbox(ctx context.Context, words ...string) *exec.Cmd {
	words = append(words, "--stack", "regtest", "--color", "never")
	if words[0] == "up" || words[0] == "preview" {
		words = append(words, "--no-policy")
	}
	command := s.Sandbox(ctx, words...)
	command.Dir = s.project
	return command
}

// run runs a command of the sandbox to its end and returns what it wrote.
func (s *stage) run(t *testing.T, words ...string) (string, error) {
	t.Helper()
	// Not the test's context, which has ended when it tidies up.
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	out, err := s.sandbox(ctx, words...).CombinedOutput()
	return string(out), err
}

func (s *stage) up(t *testing.T) {
	t.Helper()
	out, err := s.run(t, "up")
	require.NoError(t, err, out)
}

func (s *stage) expectNoChanges(t *testing.T) {
	t.Helper()
	out, err := s.run(t, "preview", "--expect-no-changes")
	require.NoError(t, err, out)
}

func (s *stage) kubectl(t *testing.T, words ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	out, err := s.Kubectl(ctx, words...)
	require.NoError(t, err)
	return out
}

// hasImages says whether the containers of the node can run.
func (s *stage) hasImages(t *testing.T) bool {
	t.Helper()
	there := s.NodeImages(t)
	for _, name := range []string{"bitcoind", "lnd"} {
		for _, container := range s.set(t, name).Spec.Template.Spec.Containers {
			if !there.Has(container.Image) {
				t.Logf("image %s is not there", container.Image)
				return false
			}
		}
	}
	return true
}

// needsBitcoind skips a drill that shows nothing without running containers.
func (s *stage) needsBitcoind(t *testing.T) {
	t.Helper()
	if !s.real {
		t.Skip("the images of bitcoind and lnd are not on the node: set E2E_BITCOIND to a bitcoind of yours")
	}
}

func (s *stage) set(t *testing.T, name string) *appsv1.StatefulSet {
	t.Helper()
	set, err := s.Client.AppsV1().StatefulSets(namespace).Get(t.Context(), name, metav1.GetOptions{})
	require.NoError(t, err)
	return set
}
