package live

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// replicas is how many pods a workload wants; Kubernetes takes one where it does not say.
func replicas(o map[string]any) int64 {
	if _, found, _ := unstructured.NestedFieldNoCopy(o, "spec", "replicas"); !found {
		return 1
	}
	return number(o, "spec", "replicas")
}

// count says how many of the wanted replicas a status field counts, unless it is all of them.
func count(o map[string]any, is string, want int64, path ...string) string {
	if have := number(o, path...); have < want {
		return fmt.Sprintf("%d of %d replicas are %s", have, want, is)
	}
	return ""
}

func number(o map[string]any, path ...string) int64 {
	v, _, _ := unstructured.NestedFieldNoCopy(o, path...)
	switch v := v.(type) {
	case int64:
		return v
	case int:
		return int64(v)
	case float64:
		return int64(v)
	}
	return 0
}

func text(o map[string]any, path ...string) string {
	v, _, _ := unstructured.NestedFieldNoCopy(o, path...)
	s, _ := v.(string)
	return s
}

// objects returns the elements of a list that are objects.
func objects(o map[string]any, path ...string) []map[string]any {
	v, _, _ := unstructured.NestedFieldNoCopy(o, path...)
	list, _ := v.([]any)
	var all []map[string]any
	for _, element := range list {
		if object, ok := element.(map[string]any); ok {
			all = append(all, object)
		}
	}
	return all
}

// condition returns the status condition of a type, or nil.
func condition(o map[string]any, kind string) map[string]any {
	for _, c := range objects(o, "status", "conditions") {
		if text(c, "type") == kind {
			return c
		}
	}
	return nil
}
