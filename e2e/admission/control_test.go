package admission

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// control is an object that a check has to find fault with.
type control struct {
	object Object
	// refused and warned are parts of what the API server says of it, and of the pod of a workload.
	refused, warned       string
	podRefused, podWarned string
}

// altered returns a copy of one of the fixture's objects under another name, with one field set.
func altered(t *testing.T, kind, name, as string, value any, path ...string) Object {
	t.Helper()
	o := one(t, fixture(t), kind, name)
	o.Content.SetName(as)
	set(t, o.Content.Object, value, path...)
	return o
}

// set sets a field; 0 in a path is the first element of a list.
func set(t *testing.T, fields map[string]any, value any, path ...string) {
	t.Helper()
	for i, key := range path[:len(path)-1] {
		if key == "0" {
			continue
		}
		next := fields[key]
		if list, isList := next.([]any); isList && path[i+1] == "0" {
			next = list[0]
		}
		inner, isObject := next.(map[string]any)
		require.True(t, isObject, "no such field: %s", strings.Join(path[:i+1], "."))
		fields = inner
	}
	fields[path[len(path)-1]] = value
}

func made(t *testing.T, text string) Object {
	t.Helper()
	return Object{Stack: "regtest", Content: read(t, text)}
}

// exporterNamed is a workload of the fixture in a namespace of the restricted profile.
func exporterNamed(t *testing.T, as string, value any, path ...string) Object {
	t.Helper()
	return altered(t, "Deployment", "bitcoind-exporter", as, value, path...)
}

func controls(t *testing.T) []control {
	t.Helper()
	container := []string{"spec", "template", "spec", "containers", "0"}
	agents := one(t, fixture(t), "Namespace", "monitoring")
	agents.Content.SetName("control-agents")
	set(t, agents.Content.Object, "privileged", "metadata", "labels", enforceLabel)
	account := one(t, fixture(t), "ServiceAccount", "bitcoind-exporter")
	account.Content.SetNamespace("control-agents")
	agent := exporterNamed(t, "agent", true, "spec", "template", "spec", "hostNetwork")
	agent.Content.SetNamespace("control-agents")
	many := exporterNamed(t, "many", int64(50), "spec", "replicas")
	many.Content.SetNamespace("monitoring")
	set(t, many.Content.Object, "prometheus", "spec", "template", "spec", "serviceAccountName")
	long := "control-" + strings.Repeat("long", 12)

	return []control{
		{object: exporterNamed(t, "misspelled", int64(1), "spec", "replica"), refused: ".spec.replica: field not declared in schema"},
		{
			object:  exporterNamed(t, "misspelled-deep", "Always", append(container, "imagePullPolice")...),
			refused: ".imagePullPolice: field not declared in schema",
		},
		{object: altered(t, "Service", "bitcoind", "wrong-type", "one", "spec", "ports", "0", "port"), refused: ".port: expected numeric"},
		{
			object:  altered(t, "Secret", "bitcoind-exporter", "wrong-secret", int64(271828), "stringData", "bitcoin.conf"),
			refused: "fields stringData.bitcoin.conf; the message is left out",
		},
		{object: altered(t, "PriorityClass", "satkube-bitcoin", "satkube-bitcoin", int64(7), "value"), refused: "may not be changed"},
		{
			object: exporterNamed(t, "privileged", map[string]any{"privileged": true}, append(container, "securityContext")...),
			warned: `would violate PodSecurity "restricted:v1.35"`, podRefused: `violates PodSecurity "restricted:v1.35"`,
		},
		{
			object:     exporterNamed(t, "accountless", "nobody", "spec", "template", "spec", "serviceAccountName"),
			podRefused: "error looking up service account",
		},
		{object: exporterNamed(t, "unimportant", "none", "spec", "template", "spec", "priorityClassName"), podRefused: "no PriorityClass with name none"},
		{object: exporterNamed(t, "large", map[string]any{"cpu": "100"}, append(container, "resources", "limits")...), podRefused: "exceeded quota"},
		{object: many, podRefused: "beside the rest of its namespace: pods"},
		{object: altered(t, "StatefulSet", "prometheus", long, long, "spec", "serviceName"), podRefused: "must be no more than 63"},
		{object: made(t, `{apiVersion: example.com/v1, kind: Wallet, metadata: {name: foreign}}`), refused: "no matches for kind"},
		{
			object:  made(t, `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: wallets.example.com}}`),
			refused: "want built-in kinds only",
		},
		{object: made(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: lost, namespace: nowhere}}`), refused: `namespaces "nowhere" not found`},
		{object: made(t, `{apiVersion: v1, kind: Endpoints, metadata: {name: old, namespace: monitoring}}`), warned: "deprecated"},
		{object: agents},
		{object: account},
		{object: agent},
	}
}

// found are the findings by what they are about.
func found(findings []Finding) map[string]string {
	all := map[string]string{}
	for _, f := range findings {
		all[subject(f.Pod, f.Kind, f.Name)] = f.Message
	}
	return all
}

func subject(pod bool, kind, name string) string { return fmt.Sprint(kind, " ", name, " pod ", pod) }

func TestCheck_FindsEveryKindOfFaultAndNothingElse(t *testing.T) {
	config := cluster(t)
	objects := fixture(t)
	wantRefused, wantWarned := map[string]string{}, map[string]string{}
	controls := controls(t)
	for _, c := range controls {
		objects = append(objects, c.object)
		for _, want := range []struct {
			into    map[string]string
			pod     bool
			message string
		}{{wantRefused, false, c.refused}, {wantRefused, true, c.podRefused}, {wantWarned, false, c.warned}, {wantWarned, true, c.podWarned}} {
			if want.message != "" {
				want.into[subject(want.pod, c.object.Content.GetKind(), c.object.Content.GetName())] = want.message
			}
		}
	}
	report, err := Check(t.Context(), config, objects)
	require.NoError(t, err)

	refused, warned := found(report.Refused), found(report.Warnings)
	t.Logf("%s\n%v", report.Summary(), report.Err())
	for subject, want := range wantRefused {
		require.Contains(t, refused[subject], want, subject)
	}
	for subject, want := range wantWarned {
		require.Contains(t, warned[subject], want, subject)
	}
	require.Len(t, report.Refused, len(wantRefused), "%v", report.Refused)
	require.Len(t, report.Warnings, len(wantWarned), "%v", report.Warnings)
	expected := found(report.Expected)
	require.Len(t, expected, 2, "%v", expected)
	require.Contains(t, expected[subject(true, "Deployment", "agent")], "host namespaces")

	require.Error(t, report.Err())
	require.NotContains(t, report.Err().Error(), "271828", "a secret's value")
	require.Equal(t, 1, report.Patches)

	refusedObjects := 0
	for _, f := range report.Refused {
		if !f.Pod {
			refusedObjects++
		}
	}
	require.Equal(t, len(objects), report.Admitted+report.Patches+refusedObjects)
}
