package admission

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
)

const (
	// quotaTimeout bounds how long the quota controller may take to write what it counts.
	quotaTimeout = time.Minute

	// removalTimeout bounds how long the namespace controller may take to empty all the namespaces.
	removalTimeout = 3 * time.Minute
)

// makeReal applies an object that others are judged by, unless somebody else has made it.
func (c *check) makeReal(ctx context.Context, o Object) error {
	live, err := c.server.get(ctx, o.Content)
	switch {
	case err != nil:
		return c.failed(o, err)
	case live != nil && live.GetDeletionTimestamp() != nil:
		return fmt.Errorf("%s %s: is being deleted, want none: check again when it is gone", o.Content.GetKind(), o.Content.GetName())
	case live != nil && !isOurs(live):
		return fmt.Errorf("%s %s: exists, want none: destroy the stack on this cluster, or take another cluster",
			o.Content.GetKind(), o.Content.GetName())
	}
	// Noted first: an answer may get lost after the object was made.
	c.made = append(c.made, o.Content)
	if _, err := c.server.apply(ctx, o, nil); err != nil {
		return fmt.Errorf("%s %s: is admitted as a dry run, not for real: %s", o.Content.GetKind(), o.Content.GetName(), message(o, err))
	}
	return nil
}

// isOurs tells what a check that was killed has left behind.
func isOurs(live *unstructured.Unstructured) bool {
	for _, f := range live.GetManagedFields() {
		if f.Manager == fieldManager {
			return true
		}
	}
	return false
}

// waitForQuotas waits until the quota controller has begun to count: before, everything in the namespace is forbidden.
func (c *check) waitForQuotas(ctx context.Context, quotas []Object) error {
	for _, o := range quotas {
		want, _, _ := unstructured.NestedMap(o.Content.Object, "spec", "hard")
		err := wait.PollUntilContextTimeout(ctx, pollInterval, quotaTimeout, true, func(ctx context.Context) (bool, error) {
			live, err := c.server.get(ctx, o.Content)
			if err != nil || live == nil {
				return false, err
			}
			counted, _, _ := unstructured.NestedMap(live.Object, "status", "hard")
			return len(counted) == len(want), nil
		})
		if err != nil {
			return fmt.Errorf("ResourceQuota %s/%s: status.hard is unset, want spec.hard: see whether kube-controller-manager runs: %w",
				o.Content.GetNamespace(), o.Content.GetName(), err)
		}
	}
	return nil
}

// removeMade deletes what the check made and waits until it is gone, so that the next stack finds an empty cluster.
func (c *check) removeMade(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, removalTimeout)
	defer cancel()
	namespaces := map[string]bool{}
	for _, o := range c.made {
		if kindOf(o) == "/Namespace" {
			namespaces[o.GetName()] = true
		}
	}
	// A namespace takes its content along, but comes back for what it finds held only after some ten seconds: pods hold
	// claims, so they go first.
	var pods, claims, others []*unstructured.Unstructured
	for _, o := range slices.Backward(c.made) {
		switch kind := kindOf(o); {
		case kind == "/Pod":
			pods = append(pods, o)
		case kind == "/PersistentVolumeClaim":
			claims = append(claims, o)
		case !namespaces[o.GetNamespace()]:
			others = append(others, o)
		}
	}
	return errors.Join(c.removeAll(ctx, pods), c.removeAll(ctx, claims), c.removeAll(ctx, others))
}

func (c *check) removeAll(ctx context.Context, objects []*unstructured.Unstructured) error {
	var faults []error
	var going []*unstructured.Unstructured
	for _, o := range objects {
		if err := c.server.remove(ctx, o); err != nil {
			faults = append(faults, fmt.Errorf("%s %s: was made and not deleted: %w", o.GetKind(), o.GetName(), err))
			continue
		}
		going = append(going, o)
	}
	for _, o := range going {
		err := wait.PollUntilContextCancel(ctx, pollInterval, true, func(ctx context.Context) (bool, error) {
			live, err := c.server.get(ctx, o)
			return err == nil && live == nil, err
		})
		if err != nil {
			faults = append(faults, fmt.Errorf("%s %s: was deleted and is still there, want it gone: look at its finalizers: %w",
				o.GetKind(), o.GetName(), err))
		}
	}
	return errors.Join(faults...)
}
