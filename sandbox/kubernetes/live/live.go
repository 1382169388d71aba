// Package live applies the sandbox's Kubernetes objects to a real cluster, instead of only remembering them.
//
// It does what Pulumi's own Kubernetes provider does: server-side apply, a server-side dry run for a preview, and
// waiting until an object is ready or gone. What a preview cannot know yet, an object in a namespace or of a kind that
// the same update is going to create, it returns as it was given.
package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	// fieldManager owns the fields that the sandbox applies. It is not Pulumi's, so that a cluster that the genuine
	// provider takes over later shows who wrote what.
	fieldManager = "satkube-sandbox"

	// The client's own defaults, 5 and 10 requests a second, throttle an update of a few hundred objects.
	queriesPerSecond = 50
	queryBurst       = 100

	// requestTimeout bounds one request; waiting is done with many short ones.
	requestTimeout = time.Minute

	pollInterval = time.Second
)

// Cluster is a real Kubernetes API server.
type Cluster struct {
	objects   dynamic.Interface
	kinds     *restmapper.DeferredDiscoveryRESTMapper
	namespace string
	poll      time.Duration

	// SkipAwait makes Await return at once: what was applied need not become ready, on a cluster that cannot have its images for example.
	SkipAwait bool
}

// Connect reads the kubeconfig, takes its current context, and asks the API server for its version.
func Connect(kubeconfigPath string) (*Cluster, error) {
	kubeconfig := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		&clientcmd.ClientConfigLoadingRules{ExplicitPath: kubeconfigPath}, &clientcmd.ConfigOverrides{})
	config, err := kubeconfig.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", kubeconfigPath, err)
	}
	namespace, _, err := kubeconfig.Namespace()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", kubeconfigPath, err)
	}
	return connect(config, namespace)
}

func connect(config *rest.Config, namespace string) (*Cluster, error) {
	config.QPS, config.Burst, config.Timeout = queriesPerSecond, queryBurst, requestTimeout
	// Deprecations are for the policy pack to find; here they would land in the middle of Pulumi's display.
	config.WarningHandler = rest.NoWarnings{}
	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w", config.Host, err)
	}
	if _, err := found.ServerVersion(); err != nil {
		return nil, fmt.Errorf("cluster %s: %w", config.Host, err)
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w", config.Host, err)
	}
	return &Cluster{
		objects:   objects,
		kinds:     restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found)),
		namespace: namespace,
		poll:      pollInterval,
	}, nil
}

// Apply applies an object server-side, taking over fields that others own and refusing fields that do not exist, and
// returns it as the API server has it. A dry run changes nothing.
func (c *Cluster) Apply(ctx context.Context, obj map[string]any, dryRun bool) (map[string]any, error) {
	id := identify(obj)
	if id.name == "" {
		return nil, fmt.Errorf("%s: metadata.name is empty, want a name: server-side apply cannot generate one", id.kind)
	}
	client, err := c.client(&id)
	if dryRun && meta.IsNoMatchError(err) {
		return obj, nil
	}
	if err != nil {
		return nil, err
	}
	patch, err := json.Marshal(appliable(obj))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	force := true
	options := metav1.PatchOptions{
		FieldManager: fieldManager, FieldValidation: metav1.FieldValidationStrict, Force: &force,
	}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	applied, err := client.Patch(ctx, id.name, types.ApplyPatchType, patch, options)
	if dryRun && missingNamespace(err) {
		return obj, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, withoutValues(obj, err))
	}
	return applied.Object, nil
}

// Read returns an object, and whether it exists. A kind that the cluster does not know has no objects.
func (c *Cluster) Read(ctx context.Context, apiVersion, kind, namespace, name string) (map[string]any, bool, error) {
	id := identity{apiVersion, kind, namespace, name}
	live, err := c.get(ctx, &id)
	if live == nil || err != nil {
		return nil, false, err
	}
	return live.Object, true, nil
}

// get returns nil without an error for what does not exist.
func (c *Cluster) get(ctx context.Context, id *identity) (*unstructured.Unstructured, error) {
	client, err := c.client(id)
	if meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	live, err := client.Get(ctx, id.name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", *id, err)
	}
	return live, nil
}

// Delete removes an object after everything that it owns, and waits until it is gone. An object that is not there is
// deleted already.
func (c *Cluster) Delete(ctx context.Context, apiVersion, kind, namespace, name string) error {
	id := identity{apiVersion, kind, namespace, name}
	live, err := c.get(ctx, &id)
	if live == nil || err != nil {
		return err
	}
	client, err := c.client(&id)
	if err != nil {
		return err
	}
	// With owners first, the controller could still be starting pods while the next object is being deleted.
	foreground := metav1.DeletePropagationForeground
	err = client.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &foreground})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	w, err := waiting(live.Object, deletionTimeout(kind))
	if err != nil || w.skipped {
		return err
	}
	uid := live.GetUID()
	return c.until(ctx, id, w.timeout, func(ctx context.Context) (string, error) {
		live, err := c.get(ctx, &id)
		if err != nil || live == nil || live.GetUID() != uid {
			return "", err
		}
		if held := live.GetFinalizers(); len(held) > 0 {
			return fmt.Sprintf("it still exists, held by the finalizers %v", held), nil
		}
		return "it still exists", nil
	})
}

// client returns the client for an object's kind, and completes the identity: without a namespace a namespaced object
// belongs to the kubeconfig's.
func (c *Cluster) client(id *identity) (dynamic.ResourceInterface, error) {
	version, err := schema.ParseGroupVersion(id.apiVersion)
	if err != nil {
		return nil, fmt.Errorf("%s: apiVersion is %q: %w", *id, id.apiVersion, err)
	}
	kind := version.WithKind(id.kind).GroupKind()
	mapping, err := c.kinds.RESTMapping(kind, version.Version)
	if meta.IsNoMatchError(err) {
		// The kind may have been created since the cluster was asked for its kinds.
		c.kinds.Reset()
		mapping, err = c.kinds.RESTMapping(kind, version.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", *id, err)
	}
	resource := c.objects.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		id.namespace = ""
		return resource, nil
	}
	if id.namespace == "" {
		id.namespace = c.namespace
	}
	return resource.Namespace(id.namespace), nil
}

// identity names one object.
type identity struct {
	apiVersion, kind, namespace, name string
}

func identify(obj map[string]any) identity {
	u := unstructured.Unstructured{Object: obj}
	return identity{u.GetAPIVersion(), u.GetKind(), u.GetNamespace(), u.GetName()}
}

func (id identity) String() string {
	if id.namespace == "" {
		return id.kind + " " + id.name
	}
	return id.kind + " " + id.namespace + "/" + id.name
}

// appliable returns the object without what only the API server may write: an object that was read back would
// otherwise be refused, or conflict with a newer version of itself.
func appliable(obj map[string]any) map[string]any {
	metadata, ok := obj["metadata"].(map[string]any)
	if !ok {
		return obj
	}
	obj, metadata = maps.Clone(obj), maps.Clone(metadata)
	for _, key := range []string{"managedFields", "resourceVersion", "uid", "generation", "creationTimestamp"} {
		delete(metadata, key)
	}
	obj["metadata"] = metadata
	return obj
}

func missingNamespace(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details != nil && details.Kind == "namespaces"
}
