package live

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// object makes the object "o" of a kind in the namespace "a", with parts written in YAML.
func object(t *testing.T, kind string, parts ...string) map[string]any {
	t.Helper()
	o := map[string]any{}
	require.NoError(t, yaml.Unmarshal([]byte(strings.Join(parts, "\n")), &o))
	version, kind, _ := strings.Cut(kind, " ")
	o["apiVersion"], o["kind"] = version, kind
	o["metadata"] = map[string]any{"name": "o", "namespace": "a", "generation": int64(1)}
	return o
}

// annotated adds an annotation to an object.
func annotated(o map[string]any, key, value string) map[string]any {
	o["metadata"].(map[string]any)["annotations"] = map[string]any{key: value}
	return o
}

func list(elements ...any) map[string]any {
	return map[string]any{"kind": "List", "apiVersion": "v1", "items": elements}
}

const (
	endpointSlices = "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices"
	pods           = "/api/v1/namespaces/a/pods"
)

func TestAwait_WaitsForEachKindAsPulumisProviderDoes(t *testing.T) {
	const (
		balanced = "spec: {type: LoadBalancer, selector: {app: o}}"
		onDelete = "spec: {updateStrategy: {type: OnDelete}}"
		address  = "status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}"
	)
	endpoints := map[string]map[string]any{
		endpointSlices: list(object(t, "discovery.k8s.io/v1 EndpointSlice", "endpoints: [{}]")),
	}
	class := func(name, mode string) map[string]map[string]any {
		o := object(t, "storage.k8s.io/v1 StorageClass", "volumeBindingMode: "+mode)
		return map[string]map[string]any{"/apis/storage.k8s.io/v1/storageclasses/" + name: o}
	}
	cases := map[string]struct {
		kind string
		// ready and unready are parts of the object; where one is missing, the kind has no such state in this case.
		ready, unready []string
		missing        string
		also           map[string]map[string]any
	}{
		"deployment": {
			kind: "apps/v1 Deployment",
			ready: []string{
				"spec: {replicas: 2}",
				"status: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2}",
			},
			unready: []string{
				"spec: {replicas: 2}",
				"status: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 1}",
			},
			missing: "1 of 2 replicas are available",
		},
		"deployment with old replicas": {
			kind:    "apps/v1 Deployment",
			ready:   []string{"status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1}"},
			unready: []string{"status: {observedGeneration: 1, replicas: 2, updatedReplicas: 1, availableReplicas: 2}"},
			missing: "1 old replicas are still there",
		},
		"deployment that its controller has not seen": {
			kind:    "apps/v1 Deployment",
			ready:   []string{"spec: {replicas: 0}", "status: {observedGeneration: 1}"},
			unready: []string{"spec: {replicas: 0}"},
			missing: "its controller has seen generation 0 of 1",
		},
		"stateful set": {
			kind:    "apps/v1 StatefulSet",
			ready:   []string{"status: {observedGeneration: 1, replicas: 1, readyReplicas: 1, currentRevision: r1, updateRevision: r1}"},
			unready: []string{"status: {observedGeneration: 1, replicas: 1, readyReplicas: 1, currentRevision: r1, updateRevision: r2}"},
			missing: "0 of 1 replicas run the new revision",
		},
		"stateful set, on delete": {
			kind: "apps/v1 StatefulSet",
			ready: []string{
				onDelete, "status: {observedGeneration: 1, replicas: 1, readyReplicas: 1, currentRevision: r1, updateRevision: r2}",
			},
			unready: []string{onDelete, "status: {observedGeneration: 1, replicas: 1}"},
			missing: "0 of 1 replicas are ready",
		},
		"daemon set": {
			kind: "apps/v1 DaemonSet",
			ready: []string{"status: {observedGeneration: 1, desiredNumberScheduled: 3, currentNumberScheduled: 3, " +
				"updatedNumberScheduled: 3, numberAvailable: 3, numberReady: 3}"},
			unready: []string{"status: {observedGeneration: 1, desiredNumberScheduled: 3, currentNumberScheduled: 3, " +
				"updatedNumberScheduled: 2}"},
			missing: "2 of 3 pods are updated",
		},
		"job": {
			kind:    "batch/v1 Job",
			ready:   []string{"status: {conditions: [{type: Complete, status: 'True'}]}"},
			unready: []string{"status: {active: 1, failed: 2}"},
			missing: "it is not complete, with 1 active, 2 failed pods",
		},
		"pod": {
			kind:  "v1 Pod",
			ready: []string{"status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}"},
			unready: []string{
				"status: {phase: Pending, containerStatuses: [{name: lnd, state: {waiting: {reason: ImagePullBackOff}}}]}",
			},
			missing: "it is not ready: lnd is waiting, ImagePullBackOff",
		},
		"finished pod": {kind: "v1 Pod", ready: []string{"status: {phase: Succeeded}"}},
		"replication controller": {
			kind:    "v1 ReplicationController",
			ready:   []string{"status: {availableReplicas: 1}"},
			unready: []string{"status: {replicas: 1}"},
			missing: "0 of 1 replicas are available",
		},
		"service":                  {kind: "v1 Service", ready: []string{"spec: {selector: {app: o}}"}, also: endpoints},
		"service without pods":     {kind: "v1 Service", unready: []string{"spec: {selector: {app: o}}"}, missing: "it targets no pod"},
		"headless service":         {kind: "v1 Service", ready: []string{"spec: {clusterIP: None, selector: {app: o}}"}},
		"external name":            {kind: "v1 Service", ready: []string{"spec: {type: ExternalName}"}},
		"service without selector": {kind: "v1 Service", ready: []string{"spec: {clusterIP: 192.0.2.1}"}},
		"load balancer": {
			kind: "v1 Service", ready: []string{balanced, address}, unready: []string{balanced},
			missing: "it has no load balancer address", also: endpoints,
		},
		"ingress": {
			kind: "networking.k8s.io/v1 Ingress", ready: []string{address}, unready: []string{"spec: {}"},
			missing: "no ingress controller has given it an address",
		},
		"claim": {
			kind:    "v1 PersistentVolumeClaim",
			ready:   []string{"status: {phase: Bound}"},
			unready: []string{"spec: {storageClassName: now}", "status: {phase: Pending}"},
			missing: `its phase is "Pending", not Bound`, also: class("now", "Immediate"),
		},
		"claim that waits for its pod": {
			kind:  "v1 PersistentVolumeClaim",
			ready: []string{"spec: {storageClassName: late}", "status: {phase: Pending}"},
			also:  class("late", "WaitForFirstConsumer"),
		},
		"volume": {
			kind: "v1 PersistentVolume", ready: []string{"status: {phase: Available}"},
			unready: []string{"status: {phase: Pending}"}, missing: "not Available or Bound",
		},
		"quota": {
			kind: "v1 ResourceQuota", ready: []string{"spec: {hard: {pods: '9'}}", "status: {hard: {pods: '9'}}"},
			unready: []string{"spec: {hard: {pods: '9'}}"}, missing: "its limits are not in force",
		},
		"token": {
			kind: "v1 Secret", ready: []string{"type: kubernetes.io/service-account-token", "data: {token: dA==}"},
			unready: []string{"type: kubernetes.io/service-account-token"}, missing: "it holds no token",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server, cluster := startAPIServer(t)
			for path, also := range tc.also {
				server.states[path] = []map[string]any{also}
			}
			var answers []map[string]any
			if tc.unready != nil {
				given := object(t, tc.kind, tc.unready...)
				answers = append(answers, given)
				r, awaited := readiness(given)
				require.True(t, awaited)
				lacks, err := r.missing(t.Context(), cluster, &unstructured.Unstructured{Object: given})
				require.NoError(t, err)
				require.Contains(t, lacks, tc.missing)
			}
			if tc.ready != nil {
				// The server answers with one after the other: an object that is not ready is asked for again.
				answers = append(answers, object(t, tc.kind, tc.ready...))
				server.states[pathOf(server, answers[0])] = answers
				require.NoError(t, cluster.Await(t.Context(), answers[0]))
			}
		})
	}
}

// pathOf is where the API server of these tests has an object; identify drops the namespace of a cluster's own kinds.
func pathOf(s *apiServer, obj map[string]any) string {
	id := identify(obj)
	root := "/apis/" + id.apiVersion
	if !strings.Contains(id.apiVersion, "/") {
		root = "/api/" + id.apiVersion
	}
	for _, k := range s.kinds[id.apiVersion] {
		switch {
		case k["kind"] != id.kind:
		case k["namespaced"] == true:
			return root + "/namespaces/" + id.namespace + "/" + k["name"].(string) + "/" + id.name
		default:
			delete(obj["metadata"].(map[string]any), "namespace")
			return root + "/" + k["name"].(string) + "/" + id.name
		}
	}
	return ""
}

func TestAwait_StopsAtWhatCannotGetBetter(t *testing.T) {
	for name, tc := range map[string]struct{ kind, status, want string }{
		"job": {
			"batch/v1 Job", "status: {conditions: [{type: Failed, status: 'True', reason: BackoffLimitExceeded, message: too often}]}",
			"Job a/o failed: BackoffLimitExceeded, too often",
		},
		"pod": {"v1 Pod", "status: {phase: Failed, reason: Evicted}", "Pod a/o failed: Evicted"},
	} {
		t.Run(name, func(t *testing.T) {
			server, cluster := startAPIServer(t)
			obj := object(t, tc.kind, tc.status)
			server.states[pathOf(server, obj)] = []map[string]any{obj}
			require.ErrorContains(t, cluster.Await(t.Context(), obj), tc.want)
		})
	}
}

func TestAwait_OutlivesAnAPIServerThatIsAwayForAMoment(t *testing.T) {
	server, cluster := startAPIServer(t)
	pod := object(t, "v1 Pod", "status: {phase: Succeeded}")
	away := status(http.StatusServiceUnavailable, "ServiceUnavailable", "etcd leader changed", nil)
	server.states[pathOf(server, pod)] = []map[string]any{away, pod}
	require.NoError(t, cluster.Await(t.Context(), pod))
}

func TestAwait_ReturnsARefusalAtOnce(t *testing.T) {
	server, cluster := startAPIServer(t)
	pod := object(t, "v1 Pod")
	server.states[pathOf(server, pod)] = []map[string]any{status(http.StatusForbidden, "Forbidden", "pods is forbidden", nil)}
	require.ErrorContains(t, cluster.Await(t.Context(), pod), "Pod a/o: pods is forbidden")
}

func TestAwait_AsksNothingWhereNothingIsAwaited(t *testing.T) {
	server, cluster := startAPIServer(t)
	for _, obj := range []map[string]any{
		annotated(object(t, "apps/v1 Deployment"), skipAwait, "true"),
		object(t, "v1 ConfigMap"), object(t, "v1 Secret", "type: Opaque"), object(t, "example.com/v1 Gadget"),
	} {
		require.NoError(t, cluster.Await(t.Context(), obj))
	}
	require.Empty(t, server.gets)
}

func TestAwait_AsksNothingWhenItIsToldNotToWait(t *testing.T) {
	server, cluster := startAPIServer(t)
	cluster.SkipAwait = true
	require.NoError(t, cluster.Await(t.Context(), object(t, "apps/v1 Deployment")))
	require.Empty(t, server.gets)
}

func TestAwait_NamesThePodThatIsStuck(t *testing.T) {
	server, cluster := startAPIServer(t)
	deployment := annotated(object(t, "apps/v1 Deployment",
		"spec: {selector: {matchLabels: {app: o}}}", "status: {observedGeneration: 1}"), timeoutSeconds, "1")
	server.states[pathOf(server, deployment)] = []map[string]any{deployment}
	server.states[pods] = []map[string]any{list(object(t, "v1 Pod",
		"status: {conditions: [{type: PodScheduled, status: 'False', message: 0/1 nodes are available}]}"))}
	require.EqualError(t, cluster.Await(t.Context(), deployment), "Deployment a/o: 0 of 1 replicas are updated "+
		"(pod o: 0/1 nodes are available) after 1s, want it within that time: see `kubectl describe deployment o -n a`, "+
		`then raise the annotation pulumi.com/timeoutSeconds or set pulumi.com/skipAwait to "true"`)
}

func TestAwait_RefusesATimeoutThatIsNotANumber(t *testing.T) {
	_, cluster := startAPIServer(t)
	for _, seconds := range []string{"soon", "0", "-3", "1.5"} {
		deployment := annotated(object(t, "apps/v1 Deployment"), timeoutSeconds, seconds)
		require.ErrorContains(t, cluster.Await(t.Context(), deployment), `is "`+seconds+`", want a whole number of seconds`)
	}
}

func TestReadiness_TimesOutWhenPulumisProviderDoes(t *testing.T) {
	for kind, want := range map[string]time.Duration{
		"apps/v1 Deployment": 10 * time.Minute, "apps/v1 StatefulSet": 10 * time.Minute, "apps/v1 DaemonSet": 10 * time.Minute,
		"batch/v1 Job": 10 * time.Minute, "v1 Pod": 10 * time.Minute, "v1 Service": 10 * time.Minute,
		"networking.k8s.io/v1 Ingress": 10 * time.Minute, "v1 PersistentVolumeClaim": 5 * time.Minute,
	} {
		r, ok := readiness(object(t, kind))
		require.True(t, ok, kind)
		require.Equal(t, want, r.timeout, kind)
	}
}
