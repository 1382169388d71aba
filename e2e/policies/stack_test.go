package policies_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// stack is what stack regtest makes, as far as its network goes, from the golden file of its objects.
type stack struct {
	policies []networkingv1.NetworkPolicy
	// workloads are what makes pods: of Deployments, StatefulSets and DaemonSets only the metadata and the template are filled.
	workloads []appsv1.Deployment
}

func readStack(t *testing.T) stack {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "stacks", "testdata", "regtest.yaml"))
	require.NoError(t, err)
	var resources []struct {
		Inputs json.RawMessage `json:"inputs"`
	}
	require.NoError(t, yaml.Unmarshal(data, &resources))
	var s stack
	for _, r := range resources {
		var kind metav1.TypeMeta
		if json.Unmarshal(r.Inputs, &kind) != nil {
			continue
		}
		switch kind.Kind {
		case "NetworkPolicy":
			var policy networkingv1.NetworkPolicy
			require.NoError(t, json.Unmarshal(r.Inputs, &policy))
			s.policies = append(s.policies, policy)
		case "Deployment", "StatefulSet", "DaemonSet":
			var made struct {
				Metadata metav1.ObjectMeta `json:"metadata"`
				Spec     struct {
					Template corev1.PodTemplateSpec `json:"template"`
				} `json:"spec"`
			}
			require.NoError(t, json.Unmarshal(r.Inputs, &made))
			s.workloads = append(s.workloads, appsv1.Deployment{
				ObjectMeta: made.Metadata, Spec: appsv1.DeploymentSpec{Template: made.Spec.Template},
			})
		}
	}
	require.NotEmpty(t, s.policies)
	require.NotEmpty(t, s.workloads)
	return s
}

// namespaces are those that the stack has pods in.
func (s stack) namespaces() []string {
	found := map[string]bool{}
	for _, w := range s.workloads {
		found[w.Namespace] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// pods are the stack's, or what is missing of it on the cluster.
func (s stack) pods(ctx context.Context, c *live.Cluster) ([]corev1.Pod, error) {
	there := map[string]bool{}
	var pods []corev1.Pod
	var missing []error
	for _, namespace := range s.namespaces() {
		policies, err := c.Client.NetworkingV1().NetworkPolicies(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		for _, p := range policies.Items {
			there["policy "+p.Namespace+"/"+p.Name] = true
		}
		list, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/part-of=satkube"})
		if err != nil {
			return nil, err
		}
		for _, pod := range list.Items {
			if pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
				continue
			}
			pods = append(pods, pod)
			there["pod of "+pod.Namespace+"/"+pod.Labels["app.kubernetes.io/name"]] = true
			if pod.Status.PodIP == "" {
				missing = append(missing, fmt.Errorf("pod %s/%s has no address", pod.Namespace, pod.Name))
			}
		}
	}
	want := func(what string) {
		if !there[what] {
			missing = append(missing, fmt.Errorf("%s is not there", what))
		}
	}
	for _, p := range s.policies {
		want("policy " + p.Namespace + "/" + p.Name)
	}
	for _, w := range s.workloads {
		want("pod of " + w.Namespace + "/" + w.Name)
	}
	return pods, errors.Join(missing...)
}

// deploy returns the stack's pods. Where it is not on the cluster, it is brought up, without waiting until its pods are ready: a pod whose
// image cannot be had never is, and has its address and its policies all the same.
func (s stack) deploy(t *testing.T, c *live.Cluster) []corev1.Pod {
	t.Helper()
	if _, err := c.Client.CoreV1().Namespaces().Get(t.Context(), s.namespaces()[0], metav1.GetOptions{}); apierrors.IsNotFound(err) {
		t.Log("bringing stack regtest up: about 20 seconds")
		c.RunSandbox(t, "up", "-s", "regtest")
	} else {
		require.NoError(t, err)
	}
	var pods []corev1.Pod
	live.Eventually(t, 2*time.Minute, func(ctx context.Context) (string, bool) {
		var err error
		if pods, err = s.pods(ctx, c); err != nil {
			return err.Error(), false
		}
		return "", true
	})
	return pods
}
