package live

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
)

const (
	skipAwait      = "pulumi.com/skipAwait"
	timeoutSeconds = "pulumi.com/timeoutSeconds"
)

// Await waits until an object that was applied is ready, for the kinds for which Pulumi's own Kubernetes provider
// waits. The annotation pulumi.com/skipAwait: "true" skips it, pulumi.com/timeoutSeconds bounds it.
func (c *Cluster) Await(ctx context.Context, obj map[string]any) error {
	if c.SkipAwait {
		return nil
	}
	id := identify(obj)
	r, ok := readiness(obj)
	if !ok {
		return nil
	}
	w, err := waiting(obj, r.timeout)
	if err != nil || w.skipped {
		return err
	}
	// Asked for once up front, so that a message names the namespace even where the object leaves it out.
	if _, err := c.client(&id); err != nil {
		return err
	}
	return c.until(ctx, id, w.timeout, func(ctx context.Context) (string, error) {
		live, err := c.get(ctx, &id)
		if err != nil {
			return "", err
		}
		if live == nil {
			return "it does not exist", nil
		}
		return r.missing(ctx, c, live)
	})
}

// until asks again and again what is missing, until nothing is. A request that fails is asked again, too: an API server
// that restarts is no reason to fail an update. The deadline does not bound the requests, because the client's rate
// limiter refuses early what it could not send in time, and hides what was missing.
func (c *Cluster) until(
	ctx context.Context, id identity, timeout time.Duration, missing func(context.Context) (string, error),
) error {
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	tick := time.NewTicker(c.poll)
	defer tick.Stop()

	last := "the API server has not answered"
	for {
		lacks, err := missing(ctx)
		switch {
		case errors.Is(err, errFailed), apierrors.IsForbidden(err), apierrors.IsUnauthorized(err):
			return err
		case err == nil && lacks == "":
			return nil
		case err == nil:
			last = lacks
		case ctx.Err() == nil:
			last = err.Error()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w while %s", id, ctx.Err(), last)
		case <-deadline.C:
			return fmt.Errorf("%s: %s after %s, want it within that time: see `%s`, "+
				"then raise the annotation %s or set %s to \"true\"",
				id, last, timeout, id.describe(), timeoutSeconds, skipAwait)
		case <-tick.C:
		}
	}
}

func (id identity) describe() string {
	command := "kubectl describe " + strings.ToLower(id.kind) + " " + id.name
	if id.namespace != "" {
		command += " -n " + id.namespace
	}
	return command
}

// wait is what an object's annotations say about waiting for it.
type wait struct {
	skipped bool
	timeout time.Duration
}

func waiting(obj map[string]any, timeout time.Duration) (wait, error) {
	annotations := (&unstructured.Unstructured{Object: obj}).GetAnnotations()
	if annotations[skipAwait] == "true" {
		return wait{skipped: true}, nil
	}
	text, ok := annotations[timeoutSeconds]
	if !ok {
		return wait{timeout: timeout}, nil
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds <= 0 {
		return wait{}, fmt.Errorf("%s: annotation %s is %q, want a whole number of seconds", identify(obj), timeoutSeconds, text)
	}
	return wait{timeout: time.Duration(seconds) * time.Second}, nil
}

// deletionTimeout is how long Pulumi's own provider waits: controllers take their pods with them, one after another.
func deletionTimeout(kind string) time.Duration {
	switch kind {
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicationController":
		return 10 * time.Minute
	}
	return 5 * time.Minute
}

// podTrouble says what keeps the pods of a workload from running, as far as their containers tell. It is a hint for a
// message, so what cannot be read is left out.
func (c *Cluster) podTrouble(ctx context.Context, workload *unstructured.Unstructured) string {
	selector, found, err := unstructured.NestedStringMap(workload.Object, "spec", "selector", "matchLabels")
	if err != nil || !found {
		return ""
	}
	client, err := c.client(&identity{"v1", "Pod", workload.GetNamespace(), ""})
	if err != nil {
		return ""
	}
	pods, err := client.List(ctx, metav1.ListOptions{LabelSelector: labels.SelectorFromSet(selector).String()})
	if err != nil {
		return ""
	}
	for _, pod := range pods.Items {
		if reason := waitingReason(pod.Object); reason != "" {
			return fmt.Sprintf(" (pod %s: %s)", pod.GetName(), reason)
		}
	}
	return ""
}

func waitingReason(pod map[string]any) string {
	for _, list := range []string{"initContainerStatuses", "containerStatuses"} {
		for _, status := range objects(pod, "status", list) {
			if reason := text(status, "state", "waiting", "reason"); reason != "" {
				return text(status, "name") + " is waiting, " + reason
			}
		}
	}
	if scheduled := condition(pod, "PodScheduled"); text(scheduled, "status") == "False" {
		return text(scheduled, "message")
	}
	return ""
}

// errFailed marks what no longer waiting can mend.
var errFailed = errors.New("failed")

func failed(u *unstructured.Unstructured, why string) error {
	return fmt.Errorf("%s %w: %s", identify(u.Object), errFailed, why)
}
