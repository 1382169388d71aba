package stacks_test

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"

	"gitlab.com/thinkmassive/satkube/internal/mock"
)

// A rollout of a Deployment makes a pod before it ends one (Kubernetes' default of 25 %, rounded up). Where the quota has no room for that,
// a new certificate or a security release waits for ever.
func TestQuotas_HaveRoomToRollEveryDeploymentOut(t *testing.T) {
	for _, stack := range []string{"testnet", "mainnet", "regtest"} {
		t.Run(stack, func(t *testing.T) {
			recording := deploy(t, stack)
			sums := map[string]corev1.ResourceList{}
			add := func(namespace string, pods int32, template corev1.PodTemplateSpec) {
				sum := sums[namespace]
				if sum == nil {
					sum = corev1.ResourceList{}
					sums[namespace] = sum
				}
				for range pods {
					count := sum[corev1.ResourcePods]
					count.Add(apiresource.MustParse("1"))
					sum[corev1.ResourcePods] = count
					for _, c := range template.Spec.Containers {
						for name, quantity := range c.Resources.Requests {
							total := sum["requests."+name]
							total.Add(quantity)
							sum["requests."+name] = total
						}
						for name, quantity := range c.Resources.Limits {
							total := sum["limits."+name]
							total.Add(quantity)
							sum["limits."+name] = total
						}
					}
				}
			}
			for _, r := range recording.All("kubernetes:apps/v1:Deployment") {
				d := typed[appsv1.Deployment](t, r)
				require.NotNil(t, d.Spec.Replicas, d.Name)
				add(d.Namespace, *d.Spec.Replicas+(*d.Spec.Replicas+3)/4, d.Spec.Template)
			}
			for _, r := range recording.All("kubernetes:apps/v1:StatefulSet") {
				s := typed[appsv1.StatefulSet](t, r)
				require.NotNil(t, s.Spec.Replicas, s.Name)
				add(s.Namespace, *s.Spec.Replicas, s.Spec.Template)
			}
			quotas := recording.All("kubernetes:core/v1:ResourceQuota")
			require.NotEmpty(t, quotas)
			for _, r := range quotas {
				quota := typed[corev1.ResourceQuota](t, r)
				for name, used := range sums[quota.Namespace] {
					hard, limited := quota.Spec.Hard[name]
					if limited {
						require.LessOrEqual(t, used.Cmp(hard), 0, "namespace %s: all pods together need %s of %s, its quota is %s", quota.Namespace, &used, name, &hard)
					}
				}
			}
		})
	}
}

// typed reads a recorded object of Kubernetes.
func typed[T any](t *testing.T, r mock.Resource) T {
	t.Helper()
	raw, err := json.Marshal(plain(resource.NewProperty(r.Inputs)))
	require.NoError(t, err)
	var object T
	require.NoError(t, json.Unmarshal(raw, &object), r.Name)
	return object
}
