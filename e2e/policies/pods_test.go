package policies_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/thinkmassive/satkube/e2e/policies"
)

// pod is one of a stack with one port.
func pod(change func(*corev1.Pod)) corev1.Pod {
	p := corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "bitcoin", Name: "lnd-0", Labels: map[string]string{"app.kubernetes.io/name": "lnd"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "lnd", Ports: []corev1.ContainerPort{{Name: "rpc", ContainerPort: 10009}}}}},
		Status:     corev1.PodStatus{PodIP: "10.0.0.1"},
	}
	change(&p)
	return p
}

func waiting(container, reason string) []corev1.ContainerStatus {
	return []corev1.ContainerStatus{{
		Name: container, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}},
	}}
}

func TestFromPods_OpensPortsOnlyWhereNoProgramCanTakeThem(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*corev1.Pod)
		open   bool
	}{
		"it runs":                       {func(*corev1.Pod) {}, false},
		"it is being made":              {func(p *corev1.Pod) { p.Status.ContainerStatuses = waiting("lnd", "ContainerCreating") }, false},
		"it is started again":           {func(p *corev1.Pod) { p.Status.ContainerStatuses = waiting("lnd", "CrashLoopBackOff") }, false},
		"another one's image is away":   {func(p *corev1.Pod) { p.Status.ContainerStatuses = waiting("lndmon", "ImagePullBackOff") }, false},
		"its image is away":             {func(p *corev1.Pod) { p.Status.ContainerStatuses = waiting("lnd", "ImagePullBackOff") }, true},
		"its image was just asked for":  {func(p *corev1.Pod) { p.Status.ContainerStatuses = waiting("lnd", "ErrImagePull") }, true},
		"an image before it is away":    {func(p *corev1.Pod) { p.Status.InitContainerStatuses = waiting("wait", "ErrImagePull") }, true},
		"what is before it is not done": {func(p *corev1.Pod) { p.Status.InitContainerStatuses = waiting("wait", "PodInitializing") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			sources, targets, err := policies.FromPods([]corev1.Pod{pod(c.change)})
			require.NoError(t, err)
			require.Equal(t, []policies.Source{{Name: "bitcoin/lnd", Address: "10.0.0.1", Stack: true}}, sources)
			require.Equal(t, []policies.Target{
				{Name: "bitcoin/lnd", Address: "10.0.0.1", Number: 10009, Stack: true, Owner: "10.0.0.1", Open: c.open},
			}, targets)
		})
	}
}

func TestFromPods_TakesAPodOnTheNodesNetworkForATargetOnly(t *testing.T) {
	sources, targets, err := policies.FromPods([]corev1.Pod{pod(func(p *corev1.Pod) { p.Spec.HostNetwork = true })})
	require.NoError(t, err)
	require.Empty(t, sources)
	require.Equal(t, []policies.Target{{Name: "bitcoin/lnd", Address: "10.0.0.1", Number: 10009, Stack: true}}, targets)
}

func TestFromPods_RefusesWhatItWouldLeaveUntried(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*corev1.Pod)
		want   string
	}{
		"no name":    {func(p *corev1.Pod) { p.Labels = nil }, "label app.kubernetes.io/name or address is missing, want both"},
		"no address": {func(p *corev1.Pod) { p.Status.PodIP = "" }, "label app.kubernetes.io/name or address is missing, want both"},
		"UDP":        {func(p *corev1.Pod) { p.Spec.Containers[0].Ports[0].Protocol = corev1.ProtocolUDP }, "port rpc is UDP, want TCP"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := policies.FromPods([]corev1.Pod{pod(c.change)})
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestFromServices_TakesThoseWithAnAddressAndAPodThatIsReady(t *testing.T) {
	service := func(name, address string) corev1.Service {
		return corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Namespace: "bitcoin", Name: name},
			Spec: corev1.ServiceSpec{
				ClusterIP: address, Selector: map[string]string{"app.kubernetes.io/name": "lnd"}, Ports: []corev1.ServicePort{{Port: 10009}},
			},
		}
	}
	got := policies.FromServices(
		[]corev1.Service{service("lnd", "10.96.0.7"), service("lnd-pods", corev1.ClusterIPNone), service("unready", "10.96.0.8"), service("pair", "10.96.0.9")},
		map[string][]string{"bitcoin/lnd": {"10.0.0.1"}, "bitcoin/lnd-pods": {"10.0.0.1"}, "bitcoin/pair": {"10.0.0.1", "10.0.0.2"}},
	)
	require.Equal(t, []policies.Target{
		{Name: "bitcoin/lnd", Address: "10.96.0.7", Number: 10009, Stack: true, Service: true, Owner: "10.0.0.1"},
		{Name: "bitcoin/lnd", Address: "10.96.0.9", Number: 10009, Stack: true, Service: true},
	}, got)
}

func TestBroken_NamesControlsThatDoNotGetThrough(t *testing.T) {
	node := policies.Source{Name: "node", Address: "10.0.0.9"}
	controls := []policies.Cell{
		{From: node, To: policies.Target{Name: "a", Number: 1}},
		{From: node, To: policies.Target{Name: "b", Number: 2}},
		{From: node, To: policies.Target{Name: "c", Number: 3}},
	}
	require.Equal(t, []string{"node -> c:3 does not get through (timed out), and no policy is in its way"},
		policies.Broken(controls, []policies.Outcome{policies.Connected, policies.Answered, policies.TimedOut}))
}
