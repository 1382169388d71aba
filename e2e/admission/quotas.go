package admission

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// fillQuotas makes the claims, services and pods of the stack for real, so that the API server itself adds them up in the
// namespaces' quotas: first what runs always, then what comes on top of it while every Deployment is rolled out.
func (c *check) fillQuotas(ctx context.Context, admitted, workloads []Object) error {
	for _, o := range admitted {
		switch kindOf(o.Content) {
		case "/PersistentVolumeClaim":
			if _, err := c.count(ctx, o, unbindable(o.Content)); err != nil {
				return err
			}
		case "/Service":
			if _, err := c.count(ctx, o, o.Content); err != nil {
				return err
			}
		}
	}
	surges := map[int]int{}
	for i, o := range workloads {
		steady, surge := replicasOf(o.Content)
		fits := true
		for ordinal := 0; ordinal < steady && fits; ordinal++ {
			var err error
			if fits, err = c.countReplica(ctx, o, ordinal); err != nil {
				return err
			}
		}
		if fits {
			surges[i] = surge
		}
	}
	for _, i := range slices.Sorted(maps.Keys(surges)) {
		for range surges[i] {
			if _, err := c.countReplica(ctx, workloads[i], 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// countReplica makes one more pod of a workload, with its claims.
func (c *check) countReplica(ctx context.Context, o Object, ordinal int) (fits bool, err error) {
	for _, claim := range claimsOf(o.Content, ordinal) {
		if fits, err := c.count(ctx, o, unbindable(claim.content)); err != nil || !fits {
			return fits, err
		}
	}
	pod := podOf(o.Content)
	if kindOf(o.Content) == "apps/StatefulSet" {
		identify(pod, o.Content, ordinal)
	}
	if err := unstructured.SetNestedSlice(pod.Object, []any{map[string]any{"name": gate}}, "spec", "schedulingGates"); err != nil {
		return false, fmt.Errorf("%s %s: %w", o.Content.GetKind(), o.Content.GetName(), err)
	}
	fits, err = c.count(ctx, o, pod)
	if fits {
		c.report.Counted++
	}
	return fits, err
}

// gate keeps a pod from being scheduled, until somebody takes it away.
const gate = "satkube.com/admission"

// unbindable returns the claim with a volume that does not exist: nothing provisions another one for it.
func unbindable(claim *unstructured.Unstructured) *unstructured.Unstructured {
	claim = claim.DeepCopy()
	spec, isObject := claim.Object["spec"].(map[string]any)
	if isObject {
		spec["volumeName"] = "satkube-admission-no-volume"
	}
	return claim
}

// count makes an object that the quotas count, and reports that it does not fit when it is refused.
func (c *check) count(ctx context.Context, of Object, o *unstructured.Unstructured) (fits bool, err error) {
	name, _, err := c.server.create(ctx, o, nil)
	switch {
	case err == nil:
		made := o.DeepCopy()
		made.SetName(name)
		c.made = append(c.made, made)
		return true, nil
	case isAnswer(err):
		f := of.finding(o.GetKind() == "Pod", "beside the rest of its namespace: "+message(of, err))
		c.report.Refused = append(c.report.Refused, f)
		return false, nil
	}
	return false, c.failed(of, err)
}
