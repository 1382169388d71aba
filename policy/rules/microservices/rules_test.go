package microservices

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/pack/packtest"
)

func TestRules_HoldOnTheirOwnSamples(t *testing.T) {
	packtest.Prove(t, Rules())
}

// Samples are reviewed with the default settings; these are the checks behind the others.
func TestRules_FollowTheirSettings(t *testing.T) {
	uid := func(n int) pack.Case {
		return carrier(pod, running(container(object{"runAsUser": n, "runAsGroup": n})))
	}
	untrusted := pack.One(pod, object{"metadata": object{"labels": object{trust: "untrusted"}}, "spec": object{"runtimeClassName": "firecracker"}})
	for name, c := range map[string]struct {
		rule     pack.Rule
		settings map[string]any
		sample   pack.Case
		refused  bool
	}{
		"a lower minimum accepts":            {highUID, map[string]any{"minimum": 100.0}, uid(101), false},
		"a lower minimum, a whole number":    {highUID, map[string]any{"minimum": 100}, uid(99), true},
		"a privileged namespace on the list": {psaLabels, map[string]any{"privilegedNamespaces": []string{"bitcoin"}}, labelled(namespace, object{psa + "enforce": "privileged"}), false},
		"another one on the list":            {psaLabels, map[string]any{"privilegedNamespaces": []string{"logging"}}, labelled(namespace, object{psa + "enforce": "privileged"}), true},
		"a name that only looks secret": {
			literalSecretEnv,
			map[string]any{"allowedNames": []string{"KEYBOARD_KEY"}},
			carrier(pod, running(object{"env": list{object{"name": "KEYBOARD_KEY", "value": "enter"}}})), false,
		},
		"an allowed name with key material": {
			literalSecretEnv,
			map[string]any{"allowedNames": []string{"KEYBOARD_KEY"}},
			carrier(pod, running(object{"env": list{object{"name": "KEYBOARD_KEY", "value": "-----BEGIN PRIVATE KEY-----"}}})), true,
		},
		"another sandbox":                  {sandboxUntrusted, map[string]any{"runtimeClasses": []string{"firecracker"}}, untrusted, false},
		"a namespace outside the mesh":     {serviceAppProtocol, map[string]any{"meshRequired": true}, pack.One(namespace, object{"metadata": object{"name": "bitcoin"}}), true},
		"a namespace in the mesh":          {serviceAppProtocol, map[string]any{"meshRequired": true}, pack.One(namespace, object{"metadata": object{"labels": object{"istio.io/dataplane-mode": "ambient"}}}), false},
		"kube-system no longer exempt":     {namespaceQuota, map[string]any{"exempt": []string{}}, pack.Case{space("kube-system")}, true},
		"another namespace that is exempt": {namespaceQuota, map[string]any{"exempt": []string{"bitcoin"}}, pack.Case{space("bitcoin")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			found := pack.Review([]pack.Rule{c.rule}, packtest.Inputs(c.sample), pack.Settings{c.rule.Name: c.settings})
			if c.refused {
				require.NotEmpty(t, found)
			} else {
				require.Empty(t, found)
			}
		})
	}
}

func TestNamespaceQuota_AcceptsANamespaceWhoseNameIsNotKnownYetByDependency(t *testing.T) {
	inputs := []pack.Input{
		{Type: namespace, URN: "urn:space", Props: object{"metadata": object{"name": pack.Unknown}}},
		{Type: resourceQuota, URN: "urn:quota", Dependencies: []string{"urn:space"}, Props: object{"metadata": object{"namespace": pack.Unknown}, "spec": object{"hard": object{"pods": "10"}}}},
		{Type: limitRange, URN: "urn:limits", Dependencies: []string{"urn:space"}, Props: object{"metadata": object{"namespace": pack.Unknown}, "spec": object{"limits": list{object{"type": "Container"}}}}},
	}
	for _, f := range pack.Review([]pack.Rule{namespaceQuota}, inputs, nil) {
		require.True(t, f.Undecided, f.Message)
	}
	inputs[1].Dependencies = nil
	require.NotEmpty(t, pack.Review([]pack.Rule{namespaceQuota}, inputs, nil))
}
