package policies_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"gitlab.com/thinkmassive/satkube/e2e/live"
	"gitlab.com/thinkmassive/satkube/e2e/machine"
)

// opened is the name of the policies by which a test opens ways that nobody declared.
const opened = "e2e-opened"

// open lets Grafana reach lnd's API and the metadata address, for the time of a test.
func open(t *testing.T, c *live.Cluster) {
	t.Helper()
	t.Cleanup(func() { shut(t, c) })
	port := func(number int) []networkingv1.NetworkPolicyPort {
		tcp, at := corev1.ProtocolTCP, intstr.FromInt(number)
		return []networkingv1.NetworkPolicyPort{{Protocol: &tcp, Port: &at}}
	}
	pods := func(namespace, app string) []networkingv1.NetworkPolicyPeer {
		return []networkingv1.NetworkPolicyPeer{{
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
			PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": app}},
		}}
	}
	create := func(namespace, app string, spec networkingv1.NetworkPolicySpec) {
		spec.PodSelector = metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": app}}
		_, err := c.Client.NetworkingV1().NetworkPolicies(namespace).Create(t.Context(), &networkingv1.NetworkPolicy{
			ObjectMeta: metav1.ObjectMeta{Name: opened}, Spec: spec,
		}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	create("monitoring", "grafana", networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
		Egress: []networkingv1.NetworkPolicyEgressRule{
			{To: pods("bitcoin-regtest", "lnd"), Ports: port(10009)},
			{To: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: machine.MetadataAddress + "/32"}}}, Ports: port(80)},
		},
	})
	create("bitcoin-regtest", "lnd", networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: pods("monitoring", "grafana"), Ports: port(10009)}},
	})
}

// shut takes away what open made, a run before that was killed among them.
func shut(t *testing.T, c *live.Cluster) {
	t.Helper()
	for _, namespace := range []string{"monitoring", "bitcoin-regtest"} {
		err := c.Client.NetworkingV1().NetworkPolicies(namespace).Delete(context.Background(), opened, metav1.DeleteOptions{})
		if !apierrors.IsNotFound(err) {
			require.NoError(t, err)
		}
	}
}
