package admission

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// read returns an object from YAML, with whole numbers as a client has them.
func read(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	body, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	o := &unstructured.Unstructured{}
	require.NoError(t, o.UnmarshalJSON(body))
	return o
}

func TestPodOf_IsTheTemplateInTheWorkloadsNamespace(t *testing.T) {
	template := `{metadata: {labels: {app: a}, annotations: {n: v}}, spec: {serviceAccountName: sa, priorityClassName: p}}`
	for kind, spec := range map[string]string{
		"apps/v1 Deployment": `{template: ` + template + `}`,
		"apps/v1 DaemonSet":  `{template: ` + template + `}`,
		"batch/v1 Job":       `{template: ` + template + `}`,
		"batch/v1 CronJob":   `{jobTemplate: {spec: {template: ` + template + `}}}`,
	} {
		t.Run(kind, func(t *testing.T) {
			var version, name string
			for i, r := range kind {
				if r == ' ' {
					version, name = kind[:i], kind[i+1:]
				}
			}
			workload := read(t, `{apiVersion: `+version+`, kind: `+name+`, metadata: {name: w, namespace: ns}, spec: `+spec+`}`)
			require.Equal(t, read(t, `{apiVersion: v1, kind: Pod,
				metadata: {generateName: w-, namespace: ns, labels: {app: a}, annotations: {n: v}},
				spec: {serviceAccountName: sa, priorityClassName: p}}`), podOf(workload))
		})
	}
}

const database = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: ns}
spec:
  replicas: 2
  serviceName: db-pods
  template:
    metadata: {labels: {app: a}}
    spec:
      volumes:
      - {name: data, emptyDir: {}}
      - {name: config, configMap: {name: c}}
  volumeClaimTemplates:
  - metadata: {name: data, labels: {app: a}}
    spec: {storageClassName: s}
`

func TestPodOf_AStatefulSetHasANameALabelOfItAndItsClaims(t *testing.T) {
	want := read(t, `
apiVersion: v1
kind: Pod
metadata:
  name: db-0
  namespace: ns
  labels:
    app: a
    apps.kubernetes.io/pod-index: "0"
    controller-revision-hash: db-bcdf456789
    statefulset.kubernetes.io/pod-name: db-0
spec:
  hostname: db-0
  subdomain: db-pods
  volumes:
  - {name: data, persistentVolumeClaim: {claimName: data-db-0}}
  - {name: config, configMap: {name: c}}
`)
	workload := read(t, database)
	require.Equal(t, want, podOf(workload))
	require.Equal(t, read(t, database), workload, "the workload itself stays as it is")
}

func TestClaimsOf_AreNamedAfterTheirPod(t *testing.T) {
	claims := claimsOf(read(t, database), 1)
	require.Len(t, claims, 1)
	require.Equal(t, "data", claims[0].volume)
	require.Equal(t, read(t, `{apiVersion: v1, kind: PersistentVolumeClaim,
		metadata: {name: data-db-1, namespace: ns, labels: {app: a}}, spec: {storageClassName: s}}`), claims[0].content)
}

func TestPodOf_NothingForWhatMakesNoPods(t *testing.T) {
	for name, o := range map[string]string{
		"a Service":                   `{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {template: {}}}`,
		"a Deployment of others":      `{apiVersion: example.com/v1, kind: Deployment, metadata: {name: a}, spec: {template: {}}}`,
		"a workload without template": `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {}}`,
		"a template of a wrong type":  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: 3}}`,
	} {
		t.Run(name, func(t *testing.T) { require.Nil(t, podOf(read(t, o))) })
	}
}

func TestReplicasOf_CountsWhatRunsAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		kind, spec    string
		steady, surge int
	}{
		"one by default, rounded up":    {"Deployment", `{}`, 1, 1},
		"a quarter more by default":     {"Deployment", `{replicas: 8}`, 8, 2},
		"a number more":                 {"Deployment", `{replicas: 8, strategy: {rollingUpdate: {maxSurge: 1}}}`, 8, 1},
		"a share more":                  {"Deployment", `{replicas: 8, strategy: {rollingUpdate: {maxSurge: 100%}}}`, 8, 8},
		"none more when it is replaced": {"Deployment", `{replicas: 2, strategy: {type: Recreate}}`, 2, 0},
		"a set replaces its own pods":   {"StatefulSet", `{replicas: 3}`, 3, 0},
		"one a node":                    {"DaemonSet", `{}`, nodes, 0},
		"switched off":                  {"StatefulSet", `{replicas: 0}`, 0, 0},
		"nothing":                       {"ReplicaSet", `{replicas: 7}`, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			steady, surge := replicasOf(read(t, `{apiVersion: apps/v1, kind: `+c.kind+`, metadata: {name: a}, spec: `+c.spec+`}`))
			require.Equal(t, [2]int{c.steady, c.surge}, [2]int{steady, surge})
		})
	}
	for kind, spec := range map[string]string{"Job": `{parallelism: 2}`, "CronJob": `{jobTemplate: {spec: {parallelism: 2}}}`} {
		steady, surge := replicasOf(read(t, `{apiVersion: batch/v1, kind: `+kind+`, metadata: {name: a}, spec: `+spec+`}`))
		require.Equal(t, [2]int{2, 0}, [2]int{steady, surge}, kind)
	}
}
