package drills

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

// manager is the name under which the sandbox applies objects.
const manager = "satkube-sandbox"

// strangers are the objects that the stack's state and the cluster do not have in common: `only in the state` and `only in the cluster`.
func (s *stage) strangers(t *testing.T) []string {
	t.Helper()
	recorded, there := s.recorded(t), s.applied(t)
	require.NotEmpty(t, recorded)
	strangers := []string{}
	for _, object := range recorded {
		if !slices.Contains(there, object) {
			strangers = append(strangers, "only in the state: "+object)
		}
	}
	for _, object := range there {
		if !slices.Contains(recorded, object) {
			strangers = append(strangers, "only in the cluster: "+object)
		}
	}
	slices.Sort(strangers)
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(recorded))), len(recorded), "an object is in the state twice")
	return strangers
}

// recorded are the Kubernetes objects of the stack's state.
func (s *stage) recorded(t *testing.T) []string {
	t.Helper()
	command := s.sandbox(t.Context(), "stack", "export")
	out, err := command.Output()
	require.NoError(t, err)
	var state struct {
		Deployment struct {
			Resources []struct{ Type, ID string } `json:"resources"`
			Pending   []struct{ Type string }     `json:"pending_operations"`
		} `json:"deployment"`
	}
	require.NoError(t, json.Unmarshal(out, &state))
	require.Empty(t, state.Deployment.Pending)
	var objects []string
	for _, r := range state.Deployment.Resources {
		if kind := r.Type[strings.LastIndex(r.Type, ":")+1:]; strings.HasPrefix(r.Type, "kubernetes:") && r.ID != "" {
			objects = append(objects, strings.TrimSuffix(kind, "Patch")+" "+r.ID)
		}
	}
	return objects
}

// applied are the objects of the cluster that the sandbox has applied.
func (s *stage) applied(t *testing.T) []string {
	t.Helper()
	config := rest.CopyConfig(s.Config)
	config.WarningHandler = rest.NoWarnings{}
	found, err := discovery.NewDiscoveryClientForConfig(config)
	require.NoError(t, err)
	lists, err := found.ServerPreferredResources()
	require.NoError(t, err)
	client, err := metadata.NewForConfig(config)
	require.NoError(t, err)
	var objects []string
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		require.NoError(t, err)
		for _, resource := range list.APIResources {
			if !slices.Contains(resource.Verbs, "list") {
				continue
			}
			all, err := client.Resource(version.WithResource(resource.Name)).List(t.Context(), metav1.ListOptions{})
			require.NoError(t, err, resource.Name)
			for _, object := range all.Items {
				if slices.ContainsFunc(object.ManagedFields, func(f metav1.ManagedFieldsEntry) bool { return f.Manager == manager }) {
					objects = append(objects, strings.TrimSuffix(resource.Kind+" "+object.Namespace+"/"+object.Name, "/"))
				}
			}
		}
	}
	for i, object := range objects {
		objects[i] = strings.Replace(object, " /", " ", 1)
	}
	return objects
}
