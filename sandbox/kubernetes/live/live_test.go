package live

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func configMap(namespace, name string) map[string]any {
	metadata := map[string]any{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	return map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": map[string]any{"chain": "testnet4"},
	}
}

func TestConnect_NamesTheKubeconfigThatCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing")
	_, err := Connect(path)
	require.ErrorContains(t, err, "kubeconfig "+path)
}

func TestApply_IsServerSideForcedAndStrict(t *testing.T) {
	server, cluster := startAPIServer(t)
	obj := configMap("bitcoin", "conf")
	obj["metadata"].(map[string]any)["managedFields"] = []any{map[string]any{}}
	obj["metadata"].(map[string]any)["resourceVersion"] = "7"
	got, err := cluster.Apply(t.Context(), obj, false)
	require.NoError(t, err)
	require.Equal(t, "assigned", got["metadata"].(map[string]any)["uid"])
	require.Len(t, server.applied, 1)
	sent := server.applied[0]
	require.Equal(t, "/api/v1/namespaces/bitcoin/configmaps/conf", sent.path)
	require.Equal(t, "application/apply-patch+yaml", sent.contentType)
	require.Equal(t, "satkube-sandbox", sent.query.Get("fieldManager"))
	require.Equal(t, "true", sent.query.Get("force"))
	require.Equal(t, "Strict", sent.query.Get("fieldValidation"))
	require.Empty(t, sent.query["dryRun"])
	require.NotContains(t, sent.body["metadata"], "managedFields")
	require.NotContains(t, sent.body["metadata"], "resourceVersion")
	require.Contains(t, obj["metadata"], "managedFields", "the caller's object stays as it is")
}

func TestApply_DryRunChangesNothing(t *testing.T) {
	server, cluster := startAPIServer(t)
	_, err := cluster.Apply(t.Context(), configMap("bitcoin", "conf"), true)
	require.NoError(t, err)
	require.Equal(t, []string{"All"}, server.applied[0].query["dryRun"])
	_, found, err := cluster.Read(t.Context(), "v1", "ConfigMap", "bitcoin", "conf")
	require.NoError(t, err)
	require.False(t, found)
}

func TestApply_WithoutNamespaceTakesTheKubeconfigs(t *testing.T) {
	server, cluster := startAPIServer(t)
	_, err := cluster.Apply(t.Context(), configMap("", "conf"), false)
	require.NoError(t, err)
	require.Equal(t, "/api/v1/namespaces/team/configmaps/conf", server.applied[0].path)
}

func TestApply_PassesTheRefusalOfAnUnknownFieldOn(t *testing.T) {
	server, cluster := startAPIServer(t)
	server.refusals["/api/v1/namespaces/bitcoin/configmaps/conf"] = status(http.StatusBadRequest, "BadRequest",
		`failed to create typed patch object: .spec.replica: field not declared in schema`, nil)
	for _, dryRun := range []bool{false, true} {
		_, err := cluster.Apply(t.Context(), configMap("bitcoin", "conf"), dryRun)
		require.ErrorContains(t, err, "ConfigMap bitcoin/conf: ")
		require.ErrorContains(t, err, ".spec.replica: field not declared in schema")
	}
}

func TestApply_ReturnsWhatAPreviewCannotKnow(t *testing.T) {
	server, cluster := startAPIServer(t)
	server.refusals["/api/v1/namespaces/new/configmaps/conf"] = status(http.StatusNotFound, "NotFound",
		`namespaces "new" not found`, map[string]any{"name": "new", "kind": "namespaces"})
	custom := map[string]any{
		"apiVersion": "example.com/v1", "kind": "Gadget", "metadata": map[string]any{"name": "g", "namespace": "new"},
	}
	for name, obj := range map[string]map[string]any{"namespace": configMap("new", "conf"), "kind": custom} {
		t.Run(name, func(t *testing.T) {
			got, err := cluster.Apply(t.Context(), obj, true)
			require.NoError(t, err)
			require.Equal(t, obj, got)
			_, err = cluster.Apply(t.Context(), obj, false)
			require.Error(t, err)
		})
	}
}

func TestApply_FindsAKindThatAppearsDuringTheUpdate(t *testing.T) {
	server, cluster := startAPIServer(t)
	custom := map[string]any{
		"apiVersion": "example.com/v1", "kind": "Gadget", "metadata": map[string]any{"name": "g", "namespace": "a"},
	}
	_, err := cluster.Apply(t.Context(), custom, false)
	require.ErrorContains(t, err, "Gadget a/g: no matches for kind")
	server.mu.Lock()
	server.kinds["example.com/v1"] = []map[string]any{kindOf("gadgets", "Gadget", true)}
	server.mu.Unlock()
	_, err = cluster.Apply(t.Context(), custom, false)
	require.NoError(t, err)
}

func TestApply_WantsAName(t *testing.T) {
	_, cluster := startAPIServer(t)
	_, err := cluster.Apply(t.Context(), configMap("a", ""), true)
	require.ErrorContains(t, err, "metadata.name is empty")
}

func TestApply_NeverQuotesTheValueOfASecret(t *testing.T) {
	server, cluster := startAPIServer(t)
	server.refusals["/api/v1/namespaces/bitcoin/secrets/seed"] = status(http.StatusInternalServerError, "InternalError",
		`.data.seed: expected string, got &value.valueUnstructured{Value:"abandon ability"}, part "abandon"`, nil)
	_, err := cluster.Apply(t.Context(), map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "seed", "namespace": "bitcoin"},
		"data":       map[string]any{"seed": []any{"abandon ability"}},
		"stringData": map[string]any{"word": "abandon"},
	}, false)
	require.ErrorContains(t, err, "Secret bitcoin/seed: .data.seed: expected string")
	require.NotContains(t, err.Error(), "abandon")
}

func TestRead_TellsWhetherTheObjectExists(t *testing.T) {
	server, cluster := startAPIServer(t)
	server.states["/api/v1/namespaces/a/configmaps/conf"] = []map[string]any{configMap("a", "conf")}
	got, found, err := cluster.Read(t.Context(), "v1", "ConfigMap", "a", "conf")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, configMap("a", "conf"), got)
	_, found, err = cluster.Read(t.Context(), "v1", "ConfigMap", "a", "other")
	require.NoError(t, err)
	require.False(t, found)
	_, found, err = cluster.Read(t.Context(), "gone.example/v1", "Gadget", "a", "g")
	require.NoError(t, err)
	require.False(t, found)
}

func TestDelete_WaitsUntilTheObjectIsGone(t *testing.T) {
	server, cluster := startAPIServer(t)
	const path = "/api/v1/namespaces/a/configmaps/conf"
	held := configMap("a", "conf")
	held["metadata"].(map[string]any)["finalizers"] = []any{"foregroundDeletion"}
	server.states[path] = []map[string]any{held, held, held, nil}
	require.NoError(t, cluster.Delete(t.Context(), "v1", "ConfigMap", "a", "conf"))
	require.Equal(t, []string{path}, server.deleted)
	require.Equal(t, 4, server.gets[path])
}

func TestDelete_OfWhatIsNotThereSucceeds(t *testing.T) {
	server, cluster := startAPIServer(t)
	require.NoError(t, cluster.Delete(t.Context(), "v1", "ConfigMap", "a", "conf"))
	require.NoError(t, cluster.Delete(t.Context(), "gone.example/v1", "Gadget", "a", "g"))
	require.Empty(t, server.deleted)
}

func TestDelete_ASuccessorOfTheSameNameIsAnotherObject(t *testing.T) {
	server, cluster := startAPIServer(t)
	next := configMap("a", "conf")
	next["metadata"].(map[string]any)["uid"] = "2"
	server.states["/api/v1/namespaces/a/configmaps/conf"] = []map[string]any{configMap("a", "conf"), next}
	require.NoError(t, cluster.Delete(t.Context(), "v1", "ConfigMap", "a", "conf"))
}

func TestDelete_SaysWhichFinalizerHoldsTheObject(t *testing.T) {
	server, cluster := startAPIServer(t)
	held := configMap("a", "conf")
	held["metadata"].(map[string]any)["finalizers"] = []any{"example.com/hold"}
	held["metadata"].(map[string]any)["annotations"] = map[string]any{timeoutSeconds: "1"}
	server.states["/api/v1/namespaces/a/configmaps/conf"] = []map[string]any{held}
	err := cluster.Delete(t.Context(), "v1", "ConfigMap", "a", "conf")
	require.ErrorContains(t, err, "ConfigMap a/conf: it still exists, held by the finalizers [example.com/hold] after 1s")
}

func TestUntil_EndsWithTheCallersContext(t *testing.T) {
	_, cluster := startAPIServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := cluster.until(ctx, identity{"v1", "Pod", "a", "p"}, time.Hour, func(context.Context) (string, error) {
		return "it is not ready", nil
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "Pod a/p: ")
}
