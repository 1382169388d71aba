package live

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// served are the kinds that the API server of these tests knows.
var served = map[string][]map[string]any{
	"v1": {
		kindOf("namespaces", "Namespace", false), kindOf("pods", "Pod", true), kindOf("services", "Service", true),
		kindOf("secrets", "Secret", true), kindOf("configmaps", "ConfigMap", true),
		kindOf("persistentvolumeclaims", "PersistentVolumeClaim", true), kindOf("persistentvolumes", "PersistentVolume", false),
		kindOf("resourcequotas", "ResourceQuota", true), kindOf("replicationcontrollers", "ReplicationController", true),
	},
	"apps/v1": {
		kindOf("deployments", "Deployment", true), kindOf("statefulsets", "StatefulSet", true),
		kindOf("daemonsets", "DaemonSet", true),
	},
	"batch/v1":             {kindOf("jobs", "Job", true)},
	"networking.k8s.io/v1": {kindOf("ingresses", "Ingress", true)},
	"discovery.k8s.io/v1":  {kindOf("endpointslices", "EndpointSlice", true)},
	"storage.k8s.io/v1":    {kindOf("storageclasses", "StorageClass", false)},
}

func kindOf(plural, kind string, namespaced bool) map[string]any {
	return map[string]any{
		"name": plural, "singularName": strings.ToLower(kind), "kind": kind, "namespaced": namespaced,
		"verbs": []string{"get", "list", "create", "patch", "delete"},
	}
}

// apiServer speaks as much of the Kubernetes API as a Cluster asks for.
type apiServer struct {
	*httptest.Server

	mu sync.Mutex
	// states are the answers to GET by path, one after the other; the last one stays. A nil answer is "not found".
	states map[string][]map[string]any
	// refusals are answers to PATCH by path.
	refusals map[string]map[string]any
	applied  []application
	deleted  []string
	kinds    map[string][]map[string]any
	gets     map[string]int
}

// application is one PATCH as it arrived.
type application struct {
	path        string
	contentType string
	query       url.Values
	body        map[string]any
}

func startAPIServer(t *testing.T) (*apiServer, *Cluster) {
	t.Helper()
	s := &apiServer{
		states: map[string][]map[string]any{}, refusals: map[string]map[string]any{}, gets: map[string]int{},
		kinds: map[string][]map[string]any{},
	}
	for version, kinds := range served {
		s.kinds[version] = kinds
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(path, []byte(fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: %q}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: team}}]
current-context: x
`, s.URL)), 0o600))
	cluster, err := Connect(path)
	require.NoError(t, err)
	cluster.poll = 5 * time.Millisecond
	return s, cluster
}

func (s *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/version":
		answer(w, http.StatusOK, map[string]any{"major": "1", "minor": "35", "gitVersion": "v1.35.0"})
	case r.URL.Path == "/api":
		answer(w, http.StatusOK, map[string]any{"kind": "APIVersions", "versions": []string{"v1"}})
	case r.URL.Path == "/apis":
		answer(w, http.StatusOK, map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": s.groups()})
	case s.kinds[version(r.URL.Path)] != nil:
		answer(w, http.StatusOK, map[string]any{
			"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version(r.URL.Path), "resources": s.kinds[version(r.URL.Path)],
		})
	case r.Method == http.MethodPatch:
		s.patch(w, r)
	case r.Method == http.MethodDelete:
		s.deleted = append(s.deleted, r.URL.Path)
		answer(w, http.StatusOK, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Success"})
	default:
		s.get(w, r.URL.Path)
	}
}

func version(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "/apis/"), "/api/")
}

func (s *apiServer) groups() []any {
	groups := []any{}
	for version := range s.kinds {
		group, short, found := strings.Cut(version, "/")
		if !found {
			continue
		}
		v := map[string]any{"groupVersion": version, "version": short}
		groups = append(groups, map[string]any{"name": group, "versions": []any{v}, "preferredVersion": v})
	}
	return groups
}

func (s *apiServer) patch(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		answer(w, http.StatusBadRequest, status(http.StatusBadRequest, "BadRequest", err.Error(), nil))
		return
	}
	s.applied = append(s.applied, application{r.URL.Path, r.Header.Get("Content-Type"), r.URL.Query(), body})
	if refusal := s.refusals[r.URL.Path]; refusal != nil {
		answer(w, refusal["code"].(int), refusal)
		return
	}
	body["metadata"].(map[string]any)["uid"] = "assigned"
	if len(r.URL.Query()["dryRun"]) == 0 {
		s.states[r.URL.Path] = []map[string]any{body}
	}
	answer(w, http.StatusOK, body)
}

func (s *apiServer) get(w http.ResponseWriter, path string) {
	s.gets[path]++
	states := s.states[path]
	if len(states) == 0 {
		if strings.HasSuffix(path, "/pods") || strings.HasSuffix(path, "/endpointslices") {
			answer(w, http.StatusOK, map[string]any{"kind": "List", "apiVersion": "v1", "items": []any{}})
			return
		}
		answer(w, http.StatusNotFound, status(http.StatusNotFound, "NotFound", path+" not found", nil))
		return
	}
	if len(states) > 1 {
		s.states[path] = states[1:]
	}
	if states[0] == nil {
		answer(w, http.StatusNotFound, status(http.StatusNotFound, "NotFound", path+" not found", nil))
		return
	}
	if code, ok := states[0]["code"].(int); ok {
		answer(w, code, states[0])
		return
	}
	answer(w, http.StatusOK, states[0])
}

func status(code int, reason, message string, details map[string]any) map[string]any {
	return map[string]any{
		"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message,
		"details": details,
	}
}

func answer(w http.ResponseWriter, code int, body any) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}
