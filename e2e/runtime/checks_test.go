package runtime

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// The tests of this file need no cluster: they show that the checks of the others refuse what they have to.

const confinedStatus = `Name:	lnd
Uid:	10102	10102	10102	10102
Gid:	10102	10102	10102	10102
CapInh:	0000000000000000
CapPrm:	0000000000000000
CapEff:	0000000000000000
CapBnd:	0000000000000000
CapAmb:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
`

const confinedMounts = `700 690 0:60 / / ro,relatime - overlay overlay rw
701 700 0:61 / /proc rw,nosuid - proc proc rw
`

const tokenLine = "702 700 0:62 / /run/secrets/kubernetes.io/serviceaccount ro,relatime - tmpfs tmpfs rw\n"

func TestConfinement_NamesEachThingThatAProcessHasTooMuch(t *testing.T) {
	for name, tc := range map[string]struct {
		want           confinement
		status, mounts string
		lacks          string
	}{
		"confined":             {confinement{user: "10102"}, confinedStatus, confinedMounts, ""},
		"confined with token":  {confinement{user: "10102", token: true}, confinedStatus, confinedMounts + tokenLine, ""},
		"token below /var/run": {confinement{user: "10102", token: true}, confinedStatus, confinedMounts + strings.Replace(tokenLine, "/run", "/var/run", 1), ""},
		"root is wanted":       {confinement{user: "0"}, strings.ReplaceAll(confinedStatus, "10102", "0"), confinedMounts, "as root"},
		"another user":         {confinement{user: "10102"}, strings.Replace(confinedStatus, "Uid:\t10102", "Uid:\t0", 1), confinedMounts, "Uid is"},
		"another group":        {confinement{user: "10102"}, strings.Replace(confinedStatus, "Gid:\t10102", "Gid:\t0", 1), confinedMounts, "Gid is"},
		"a capability":         {confinement{user: "10102"}, strings.Replace(confinedStatus, "CapEff:\t0000000000000000", "CapEff:\t0000000000000400", 1), confinedMounts, "CapEff is"},
		"one to be had":        {confinement{user: "10102"}, strings.Replace(confinedStatus, "CapBnd:\t0000000000000000", "CapBnd:\t00000000a80425fb", 1), confinedMounts, "CapBnd is"},
		"new privileges":       {confinement{user: "10102"}, strings.Replace(confinedStatus, "NoNewPrivs:\t1", "NoNewPrivs:\t0", 1), confinedMounts, "NoNewPrivs is"},
		"no seccomp":           {confinement{user: "10102"}, strings.Replace(confinedStatus, "Seccomp:\t2", "Seccomp:\t0", 1), confinedMounts, "Seccomp is"},
		"no status":            {confinement{user: "10102"}, "", confinedMounts, "Uid is"},
		"writable root":        {confinement{user: "10102"}, confinedStatus, strings.Replace(confinedMounts, "/ / ro", "/ / rw", 1), "the root directory"},
		"token not asked for":  {confinement{user: "10102"}, confinedStatus, confinedMounts + tokenLine, "it has a token"},
		"token missing":        {confinement{user: "10102", token: true}, confinedStatus, confinedMounts, "it has a token"},
		"token writable":       {confinement{user: "10102", token: true}, confinedStatus, confinedMounts + strings.Replace(tokenLine, " ro,", " rw,", 1), "the token is"},
	} {
		t.Run(name, func(t *testing.T) {
			found := tc.want.lacking(tc.status, tc.mounts)
			if tc.lacks == "" {
				require.Empty(t, found)
				return
			}
			require.Contains(t, strings.Join(found, "; "), tc.lacks)
		})
	}
}

const pinned = "docker.io/a/b:1@sha256:c"

// There is an image b, as containerd knows one that was imported, and none else.
func store() imageStore {
	return imageStore{present: map[string]bool{"docker.io/a/b@sha256:c": true, "docker.io/a/b:1": true}, references: map[string]string{"b": "docker.io/a/b:1", "d": "docker.io/a/d:1"}}
}

func TestImageStore_TakesAnImageForThereByItsDigest(t *testing.T) {
	s := store()
	require.True(t, s.has(pinned))
	require.True(t, s.has("docker.io/a/b:1"))
	require.False(t, s.has("docker.io/a/b:1@sha256:d"))
	require.False(t, s.has("docker.io/a/d:1"))
	require.True(t, s.hasAll())
	require.True(t, s.hasAll("b"))
	require.False(t, s.hasAll("b", "d"))
	require.False(t, s.hasAll("unknown"))
}

func TestUnsettled_AcceptsAContainerInTheStateThatItsImageAllows(t *testing.T) {
	waiting := func(reason string) corev1.ContainerState {
		return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}
	}
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	ended := func(reason string) corev1.ContainerState {
		return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: reason}}
	}
	const missing = "docker.io/a/d:1"
	for name, tc := range map[string]struct {
		initImage, image string
		initially, then  corev1.ContainerState
		ready            bool
		want             string // of the container that is not as it should be; empty: both are
	}{
		"runs and is ready":                        {pinned, pinned, ended("Completed"), running, true, ""},
		"runs and is not ready":                    {pinned, pinned, ended("Completed"), running, false, "main is running, but not ready, want ready"},
		"its init container runs":                  {pinned, pinned, running, waiting("PodInitializing"), false, "first is running, but not ready, want completed"},
		"its init container failed":                {pinned, pinned, ended("Error"), waiting("PodInitializing"), false, "first is error, want completed"},
		"crashes":                                  {pinned, pinned, ended("Completed"), waiting("CrashLoopBackOff"), false, "main is waiting: CrashLoopBackOff, want ready"},
		"waits for its image":                      {pinned, missing, ended("Completed"), waiting("ErrImagePull"), false, ""},
		"still waits for its image":                {pinned, missing, ended("Completed"), waiting("ImagePullBackOff"), false, ""},
		"has no image and a broken configuration":  {pinned, missing, ended("Completed"), waiting("CreateContainerConfigError"), false, "main is waiting: CreateContainerConfigError, want waiting for its image"},
		"has an image and waits for one":           {pinned, pinned, ended("Completed"), waiting("ImagePullBackOff"), false, "main is waiting for its image, want ready"},
		"the image of its init container is none":  {missing, pinned, waiting("ImagePullBackOff"), waiting("PodInitializing"), false, ""},
		"neither has an image":                     {missing, missing, waiting("ErrImagePull"), waiting("PodInitializing"), false, ""},
		"runs though its init container never did": {missing, pinned, waiting("ImagePullBackOff"), running, true, "main is ready, want waiting: PodInitializing"},
	} {
		t.Run(name, func(t *testing.T) {
			pod := corev1.Pod{}
			pod.Spec.InitContainers = []corev1.Container{{Name: "first", Image: tc.initImage}}
			pod.Spec.Containers = []corev1.Container{{Name: "main", Image: tc.image}}
			pod.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "first", State: tc.initially}}
			pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: tc.then, Ready: tc.ready}}
			found := unsettled(pod, store())
			if tc.want == "" {
				require.Empty(t, found)
				return
			}
			require.Contains(t, strings.Join(found, "; "), "container "+tc.want)
		})
	}
	require.NotEmpty(t, unsettled(corev1.Pod{}, store()), "a pod that the kubelet has not seen")
}
