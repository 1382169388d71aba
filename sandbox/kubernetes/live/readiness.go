package live

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// ready is when an object of a kind is ready, and for how long Pulumi's own Kubernetes provider waits for that.
type ready struct {
	timeout time.Duration
	// missing says what the object still lacks; an empty text means that it is ready.
	missing func(context.Context, *Cluster, *unstructured.Unstructured) (string, error)
}

// readiness returns how to wait for an object, if it is waited for at all.
func readiness(obj map[string]any) (ready, bool) {
	id := identify(obj)
	switch id.apiVersion + " " + id.kind {
	case "apps/v1 Deployment":
		return ready{10 * time.Minute, workload(missingDeployment)}, true
	case "apps/v1 StatefulSet":
		return ready{10 * time.Minute, workload(missingStatefulSet)}, true
	case "apps/v1 DaemonSet":
		return ready{10 * time.Minute, workload(missingDaemonSet)}, true
	case "batch/v1 Job":
		return ready{10 * time.Minute, missingJob}, true
	case "v1 Pod":
		return ready{10 * time.Minute, missingPod}, true
	case "v1 ReplicationController":
		return ready{10 * time.Minute, missingReplicas}, true
	case "v1 Service":
		return ready{10 * time.Minute, missingService}, true
	case "networking.k8s.io/v1 Ingress":
		return ready{10 * time.Minute, missingIngress}, true
	case "v1 PersistentVolumeClaim":
		return ready{5 * time.Minute, missingClaim}, true
	case "v1 PersistentVolume":
		return ready{5 * time.Minute, missingVolume}, true
	case "v1 ResourceQuota":
		return ready{time.Minute, missingQuota}, true
	case "v1 Secret":
		// Only this type of Secret is filled by a controller.
		return ready{5 * time.Second, missingToken}, text(obj, "type") == "kubernetes.io/service-account-token"
	}
	return ready{}, false
}

// workload adds what its pods say to what a controller lacks.
func workload(missing func(map[string]any) string) func(context.Context, *Cluster, *unstructured.Unstructured) (string, error) {
	return func(ctx context.Context, c *Cluster, u *unstructured.Unstructured) (string, error) {
		if observed := number(u.Object, "status", "observedGeneration"); observed < u.GetGeneration() {
			return fmt.Sprintf("its controller has seen generation %d of %d", observed, u.GetGeneration()), nil
		}
		lacks := missing(u.Object)
		if lacks == "" {
			return "", nil
		}
		return lacks + c.podTrouble(ctx, u), nil
	}
}

func missingDeployment(o map[string]any) string {
	want := replicas(o)
	updated, total := number(o, "status", "updatedReplicas"), number(o, "status", "replicas")
	switch {
	case updated < want:
		return fmt.Sprintf("%d of %d replicas are updated", updated, want)
	case total > updated:
		return fmt.Sprintf("%d old replicas are still there", total-updated)
	}
	return count(o, "available", want, "status", "availableReplicas")
}

// missingStatefulSet does not wait for the revision under OnDelete: there an operator deletes the old pods, which for
// a node that holds funds is the point.
func missingStatefulSet(o map[string]any) string {
	want := replicas(o)
	if lacks := count(o, "there", want, "status", "replicas"); lacks != "" {
		return lacks
	}
	if lacks := count(o, "ready", want, "status", "readyReplicas"); lacks != "" {
		return lacks
	}
	current, update := text(o, "status", "currentRevision"), text(o, "status", "updateRevision")
	if text(o, "spec", "updateStrategy", "type") != "OnDelete" && current != update {
		return fmt.Sprintf("%d of %d replicas run the new revision", number(o, "status", "updatedReplicas"), want)
	}
	return ""
}

func missingDaemonSet(o map[string]any) string {
	want := number(o, "status", "desiredNumberScheduled")
	for _, field := range []struct{ is, key string }{
		{"scheduled", "currentNumberScheduled"},
		{"updated", "updatedNumberScheduled"},
		{"available", "numberAvailable"},
		{"ready", "numberReady"},
	} {
		if have := number(o, "status", field.key); have < want {
			return fmt.Sprintf("%d of %d pods are %s", have, want, field.is)
		}
	}
	return ""
}

func missingJob(_ context.Context, _ *Cluster, u *unstructured.Unstructured) (string, error) {
	if end := condition(u.Object, "Failed"); text(end, "status") == "True" {
		return "", failed(u, text(end, "reason")+", "+text(end, "message"))
	}
	if text(condition(u.Object, "Complete"), "status") == "True" {
		return "", nil
	}
	return fmt.Sprintf("it is not complete, with %d active, %d failed pods",
		number(u.Object, "status", "active"), number(u.Object, "status", "failed")), nil
}

func missingPod(_ context.Context, _ *Cluster, u *unstructured.Unstructured) (string, error) {
	phase := text(u.Object, "status", "phase")
	if phase == "Failed" {
		return "", failed(u, text(u.Object, "status", "reason")+" "+text(u.Object, "status", "message"))
	}
	if phase == "Succeeded" || text(condition(u.Object, "Ready"), "status") == "True" {
		return "", nil
	}
	if reason := waitingReason(u.Object); reason != "" {
		return "it is not ready: " + reason, nil
	}
	return "it is not ready", nil
}

func missingReplicas(_ context.Context, _ *Cluster, u *unstructured.Unstructured) (string, error) {
	return count(u.Object, "available", replicas(u.Object), "status", "availableReplicas"), nil
}

// missingService wants somebody behind the Service, unless nobody can be: a headless one may be made before its pods,
// an ExternalName has none, and without a selector its endpoints are somebody else's.
func missingService(ctx context.Context, c *Cluster, u *unstructured.Unstructured) (string, error) {
	kind := text(u.Object, "spec", "type")
	if kind == "ExternalName" || text(u.Object, "spec", "clusterIP") == "None" {
		return "", nil
	}
	if selector, _, _ := unstructured.NestedMap(u.Object, "spec", "selector"); len(selector) > 0 {
		targeted, err := c.hasEndpoints(ctx, u)
		if err != nil || !targeted {
			return "it targets no pod: .spec.selector matches none that runs", err
		}
	}
	if kind == "LoadBalancer" && len(objects(u.Object, "status", "loadBalancer", "ingress")) == 0 {
		return "it has no load balancer address", nil
	}
	return "", nil
}

func (c *Cluster) hasEndpoints(ctx context.Context, service *unstructured.Unstructured) (bool, error) {
	id := identity{"discovery.k8s.io/v1", "EndpointSlice", service.GetNamespace(), service.GetName()}
	client, err := c.client(&id)
	if err != nil {
		return false, err
	}
	slices, err := client.List(ctx, metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + service.GetName()})
	if err != nil {
		return false, fmt.Errorf("%s: %w", id, err)
	}
	for _, slice := range slices.Items {
		if len(objects(slice.Object, "endpoints")) > 0 {
			return true, nil
		}
	}
	return false, nil
}

func missingIngress(_ context.Context, _ *Cluster, u *unstructured.Unstructured) (string, error) {
	if len(objects(u.Object, "status", "loadBalancer", "ingress")) == 0 {
		return "no ingress controller has given it an address", nil
	}
	return "", nil
}

// missingClaim accepts a pending claim where the volume is made only once a pod wants it: waiting for it would keep
// the pod from being created.
func missingClaim(ctx context.Context, c *Cluster, u *unstructured.Unstructured) (string, error) {
	phase := text(u.Object, "status", "phase")
	if phase == "Bound" {
		return "", nil
	}
	if class := text(u.Object, "spec", "storageClassName"); class != "" && phase == "Pending" {
		live, err := c.get(ctx, &identity{"storage.k8s.io/v1", "StorageClass", "", class})
		if err != nil {
			return "", err
		}
		if live != nil && text(live.Object, "volumeBindingMode") == "WaitForFirstConsumer" {
			return "", nil
		}
	}
	return fmt.Sprintf("its phase is %q, not Bound", phase), nil
}

func missingVolume(_ context.Context, _ *Cluster, u *unstructured.Unstructured) (string, error) {
	phase := text(u.Object, "status", "phase")
	if phase == "Available" || phase == "Bound" {
		return "", nil
	}
	return fmt.Sprintf("its phase is %q, not Available or Bound", phase), nil
}

func missingQuota(_ context.Context, _ *Cluster, u *unstructured.Unstructured) (string, error) {
	spec, _, _ := unstructured.NestedFieldNoCopy(u.Object, "spec", "hard")
	status, _, _ := unstructured.NestedFieldNoCopy(u.Object, "status", "hard")
	if !equality.Semantic.DeepEqual(spec, status) {
		return "its limits are not in force", nil
	}
	return "", nil
}

func missingToken(_ context.Context, _ *Cluster, u *unstructured.Unstructured) (string, error) {
	if data, _, _ := unstructured.NestedMap(u.Object, "data"); len(data) == 0 {
		return "it holds no token", nil
	}
	return "", nil
}
