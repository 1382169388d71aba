package rules_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules/microservices"
	"gitlab.com/thinkmassive/satkube/policy/rules/systemhardening"
)

// The oracle is what the API server itself runs: the checks of Pod Security of Kubernetes 1.35.

const (
	oracleSeed = 20261122
	oraclePods = 6000
)

// same are the rules that together refuse exactly what a check of Pod Security refuses.
var same = map[policy.CheckID][]string{
	"allowPrivilegeEscalation":   {"allow-privilege-escalation"},
	"appArmorProfile":            {"apparmor"},
	"capabilities_restricted":    {"drop-all-capabilities", "added-capabilities"},
	"hostNamespaces":             {"host-network", "host-pid", "host-ipc"},
	"hostPathVolumes":            {"host-path"},
	"hostPorts":                  {"host-port"},
	"hostProbesAndHostLifecycle": {"probe-host"},
	"privileged":                 {"privileged"},
	"procMount_restricted":       {"proc-mount"},
	"restrictedVolumes":          {"restricted-volumes"},
	"runAsNonRoot":               {"run-as-non-root"},
	"runAsUser":                  {"run-as-user-not-zero"},
	"seLinuxOptions":             {"selinux"},
	"seccompProfile_restricted":  {"seccomp"},
	"sysctls":                    {"sysctls"},
	"windowsHostProcess":         {"windows-host-process"},
}

// stricter are the rules that refuse more than a check of the baseline, because they follow the restricted check that replaces it.
var stricter = map[policy.CheckID][]string{
	"capabilities_baseline":   {"added-capabilities"},
	"procMount":               {"proc-mount"},
	"seccompProfile_baseline": {"seccomp"},
}

// part are the rules that refuse nothing that a check accepts.
var part = map[policy.CheckID][]string{
	"capabilities_baseline": {"dangerous-capabilities"},
	"hostPathVolumes":       {"runtime-socket"},
}

func TestPodSecurityRules_AgreeWithTheAPIServersOwnChecks(t *testing.T) {
	t.Logf("seed %d, %d pods", oracleSeed, oraclePods)
	version := api.MajorMinorVersion(1, 35)
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), &version)
	require.NoError(t, err)
	checks := map[policy.CheckID]policy.CheckPodFn{}
	for _, check := range policy.DefaultChecks() {
		for _, v := range check.Versions {
			if !version.Older(v.MinimumVersion) {
				checks[check.ID] = v.CheckPod
			}
		}
	}
	known := slices.Sorted(maps.Keys(maps.Collect(func(yield func(policy.CheckID, bool) bool) {
		for _, table := range []map[policy.CheckID][]string{same, stricter} {
			for id := range table {
				yield(id, true)
			}
		}
	})))
	require.Equal(t, slices.Sorted(maps.Keys(checks)), known, "the checks of Pod Security and the ones that our rules stand for")

	rules := podSecurityRules(t)
	refused, accepted := map[policy.CheckID]int{}, map[policy.CheckID]int{}
	allowed := map[api.Level]int{}
	random := rand.New(rand.NewPCG(oracleSeed, 0))
	for i := range oraclePods {
		kind := kinds[i%len(kinds)]
		g := generator{random, []float64{0, 0.02, 0.05, 0.2, 0.6}[random.IntN(5)]}
		spec := g.pod()
		meta := g.meta(spec)
		podMeta, podSpec := decoded(t, meta, spec)
		violated := review(t, rules, pack.Input{Type: kind, Name: "pod", URN: "urn", Props: wrapped(kind, meta, spec)})
		about := func() string { return fmt.Sprintf("pod %d, %s: %s", i, kind, printed(t, meta, spec)) }

		for id, check := range checks {
			is := !check(podMeta, podSpec).Allowed
			if is {
				refused[id]++
			} else {
				accepted[id]++
			}
			if ours, exact := same[id]; exact && is != violates(violated, ours) {
				t.Fatalf("%s refuses: %t, and %v: %t\n%s", id, is, ours, !is, about())
			}
			if ours, more := stricter[id]; more && is && !violates(violated, ours) {
				t.Fatalf("%s refuses what %v accept\n%s", id, ours, about())
			}
			if ours, less := part[id]; less && !is && violates(violated, ours) {
				t.Fatalf("%s accepts what %v refuse\n%s", id, ours, about())
			}
		}
		for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
			answer := policy.AggregateCheckResults(evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, podMeta, podSpec))
			if answer.Allowed {
				allowed[level]++
			}
			switch ours := all(same); {
			case level == api.LevelRestricted && answer.Allowed == violates(violated, ours):
				t.Fatalf("restricted allows: %t, and violated are %v\n%s", answer.Allowed, violated, about())
			case level == api.LevelBaseline && !answer.Allowed && !violates(violated, ours):
				t.Fatalf("baseline refuses (%s), and nothing is violated\n%s", answer.ForbiddenDetail(), about())
			}
		}
	}
	// Without pods on both sides of every check the agreement would mean nothing.
	for id := range checks {
		require.Greater(t, refused[id], oraclePods/60, "pods that %s refuses", id)
		require.Greater(t, accepted[id], oraclePods/60, "pods that %s accepts", id)
	}
	require.Greater(t, allowed[api.LevelRestricted], oraclePods/10)
	require.Greater(t, allowed[api.LevelBaseline], allowed[api.LevelRestricted])
	t.Logf("allowed: baseline %d, restricted %d", allowed[api.LevelBaseline], allowed[api.LevelRestricted])
}

// podSecurityRules returns the rules of the tables; each of them has to exist.
func podSecurityRules(t *testing.T) []pack.Rule {
	t.Helper()
	wanted := slices.Concat(all(same), all(part))
	var found []pack.Rule
	for _, rule := range slices.Concat(microservices.Rules(), systemhardening.Rules()) {
		if slices.Contains(wanted, rule.Name) {
			found = append(found, rule)
			wanted = slices.DeleteFunc(wanted, func(name string) bool { return name == rule.Name })
		}
	}
	require.Empty(t, wanted, "rules that stand for Pod Security and are not in the pack")
	return found
}

func all(table map[policy.CheckID][]string) []string {
	return slices.Concat(slices.Collect(maps.Values(table))...)
}

func violates(violated map[string]bool, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return violated[name] })
}

// review returns the rules that are violated; everything is known, so that nothing may be undecided.
func review(t *testing.T, rules []pack.Rule, input pack.Input) map[string]bool {
	t.Helper()
	violated := map[string]bool{}
	for _, f := range pack.Review(rules, []pack.Input{input}, nil) {
		require.False(t, f.Undecided, "%s: %s", f.Rule.Name, f.Message)
		violated[f.Rule.Name] = true
	}
	return violated
}

// decoded returns the pod as the API server reads it, and refuses fields that it does not have.
func decoded(t *testing.T, meta, spec object) (*metav1.ObjectMeta, *corev1.PodSpec) {
	t.Helper()
	podMeta, podSpec := &metav1.ObjectMeta{}, &corev1.PodSpec{}
	for into, tree := range map[any]object{podMeta: meta, podSpec: spec} {
		decoder := json.NewDecoder(bytes.NewReader([]byte(printed(t, tree))))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(into))
	}
	return podMeta, podSpec
}

func printed(t *testing.T, trees ...object) string {
	t.Helper()
	var text strings.Builder
	for _, tree := range trees {
		raw, err := json.Marshal(tree)
		require.NoError(t, err)
		text.Write(raw)
		text.WriteByte('\n')
	}
	return text.String()
}

// The pods.

type (
	object = map[string]any
	list   = []any
)

var kinds = []string{
	"kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet",
	"kubernetes:apps/v1:ReplicaSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob",
}

func wrapped(kind string, meta, spec object) object {
	template := object{"template": object{"metadata": meta, "spec": spec}}
	switch kind {
	case "kubernetes:core/v1:Pod":
		return object{"metadata": meta, "spec": spec}
	case "kubernetes:batch/v1:CronJob":
		return object{"spec": object{"jobTemplate": object{"spec": template}}}
	}
	return object{"spec": template}
}

// generator makes pods that meet the restricted standard, but for some of their fields.
type generator struct {
	*rand.Rand
	// odd is how likely a field takes one of all its values instead of a good one.
	odd float64
}

// nothing stands for a field that is left out; nil for one that is null.
type nothing struct{}

// set gives a field one of the good values, or now and then one of all.
func (g generator) set(o object, field string, good, others list) {
	values := good
	if g.Float64() < g.odd {
		values = slices.Concat(good, others, others)
	}
	switch value := values[g.IntN(len(values))].(type) {
	case nothing:
	default:
		o[field] = value
	}
}

func (g generator) pod() object {
	spec := object{}
	for _, field := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		g.set(spec, field, list{nothing{}, false, nil}, list{true})
	}
	g.set(spec, "hostUsers", list{nothing{}, nothing{}, nothing{}, true, nil}, list{false})
	g.set(spec, "os", list{nothing{}, nothing{}, object{"name": "linux"}}, list{object{"name": "windows"}, object{"name": ""}, object{}, nil})
	windows := false
	if os, is := spec["os"].(object); is {
		windows = os["name"] == "windows"
	}
	context := object{}
	g.set(context, "runAsNonRoot", list{true}, list{nothing{}, false, nil})
	g.set(context, "sysctls", list{nothing{}, list{}, list{object{"name": "net.ipv4.tcp_rmem", "value": "1"}}},
		list{nil, list{object{"name": "kernel.msgmax", "value": "1"}}, list{object{"name": "net.ipv4.tcp_syncookies", "value": "1"}, object{"name": "net.core.somaxconn", "value": "1"}}, list{object{"name": "", "value": "1"}}})
	g.shared(context, windows, list{object{"type": "RuntimeDefault"}, object{"type": "Localhost", "localhostProfile": "x"}})
	g.set(spec, "securityContext", list{context}, list{nothing{}, nil, object{}})
	for field, most := range map[string]int{"containers": 3, "initContainers": 2, "ephemeralContainers": 2} {
		var containers list
		for i := range g.IntN(most + 1) {
			containers = append(containers, g.container(fmt.Sprintf("%s%d", strings.ToLower(field), i), windows))
		}
		if containers != nil || g.IntN(2) == 0 {
			spec[field] = containers
		}
	}
	var volumes list
	for range g.IntN(4) {
		volumes = append(volumes, g.volume())
	}
	g.set(spec, "volumes", list{volumes}, list{nothing{}, nil, list{}})
	return spec
}

// meta is the pod's metadata, with the old annotations of AppArmor for its containers.
func (g generator) meta(spec object) object {
	annotations := object{}
	containers, _ := spec["containers"].(list)
	for i := range containers {
		g.set(annotations, fmt.Sprintf("container.apparmor.security.beta.kubernetes.io/containers%d", i),
			list{nothing{}, nothing{}, "runtime/default", "localhost/x"}, list{"", "unconfined", "docker/default"})
	}
	g.set(annotations, "example.org/note", list{nothing{}, "unconfined"}, nil)
	meta := object{}
	g.set(meta, "annotations", list{annotations}, nil)
	return meta
}

// shared are the fields that pods and containers have in their security context. Those that the API takes from no Windows pod are
// left out of one.
func (g generator) shared(context object, windows bool, seccomp list) {
	g.set(context, "runAsUser", list{nothing{}, 1000, 65534.0}, list{0, nil, 1})
	g.set(context, "windowsOptions", list{nothing{}, object{}, object{"hostProcess": false}}, list{nil, object{"hostProcess": nil}, object{"hostProcess": true}})
	g.set(context, "appArmorProfile", list{nothing{}, object{"type": "RuntimeDefault"}, object{"type": "Localhost", "localhostProfile": "x"}},
		list{nil, object{"type": "Unconfined"}, object{"type": ""}})
	g.set(context, "seLinuxOptions", list{nothing{}, object{}, object{"type": "container_t"}, object{"type": "container_engine_t", "level": "s0"}, object{"type": "", "user": "", "role": nil}},
		list{nil, object{"type": "spc_t"}, object{"user": "system_u"}, object{"role": "system_r"}, object{"type": "container_t", "role": "system_r"}})
	if !windows {
		g.set(context, "seccompProfile", seccomp, list{nothing{}, nil, object{"type": "Unconfined"}, object{"type": ""}, object{"type": "runtime/default"}})
	}
}

func (g generator) container(name string, windows bool) object {
	context := object{}
	g.set(context, "privileged", list{nothing{}, false}, list{nil, true})
	g.set(context, "allowPrivilegeEscalation", list{false}, list{nothing{}, nil, true})
	g.set(context, "runAsNonRoot", list{nothing{}, nil, true}, list{false})
	g.set(context, "procMount", list{nothing{}, "Default"}, list{nil, "Unmasked", ""})
	g.shared(context, windows, list{nothing{}, nothing{}, object{"type": "RuntimeDefault"}, object{"type": "Localhost", "localhostProfile": "x"}})
	if !windows {
		capabilities := object{}
		g.set(capabilities, "drop", list{list{"ALL"}, list{"NET_RAW", "ALL"}}, list{nothing{}, nil, list{}, list{"all"}, list{"CAP_ALL"}, list{"NET_RAW"}})
		g.set(capabilities, "add", list{nothing{}, nil, list{}, list{"NET_BIND_SERVICE"}},
			list{list{"CHOWN"}, list{"NET_BIND_SERVICE", "SYS_ADMIN"}, list{"ALL"}, list{"NET_RAW"}, list{"CAP_NET_BIND_SERVICE"}, list{""}})
		g.set(context, "capabilities", list{capabilities}, list{nothing{}, nil, object{}})
	}
	c := object{"name": name, "image": "registry.example/app"}
	g.set(c, "securityContext", list{context}, list{nothing{}, nil, object{}})
	g.set(c, "ports", list{nothing{}, list{}, list{object{"containerPort": 80}, object{"containerPort": 81, "hostPort": 0}}},
		list{nil, list{object{"containerPort": 80, "hostPort": nil}}, list{object{"containerPort": 80}, object{"containerPort": 81, "hostPort": 81}}})
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		g.handler(c, probe)
	}
	hooks := object{}
	g.handler(hooks, "postStart")
	g.handler(hooks, "preStop")
	g.set(c, "lifecycle", list{nothing{}, hooks}, list{nil})
	return c
}

func (g generator) handler(o object, field string) {
	g.set(o, field, list{nothing{}, nothing{}, object{"httpGet": object{"port": 80}}, object{"tcpSocket": object{"port": "web"}}, object{"exec": object{"command": list{"true"}}}},
		list{
			nil,
			object{},
			object{"httpGet": nil},
			object{"httpGet": object{"port": 80, "host": ""}},
			object{"httpGet": object{"port": 80, "host": "127.0.0.1"}},
			object{"tcpSocket": object{"port": 80, "host": "10.0.0.1"}},
			object{"tcpSocket": object{"port": 80, "host": nil}},
		})
}

// volume has one source at most: the API refuses two.
func (g generator) volume() object {
	v := object{"name": "volume"}
	good := list{"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}
	g.set(v, "source", good, list{nothing{}, "hostPath", "hostPath", "nfs", "awsElasticBlockStore", "gitRepo", "iscsi", "flexVolume", "rbd", "null"})
	source, _ := v["source"].(string)
	delete(v, "source")
	switch source {
	case "":
	case "null":
		v["emptyDir"] = nil
	case "hostPath":
		v[source] = object{"path": []string{"/var/log", "/run/containerd/containerd.sock", "/"}[g.IntN(3)]}
	case "nfs":
		v[source] = object{"server": "files.example", "path": "/"}
	default:
		v[source] = object{}
	}
	return v
}
