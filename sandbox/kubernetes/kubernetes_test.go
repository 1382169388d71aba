package kubernetes

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

type fields = map[string]any

type fixture struct {
	t     *testing.T
	srv   pulumirpc.ResourceProviderServer
	cloud *standin.Cloud
}

func newFixture(t *testing.T, config fields) fixture {
	t.Helper()
	cloud := standin.OpenCloud(t.TempDir())
	f := fixture{t, New(standin.Provider{Cloud: cloud}, nil).Server(), cloud}
	_, err := f.srv.Configure(context.Background(), &pulumirpc.ConfigureRequest{Args: f.props(config)})
	require.NoError(t, err)
	return f
}

func (f fixture) props(m fields) *structpb.Struct {
	f.t.Helper()
	s, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(m), plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(f.t, err)
	return s
}

func (f fixture) read(s *structpb.Struct) resource.PropertyMap {
	f.t.Helper()
	m, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(f.t, err)
	return m
}

func urn(typ, name string) string { return "urn:pulumi:test::satkube::kubernetes:" + typ + "::" + name }

func (f fixture) check(typ, name string, olds *structpb.Struct, in fields) (*structpb.Struct, string) {
	f.t.Helper()
	resp, err := f.srv.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urn(typ, name), Olds: olds, News: f.props(in)})
	require.NoError(f.t, err)
	var reasons []string
	for _, failure := range resp.Failures {
		reasons = append(reasons, failure.Reason)
	}
	return resp.Inputs, strings.Join(reasons, "\n")
}

func (f fixture) create(typ, name string, in fields) (*pulumirpc.CreateResponse, error) {
	f.t.Helper()
	inputs, reasons := f.check(typ, name, nil, in)
	require.Empty(f.t, reasons)
	return f.srv.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn(typ, name), Properties: inputs})
}

func meta(name, namespace string) fields {
	m := fields{"name": name}
	if namespace != "" {
		m["namespace"] = namespace
	}
	return fields{"metadata": m}
}

func TestCreate_CompletesTheObject(t *testing.T) {
	f := newFixture(t, nil)
	made, err := f.create("core/v1:ConfigMap", "settings", meta("settings", "default"))
	require.NoError(t, err)
	require.Equal(t, "default/settings", made.Id)
	out := f.read(made.Properties)
	require.Equal(t, "v1", out["apiVersion"].StringValue())
	require.Equal(t, "ConfigMap", out["kind"].StringValue())
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, out["metadata"].ObjectValue()["uid"].StringValue())
	for _, key := range []resource.PropertyKey{"resourceVersion", "creationTimestamp", "generation"} {
		require.Contains(t, out["metadata"].ObjectValue(), key)
	}

	role, err := f.create("rbac.authorization.k8s.io/v1:ClusterRole", "system:node", meta("system:node", ""))
	require.NoError(t, err)
	require.Equal(t, "system:node", role.Id, "a cluster-wide object has no namespace")
}

func TestNames_AreGeneratedOnce(t *testing.T) {
	f := newFixture(t, nil)
	first, _ := f.check("core/v1:ConfigMap", "settings", nil, fields{"data": fields{"a": "b"}})
	metadata := f.read(first)["metadata"].ObjectValue()
	require.Regexp(t, `^settings-[0-9a-f]{8}$`, metadata["name"].StringValue())
	require.Equal(t, "true", metadata["annotations"].ObjectValue()[autonamed].StringValue())

	second, _ := f.check("core/v1:ConfigMap", "settings", first, fields{"metadata": fields{"labels": fields{"a": "b"}}})
	require.Equal(t, metadata["name"], f.read(second)["metadata"].ObjectValue()["name"])
}

func TestNamespace_OfTheProviderIsTheDefault(t *testing.T) {
	f := newFixture(t, fields{"namespace": "bitcoin"})
	in, _ := f.check("core/v1:ConfigMap", "a", nil, meta("a", ""))
	require.Equal(t, "bitcoin", f.read(in)["metadata"].ObjectValue()["namespace"].StringValue())
	in, _ = f.check("storage.k8s.io/v1:StorageClass", "a", nil, meta("a", ""))
	require.NotContains(t, f.read(in)["metadata"].ObjectValue(), resource.PropertyKey("namespace"))
}

func TestCreate_NeedsItsNamespace(t *testing.T) {
	f := newFixture(t, nil)
	_, err := f.create("core/v1:ConfigMap", "a", meta("a", "bitcoin"))
	require.ErrorContains(t, err, `namespaces "bitcoin" not found`)
	for _, builtIn := range []string{"default", "kube-system", "kube-public", "kube-node-lease"} {
		_, err := f.create("core/v1:ConfigMap", builtIn, meta("a", builtIn))
		require.NoError(t, err)
	}
	_, err = f.create("core/v1:Namespace", "bitcoin", meta("bitcoin", ""))
	require.NoError(t, err)
	_, err = f.create("core/v1:ConfigMap", "a", meta("a", "bitcoin"))
	require.NoError(t, err)
}

func TestNamespace_TakesItsObjectsAlong(t *testing.T) {
	f := newFixture(t, nil)
	made, err := f.create("core/v1:Namespace", "bitcoin", meta("bitcoin", ""))
	require.NoError(t, err)
	_, err = f.create("core/v1:ConfigMap", "a", meta("a", "bitcoin"))
	require.NoError(t, err)
	_, err = f.srv.Delete(context.Background(), &pulumirpc.DeleteRequest{Urn: urn("core/v1:Namespace", "bitcoin"), Id: made.Id, Properties: made.Properties})
	require.NoError(t, err)
	_, found, err := f.cloud.Find("test", "kubernetes:core/v1:ConfigMap", "bitcoin/a")
	require.NoError(t, err)
	require.False(t, found)
}

func TestCreate_RefusesAnObjectOfAnotherResource(t *testing.T) {
	f := newFixture(t, nil)
	_, err := f.create("core/v1:ConfigMap", "one", meta("a", "default"))
	require.NoError(t, err)
	_, err = f.create("core/v1:ConfigMap", "two", meta("a", "default"))
	require.ErrorContains(t, err, "already exists as "+urn("core/v1:ConfigMap", "one"))
	_, err = f.create("core/v1:ConfigMap", "one", meta("a", "default"))
	require.NoError(t, err, "what the same resource left behind is taken over")
	_, err = f.create("core/v1:ConfigMapPatch", "three", meta("a", "default"))
	require.NoError(t, err, "a patch is made for what exists")
}

func TestSecret_IsSecretEverywhere(t *testing.T) {
	f := newFixture(t, nil)
	in := meta("wallet", "default")
	in["stringData"], in["data"] = fields{"seed": "abandon"}, fields{"key": "a2V5"}
	inputs, _ := f.check("core/v1:Secret", "wallet", nil, in)
	for _, preview := range []bool{true, false} {
		made, err := f.srv.Create(context.Background(), &pulumirpc.CreateRequest{
			Urn: urn("core/v1:Secret", "wallet"), Properties: inputs, Preview: preview,
		})
		require.NoError(t, err)
		for _, m := range []resource.PropertyMap{f.read(inputs), f.read(made.Properties)} {
			require.True(t, m["data"].IsSecret())
			require.True(t, m["stringData"].IsSecret())
		}
		data := f.read(made.Properties)["data"].SecretValue().Element.ObjectValue()
		require.Equal(t, base64.StdEncoding.EncodeToString([]byte("abandon")), data["seed"].StringValue())
		require.Equal(t, "a2V5", data["key"].StringValue())
	}
}

func TestCheck_RefusesWhatAnAPIServerRefuses(t *testing.T) {
	f := newFixture(t, nil)
	workload := func(selector, label string) fields {
		m := meta("lnd", "default")
		m["spec"] = fields{
			"selector": fields{"matchLabels": fields{"app": selector}},
			"template": fields{"metadata": fields{"labels": fields{"app": label, "version": "1"}}},
		}
		return m
	}
	pod := func(resources fields) fields {
		m := workload("lnd", "lnd")
		m["spec"].(fields)["template"].(fields)["spec"] = fields{"containers": []any{fields{"name": "a", "resources": resources}}}
		return m
	}
	data := meta("a", "default")
	data["data"] = fields{"a/b": "c"}
	for name, test := range map[string]struct {
		typ  string
		in   fields
		want string
	}{
		"upper case":        {"core/v1:ConfigMap", meta("Settings", "default"), "metadata.name"},
		"underscore":        {"core/v1:Namespace", meta("my_ns", ""), "metadata.name"},
		"service digit":     {"core/v1:Service", meta("1a", "default"), "metadata.name"},
		"selector":          {"apps/v1:StatefulSet", workload("lnd", "bitcoind"), "does not match"},
		"selector fits":     {"apps/v1:StatefulSet", workload("lnd", "lnd"), ""},
		"negative":          {"apps/v1:StatefulSet", pod(fields{"requests": fields{"cpu": "-1"}}), "negative quantity"},
		"no quantity":       {"apps/v1:StatefulSet", pod(fields{"limits": fields{"memory": "2 GB"}}), "is no quantity"},
		"number":            {"apps/v1:StatefulSet", pod(fields{"limits": fields{"cpu": 1.5, "memory": "2Gi"}}), ""},
		"unknown":           {"apps/v1:StatefulSet", pod(fields{"limits": fields{"cpu": resource.MakeComputed(resource.NewProperty(""))}}), ""},
		"config key":        {"core/v1:ConfigMap", data, `key "a/b"`},
		"patch of nothing":  {"core/v1:ConfigMapPatch", fields{"metadata": fields{"labels": fields{}}}, "metadata.name is missing"},
		"colon in a role":   {"rbac.authorization.k8s.io/v1:ClusterRole", meta("system:x", ""), ""},
		"slash in a role":   {"rbac.authorization.k8s.io/v1:ClusterRole", meta("a/b", ""), "metadata.name"},
		"unknown namespace": {"core/v1:ConfigMap", meta("a", "later"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, reasons := f.check(test.typ, "x", nil, test.in)
			if test.want == "" {
				require.Empty(t, reasons)
				return
			}
			require.Contains(t, reasons, test.want)
		})
	}
}

func TestDiff_ReplacesForTheFieldsThatCannotChange(t *testing.T) {
	f := newFixture(t, nil)
	spec := func(m fields) fields { return fields{"metadata": fields{"name": "a"}, "spec": m} }
	for name, test := range map[string]struct {
		typ        string
		olds, news fields
		replace    bool
	}{
		"name":                 {"core/v1:Service", meta("a", "x"), meta("b", "x"), true},
		"namespace":            {"core/v1:Service", meta("a", "x"), meta("a", "y"), true},
		"labels":               {"core/v1:Service", meta("a", "x"), fields{"metadata": fields{"name": "a", "namespace": "x", "labels": fields{"a": "b"}}}, false},
		"service name":         {"apps/v1:StatefulSet", spec(fields{"serviceName": "a"}), spec(fields{"serviceName": "b"}), true},
		"replicas":             {"apps/v1:StatefulSet", spec(fields{"replicas": 1}), spec(fields{"replicas": 2}), false},
		"selector":             {"apps/v1:Deployment", spec(fields{"selector": fields{"matchLabels": fields{"a": "b"}}}), spec(fields{"selector": fields{"matchLabels": fields{"a": "c"}}}), true},
		"claim size":           {"core/v1:PersistentVolumeClaim", spec(fields{"resources": fields{"requests": fields{"storage": "1Gi"}}}), spec(fields{"resources": fields{"requests": fields{"storage": "2Gi"}}}), false},
		"claim class":          {"core/v1:PersistentVolumeClaim", spec(fields{"storageClassName": "a"}), spec(fields{"storageClassName": "b"}), true},
		"config map":           {"core/v1:ConfigMap", fields{"data": fields{"a": "b"}}, fields{"data": fields{"a": "c"}}, true},
		"secret":               {"core/v1:Secret", fields{"stringData": fields{"a": "b"}}, fields{"stringData": fields{"a": "c"}}, true},
		"storage class policy": {"storage.k8s.io/v1:StorageClass", fields{"reclaimPolicy": "Retain"}, fields{"reclaimPolicy": "Delete"}, true},
		"role binding":         {"rbac.authorization.k8s.io/v1:RoleBinding", fields{"roleRef": fields{"name": "a"}}, fields{"roleRef": fields{"name": "b"}}, true},
		"job template":         {"batch/v1:Job", spec(fields{"template": fields{"a": "b"}}), spec(fields{"template": fields{"a": "c"}}), true},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := f.srv.Diff(context.Background(), &pulumirpc.DiffRequest{
				Urn: urn(test.typ, "a"), OldInputs: f.props(test.olds), News: f.props(test.news),
			})
			require.NoError(t, err)
			require.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, resp.Changes)
			require.Equal(t, test.replace, len(resp.Replaces) > 0, resp.DetailedDiff)
		})
	}

	mutable := newFixture(t, fields{"enableConfigMapMutable": "true"})
	resp, err := mutable.srv.Diff(context.Background(), &pulumirpc.DiffRequest{
		Urn: urn("core/v1:ConfigMap", "a"), OldInputs: f.props(fields{"data": fields{"a": "b"}}), News: f.props(fields{"data": fields{"a": "c"}}),
	})
	require.NoError(t, err)
	require.Empty(t, resp.Replaces)
}

func TestOpaqueKinds_AreRefused(t *testing.T) {
	f := newFixture(t, nil)
	for _, typ := range []string{"helm.sh/v3:Release", "kustomize/v2:Directory", "core/v1:PodList"} {
		_, err := f.srv.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urn(typ, "a")})
		require.ErrorContains(t, err, "has no stand-in")
	}
}

func TestObserved_ShowsChangesOfOthersAndNothingElse(t *testing.T) {
	in := resource.NewPropertyValue(fields{
		"replicas": 1, "cpu": "1000m", "empty": fields{}, "gone": "x", "changed": "a", "list": []any{fields{"name": "a"}},
		"secret": resource.MakeSecret(resource.NewProperty("s")),
	})
	now := resource.NewPropertyValue(fields{
		"replicas": 1, "cpu": "1", "changed": "b", "list": []any{fields{"name": "a", "policy": "Always"}}, "status": "x", "secret": "s",
	})
	want := resource.NewPropertyValue(fields{
		"replicas": 1, "cpu": "1000m", "empty": fields{}, "changed": "b", "list": []any{fields{"name": "a"}},
		"secret": resource.MakeSecret(resource.NewProperty("s")),
	})
	require.Equal(t, want, observed(in, now))
}

func TestSecretLike_MarksTheSamePlaces(t *testing.T) {
	in := resource.NewPropertyValue(fields{"env": []any{fields{"value": resource.MakeSecret(resource.NewProperty("s"))}}})
	out := resource.NewPropertyValue(fields{"env": []any{fields{"value": "s", "name": "n"}}, "status": "x"})
	marked := secretLike(in, out).ObjectValue()
	require.True(t, marked["env"].ArrayValue()[0].ObjectValue()["value"].IsSecret())
	require.False(t, marked["status"].IsSecret())
}
