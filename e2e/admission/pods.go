package admission

import (
	"fmt"
	"maps"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// nodes is how many pods of a DaemonSet a quota has to hold here: one for each zone of the largest stack.
const nodes = 3

// hash stands where a controller writes a hash of the template: up to ten characters.
const hash = "bcdf456789"

// defaultSurge is what a Deployment may have above its replicas when it does not say, from its API reference.
const defaultSurge = "25%"

// podOf returns the pod that the workload's controller makes first, and nil for what makes no pods.
// Pod Security, limits, quotas and service accounts are judged when a pod is made, not when its workload is.
func podOf(workload *unstructured.Unstructured) *unstructured.Unstructured {
	path := []string{"spec", "template"}
	switch kindOf(workload) {
	case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "batch/Job":
	case "batch/CronJob":
		path = []string{"spec", "jobTemplate", "spec", "template"}
	default:
		return nil
	}
	template, found, err := unstructured.NestedMap(workload.Object, path...)
	if err != nil || !found {
		return nil
	}
	pod := &unstructured.Unstructured{Object: template}
	pod.SetAPIVersion("v1")
	pod.SetKind("Pod")
	pod.SetNamespace(workload.GetNamespace())
	if kindOf(workload) == "apps/StatefulSet" {
		identify(pod, workload, 0)
		return pod
	}
	pod.SetGenerateName(workload.GetName() + "-")
	return pod
}

// identify gives a pod what a StatefulSet gives to the pod of an ordinal. The labels count: a long name that Kubernetes
// admits for the set makes labels that it refuses for the pod.
func identify(pod, set *unstructured.Unstructured, ordinal int) {
	name := fmt.Sprintf("%s-%d", set.GetName(), ordinal)
	pod.SetName(name)
	labels := maps.Clone(pod.GetLabels())
	if labels == nil {
		labels = map[string]string{}
	}
	labels["statefulset.kubernetes.io/pod-name"] = name
	labels["apps.kubernetes.io/pod-index"] = strconv.Itoa(ordinal)
	labels["controller-revision-hash"] = set.GetName() + "-" + hash
	pod.SetLabels(labels)

	spec, ok := pod.Object["spec"].(map[string]any)
	if !ok {
		return
	}
	spec["hostname"] = name
	if service := text(set.Object, "spec", "serviceName"); service != "" {
		spec["subdomain"] = service
	}
	claims := claimsOf(set, ordinal)
	if len(claims) == 0 {
		return
	}
	var volumes []any
	claimed := map[string]bool{}
	for _, c := range claims {
		claimed[c.volume] = true
		volumes = append(volumes, map[string]any{
			"name": c.volume, "persistentVolumeClaim": map[string]any{"claimName": c.content.GetName()},
		})
	}
	own, _ := spec["volumes"].([]any)
	for _, v := range own {
		// A claim takes the place of the template's volume of the same name.
		if volume, isObject := v.(map[string]any); !isObject || !claimed[text(volume, "name")] {
			volumes = append(volumes, v)
		}
	}
	spec["volumes"] = volumes
}

// claim is a volume claim that a StatefulSet makes for one of its pods.
type claim struct {
	// volume is the name of the pod's volume, and of the template.
	volume  string
	content *unstructured.Unstructured
}

// claimsOf returns the claims that a StatefulSet makes for the pod of an ordinal, and none for another workload.
func claimsOf(set *unstructured.Unstructured, ordinal int) []claim {
	if kindOf(set) != "apps/StatefulSet" {
		return nil
	}
	templates, _, _ := unstructured.NestedSlice(set.Object, "spec", "volumeClaimTemplates")
	var claims []claim
	for _, t := range templates {
		template, isObject := t.(map[string]any)
		if !isObject {
			continue
		}
		c := &unstructured.Unstructured{Object: template}
		volume := c.GetName()
		c.SetAPIVersion("v1")
		c.SetKind("PersistentVolumeClaim")
		c.SetNamespace(set.GetNamespace())
		c.SetName(fmt.Sprintf("%s-%s-%d", volume, set.GetName(), ordinal))
		claims = append(claims, claim{volume, c})
	}
	return claims
}

// replicasOf returns how many pods of a workload run at once, and how many more while it is rolled out.
func replicasOf(workload *unstructured.Unstructured) (steady, surge int) {
	switch kindOf(workload) {
	case "apps/DaemonSet":
		return nodes, 0
	case "apps/StatefulSet":
		return number(workload, "spec", "replicas"), 0
	case "batch/Job":
		return number(workload, "spec", "parallelism"), 0
	case "batch/CronJob":
		return number(workload, "spec", "jobTemplate", "spec", "parallelism"), 0
	case "apps/Deployment":
		steady = number(workload, "spec", "replicas")
		return steady, surgeOf(workload, steady)
	}
	return 0, 0
}

func surgeOf(deployment *unstructured.Unstructured, replicas int) int {
	if text(deployment.Object, "spec", "strategy", "type") == "Recreate" {
		return 0
	}
	most := intstr.FromString(defaultSurge)
	v, found, _ := unstructured.NestedFieldNoCopy(deployment.Object, "spec", "strategy", "rollingUpdate", "maxSurge")
	if found {
		most = intstr.Parse(fmt.Sprint(v))
	}
	surge, err := intstr.GetScaledValueFromIntOrPercent(&most, replicas, true)
	if err != nil {
		// The API server has refused such a Deployment.
		return 0
	}
	return surge
}

// kindOf returns group and kind: apps/Deployment, and /Service for the core group.
func kindOf(o *unstructured.Unstructured) string {
	gvk := schema.FromAPIVersionAndKind(o.GetAPIVersion(), o.GetKind())
	return gvk.Group + "/" + gvk.Kind
}

// number returns a whole number of an object, and 1, Kubernetes' own default of the numbers asked for here, when it is unset.
func number(o *unstructured.Unstructured, path ...string) int {
	v, found, _ := unstructured.NestedFieldNoCopy(o.Object, path...)
	if !found {
		return 1
	}
	switch v := v.(type) {
	case int64:
		return int(v)
	case float64:
		return int(v)
	}
	return 0
}

func text(o map[string]any, path ...string) string {
	s, _, _ := unstructured.NestedString(o, path...)
	return s
}
