package runtime

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// tokenMount is where a token for the Kubernetes API is. /var/run is a link to /run in most images, and the mount is then seen there.
const tokenMount = "/run/secrets/kubernetes.io/serviceaccount"

// askForToken are the workloads that talk to the Kubernetes API: kube-state-metrics lists objects, Prometheus finds targets. No other pod has business there.
func askForToken() []string {
	return []string{monitoring + "/kube-state-metrics", monitoring + "/prometheus"}
}

// testProcesses reads /proc of each container's first process, in the machine: what the kernel enforces, not what a manifest asks for.
func testProcesses(t *testing.T, c *live.Cluster) {
	all, err := pods(t.Context(), c)
	require.NoError(t, err)
	pids := taskPIDs(t, c)
	looked := 0
	for _, pod := range all {
		for _, status := range pod.Status.ContainerStatuses {
			if status.State.Running == nil {
				continue
			}
			_, id, _ := strings.Cut(status.ContainerID, "://")
			require.Contains(t, pids, id, "pod %s: container %s runs and containerd has no task of it", pod.Name, status.Name)
			t.Run(workload(pod)+" "+status.Name, func(t *testing.T) { testProcess(t, c, pod, pids[id]) })
			looked++
		}
	}
	require.Positive(t, looked, "no container runs")
}

func testProcess(t *testing.T, c *live.Cluster, pod corev1.Pod, pid string) {
	t.Helper()
	want := confinement{
		user:  strconv.FormatInt(*pod.Spec.SecurityContext.RunAsUser, 10),
		token: slices.Contains(askForToken(), workload(pod)),
	}
	require.Empty(t, want.lacking(read(t, c, "/proc/"+pid+"/status"), read(t, c, "/proc/"+pid+"/mountinfo")))
}

// confinement is what a process of the platform is held to.
type confinement struct {
	user  string // its user and group
	token bool   // whether it has one for the Kubernetes API
}

// lacking tells what is otherwise, from a process' status and mountinfo, proc(5).
func (f confinement) lacking(status, mountinfo string) []string {
	fields := map[string]string{}
	for line := range strings.Lines(status) {
		key, value, _ := strings.Cut(line, ":")
		fields[key] = strings.Join(strings.Fields(value), " ")
	}
	var all []string
	expect := func(what, is, want string) {
		if is != want {
			all = append(all, fmt.Sprintf("%s is %q, want %q", what, is, want))
		}
	}
	if f.user == "0" {
		all = append(all, "it is meant to run as root")
	}
	// Real, effective, saved and file system id.
	four := strings.Join([]string{f.user, f.user, f.user, f.user}, " ")
	expect("Uid", fields["Uid"], four)
	expect("Gid", fields["Gid"], four)
	for _, set := range []string{"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"} {
		expect(set, fields[set], strings.Repeat("0", 16))
	}
	expect("NoNewPrivs", fields["NoNewPrivs"], "1")
	// 2 is a filter, 0 none.
	expect("Seccomp", fields["Seccomp"], "2")

	mounts := mountOptions(mountinfo)
	if !slices.Contains(mounts["/"], "ro") {
		all = append(all, fmt.Sprintf("the root directory is mounted with %q, want ro", mounts["/"]))
	}
	if options, has := mounts[tokenMount]; has != f.token {
		all = append(all, fmt.Sprintf("it has a token for the Kubernetes API: %t, want %t", has, f.token))
	} else if has && !slices.Contains(options, "ro") {
		all = append(all, fmt.Sprintf("the token is mounted with %q, want ro", options))
	}
	return all
}

// mountOptions gives the options of each mount point, proc(5). Of mounts on top of each other it is the last one that a process sees.
func mountOptions(mountinfo string) map[string][]string {
	options := map[string][]string{}
	for line := range strings.Lines(mountinfo) {
		if fields := strings.Fields(line); len(fields) > 5 {
			options[strings.TrimPrefix(fields[4], "/var")] = strings.Split(fields[5], ",")
		}
	}
	return options
}

// taskPIDs gives the process id, in the machine, of each container that runs.
func taskPIDs(t *testing.T, c *live.Cluster) map[string]string {
	t.Helper()
	out, err := c.Machine.Command(t.Context(), "ctr", "--namespace=k8s.io", "tasks", "list").CombinedOutput()
	require.NoError(t, err, "%s", out)
	pids := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) == 3 {
			pids[fields[0]] = fields[1]
		}
	}
	return pids
}

func read(t *testing.T, c *live.Cluster, path string) string {
	t.Helper()
	out, err := c.Machine.Command(t.Context(), "cat", path).CombinedOutput()
	require.NoError(t, err, "%s: %s", path, out)
	return string(out)
}
