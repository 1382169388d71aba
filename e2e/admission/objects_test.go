package admission

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// fixture returns the objects of testdata/export.json: a part of what the engine exports of stack regtest, with the values
// of its secrets replaced.
func fixture(t *testing.T) []Object {
	t.Helper()
	export, err := os.ReadFile("testdata/export.json")
	require.NoError(t, err)
	objects, err := Objects(export)
	require.NoError(t, err)
	return objects
}

// one returns the fixture's only object of a kind and name.
func one(t *testing.T, objects []Object, kind, name string) Object {
	t.Helper()
	for _, o := range objects {
		if o.Content.GetKind() == kind && o.Content.GetName() == name {
			o.Content = o.Content.DeepCopy()
			return o
		}
	}
	require.Fail(t, "no such object", "%s %s", kind, name)
	return Object{}
}

func TestObjects_AreThoseOfKubernetesWithoutComponentsAndProviders(t *testing.T) {
	objects := fixture(t)
	require.Len(t, objects, 18)
	kinds := map[string]int{}
	patches := 0
	for _, o := range objects {
		kinds[kindOf(o.Content)]++
		require.Equal(t, "regtest", o.Stack)
		if o.Patch {
			patches++
			require.Equal(t, "ServiceAccount", o.Content.GetKind())
			require.Equal(t, "default", o.Content.GetName())
		}
	}
	require.Equal(t, 1, patches)
	require.Equal(t, 2, kinds["/Namespace"])
	require.Equal(t, 3, kinds["scheduling.k8s.io/PriorityClass"])
	require.Equal(t, 1, kinds["apps/StatefulSet"])
	require.Zero(t, kinds["/"])
}

func TestObjects_HaveTheirSecretsInClearAndAreMarked(t *testing.T) {
	secret := one(t, fixture(t), "Secret", "bitcoind-exporter")
	require.True(t, secret.Confidential)
	value, _, err := unstructured.NestedString(secret.Content.Object, "stringData", "bitcoin.conf")
	require.NoError(t, err)
	require.Equal(t, "no-secret-at-all", value)

	require.False(t, one(t, fixture(t), "StatefulSet", "prometheus").Confidential)
}

func TestObjects_KeepWholeNumbersWhole(t *testing.T) {
	class := one(t, fixture(t), "PriorityClass", "satkube-bitcoin")
	require.Equal(t, int64(900000), class.Content.Object["value"])
}

// exported is an export with one resource of these inputs.
func exported(typ, inputs, more string) string {
	return fmt.Sprintf(`{"deployment": {"resources": [{"urn": "urn:pulumi:s::p::%s::n", "custom": true, "type": %q, "inputs": %s%s}]}}`,
		typ, typ, inputs, more)
}

func configMap(data string) string {
	return `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"k": ` + data + `}}`
}

func TestObjects_LeaveOutTheEnginesOwnKeys(t *testing.T) {
	inputs := `{"__defaults": [], "__fieldManager": "m", "apiVersion": "v1", "kind": "ConfigMap",
		"metadata": {"name": "c", "__defaults": ["name"]}, "data": {"__init__.py": "kept"}}`
	objects, err := Objects([]byte(exported("kubernetes:core/v1:ConfigMap", inputs, "")))
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "c"}, "data": map[string]any{"__init__.py": "kept"},
	}, objects[0].Content.Object)
}

func TestObjects_MarkAnObjectThatHoldsASecretSomewhere(t *testing.T) {
	wrapped := `{"` + signature + `": "` + secretSignature + `", "plaintext": "\"hunter2\""}`
	for name, inputs := range map[string]string{
		"a value": configMap(wrapped),
		"in a list": `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c"},
			"spec": {"containers": [{"name": "a", "args": [` + wrapped + `]}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			objects, err := Objects([]byte(exported("kubernetes:core/v1:ConfigMap", inputs, "")))
			require.NoError(t, err)
			require.True(t, objects[0].Confidential)
			body, err := objects[0].Content.MarshalJSON()
			require.NoError(t, err)
			require.Contains(t, string(body), `"hunter2"`)
		})
	}
}

func TestObjects_RefusesWhatItCannotReadAndQuotesNothing(t *testing.T) {
	for name, c := range map[string]struct{ export, want string }{
		"no JSON":           {`hunter2`, "is not JSON"},
		"no objects":        {`{"deployment": {}}`, "want 1 at least"},
		"a preview's value": {exported("kubernetes:core/v1:ConfigMap", configMap(`"`+unknownValue+`"`), ""), "a value is unknown"},
		"an encrypted secret": {exported("kubernetes:core/v1:ConfigMap",
			configMap(`{"`+signature+`": "`+secretSignature+`", "ciphertext": "hunter2"}`), ""), "--show-secrets"},
		"a broken secret": {exported("kubernetes:core/v1:ConfigMap",
			configMap(`{"`+signature+`": "`+secretSignature+`", "plaintext": "hunter2"}`), ""), "a secret is no JSON"},
		"an asset":       {exported("kubernetes:core/v1:ConfigMap", configMap(`{"`+signature+`": "c44067f5952c0a294b673a41bacd8c17", "text": "hunter2"}`), ""), "is an asset"},
		"a Helm release": {exported("kubernetes:helm.sh/v3:Release", `{"chart": "hunter2"}`, ""), "only plain objects can be checked"},
		"only read":      {exported("kubernetes:core/v1:ConfigMap", configMap(`"v"`), `, "external": true`), "want 1 at least"},
		"going away":     {exported("kubernetes:core/v1:ConfigMap", configMap(`"v"`), `, "delete": true`), "want 1 at least"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Objects([]byte(c.export))
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "hunter2")
			require.False(t, strings.Contains(err.Error(), "\n"))
		})
	}
}
