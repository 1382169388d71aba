package policies_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/thinkmassive/satkube/e2e/cluster"
	"gitlab.com/thinkmassive/satkube/e2e/live"
	"gitlab.com/thinkmassive/satkube/e2e/machine"
	"gitlab.com/thinkmassive/satkube/e2e/policies"
)

// What others than the stack's workloads are called.
const (
	apiServer = "api-server"
	node      = "node"
	metadata  = "metadata"
	internet  = "internet"
	elsewhere = "elsewhere"
	coreDNS   = "kube-system/coredns"
)

// foreign is a namespace that has nothing to do with the stack and no policies.
const foreign = "policies-elsewhere"

// pause is the image of the pods' sandboxes, which does nothing, as package images calls it.
const pause = "satkube.local/pause:1"

// Ports that are none of the stack's own objects.
const (
	apiPort     = 6443
	kubeletPort = 10250
	etcdPort    = 2379
)

// foreignPods makes two pods in a namespace without policies and returns their addresses. They run nothing but a program that waits.
func foreignPods(t *testing.T, c *live.Cluster) [2]string {
	t.Helper()
	ctx := t.Context()
	// A name of its own, because one of a test before may be on its way out.
	made, err := c.Client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: foreign + "-"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	namespace := made.Name
	t.Cleanup(func() {
		background := metav1.DeletePropagationBackground
		err := c.Client.CoreV1().Namespaces().Delete(context.Background(), namespace, metav1.DeleteOptions{PropagationPolicy: &background})
		require.NoError(t, err)
	})
	// It makes the pod's account, without which pods are refused.
	live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
		_, err := c.Client.CoreV1().ServiceAccounts(namespace).Get(ctx, "default", metav1.GetOptions{})
		return "the namespace has no service account", err == nil
	})
	var addresses [2]string
	for i, name := range []string{"one", "two"} {
		immediately := int64(0)
		_, err := c.Client.CoreV1().Pods(namespace).Create(ctx, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Spec: corev1.PodSpec{
				TerminationGracePeriodSeconds: &immediately,
				Containers:                    []corev1.Container{{Name: "pause", Image: pause, ImagePullPolicy: corev1.PullNever}},
			},
		}, metav1.CreateOptions{})
		require.NoError(t, err)
		live.Eventually(t, time.Minute, func(ctx context.Context) (string, bool) {
			pod, err := c.Client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return err.Error(), false
			}
			addresses[i] = pod.Status.PodIP
			return "pod " + name + " is " + string(pod.Status.Phase), pod.Status.Phase == corev1.PodRunning && pod.Status.PodIP != ""
		})
	}
	return addresses
}

// where are the addresses that a cluster gives out.
type where struct{ api, dns, foreign string }

func lookAround(t *testing.T, c *live.Cluster, foreignPod string) where {
	t.Helper()
	api, err := c.Client.CoreV1().Services(metav1.NamespaceDefault).Get(t.Context(), "kubernetes", metav1.GetOptions{})
	require.NoError(t, err)
	dns, err := c.Client.CoreV1().Pods(metav1.NamespaceSystem).List(t.Context(), metav1.ListOptions{LabelSelector: "k8s-app=kube-dns"})
	require.NoError(t, err)
	require.NotEmpty(t, dns.Items)
	return where{api: api.Spec.ClusterIP, dns: dns.Items[0].Status.PodIP, foreign: foreignPod}
}

// others are the targets that are not of the stack: what a pod that was broken into would look for.
func others(at where) []policies.Target {
	// The pods' gateway is the node, too.
	gateway := netip.MustParsePrefix(machine.PodNetwork).Addr().Next().String()
	targets := []policies.Target{
		{Name: apiServer, Address: at.api, Number: 443, Service: true},
		{Name: apiServer, Address: machine.Address, Number: apiPort},
		{Name: apiServer, Address: gateway, Number: apiPort},
		{Name: node, Address: machine.Address, Number: kubeletPort},
		{Name: node, Address: gateway, Number: kubeletPort},
		{Name: metadata, Address: machine.MetadataAddress, Number: 80, Open: true},
		{Name: coreDNS, Address: cluster.DNSAddress, Number: 53, Service: true},
		{Name: coreDNS, Address: cluster.DNSAddress, Number: 53, UDP: true, Service: true},
		{Name: coreDNS, Address: at.dns, Number: 53},
		{Name: coreDNS, Address: at.dns, Number: 53, UDP: true},
		// CoreDNS' health and readiness: the policy is for names, not for all of it.
		{Name: coreDNS, Address: at.dns, Number: 8080},
		{Name: coreDNS, Address: at.dns, Number: 8181},
		// Whoever may ask any DNS server may tell it anything.
		{Name: internet, Address: machine.OutsideAddress, Number: 53, UDP: true, Open: true},
		{Name: elsewhere, Address: at.foreign, Number: 53, UDP: true, Open: true},
	}
	add := func(name, address string, ports ...int) {
		for _, port := range ports {
			targets = append(targets, policies.Target{Name: name, Address: address, Number: port, Open: true})
		}
	}
	// etcd listens on the loopback interface only; where it does not, it must not be reached either.
	add(node, machine.Address, etcdPort, 22)
	// HTTPS, and the peer-to-peer ports of mainnet, regtest and Lightning.
	add(internet, machine.OutsideAddress, 443, 8333, 18444, 9735)
	// Ports that a policy towards any private address could mean, and one that it could not.
	add(elsewhere, at.foreign, 443, apiPort, 9100, kubeletPort, 8080)
	return targets
}
